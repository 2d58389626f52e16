"""The HTTP side: authenticate, parse, hand on. Everything else happens in the hub."""
