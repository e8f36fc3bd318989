"""Datasets, preprocessing and splits, one source a file."""
