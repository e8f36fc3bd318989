"""Questions to a run: put between two steps, or to a copy of it."""
