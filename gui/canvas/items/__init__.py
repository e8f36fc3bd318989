"""What stands on the canvas: cards, connections, and the scene that keeps them in step with the document."""
