"""The model without a key: ``model.reply`` is what it says, the rest is how it understands and words things."""
