"""The command line's side: a bar that shows how far a run is, and output that nobody reads any more."""
