"""One file a task: what can be learnt from data."""
