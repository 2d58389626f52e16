"""The built-in agents: one TOML file and one prompt file each. ``spec`` reads them, and the user's own."""
