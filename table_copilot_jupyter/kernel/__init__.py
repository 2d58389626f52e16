"""The user's kernel: how it is reached, and what runs in it (``probe``)."""
