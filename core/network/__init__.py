"""A network as a graph: what it is, what is wrong with it, and its runtime."""
