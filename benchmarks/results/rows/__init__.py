"""One file a group of rows; each is found at start."""
