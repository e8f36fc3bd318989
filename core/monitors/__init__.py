"""What can go wrong in a run without breaking it, one diagnosis a file."""
