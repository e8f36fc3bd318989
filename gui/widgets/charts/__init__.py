"""What charts are made of: the area they draw in with its axes, and lines of many points."""
