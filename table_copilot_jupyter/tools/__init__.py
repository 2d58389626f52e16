"""What agents can do, one module a tool. ``base`` is what a tool is."""
