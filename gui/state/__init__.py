"""What is being edited and what runs; no widgets."""
