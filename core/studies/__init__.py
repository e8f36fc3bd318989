"""Studies over several runs, one a file."""
