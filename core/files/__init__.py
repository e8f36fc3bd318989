"""What is stored on disk."""
