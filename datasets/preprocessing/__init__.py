"""Preprocessing of inputs, one kind a file."""
