"""Regularizers, one a file."""
