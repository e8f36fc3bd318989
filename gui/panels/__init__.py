"""The live views, one a file."""
