"""Moments of a run, kept."""
