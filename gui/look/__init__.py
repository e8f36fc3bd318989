"""Theme, icons and colors."""
