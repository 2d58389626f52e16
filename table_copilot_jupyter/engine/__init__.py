"""The model's side of a turn. ``base`` is the seam; only ``autogen*`` modules import AutoGen."""
