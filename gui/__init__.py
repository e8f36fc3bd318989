"""The window: views of a document and of a run. Nothing here does maths that belongs in `core`."""
