"""The window's commands, one file a thing; each is found by itself."""
