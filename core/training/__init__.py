"""A run of an experiment: what it is, what drives it, what it tells."""
