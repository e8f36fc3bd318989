"""Vitrine's engine: specifications, graphs, networks and training, in NumPy, without Qt."""
