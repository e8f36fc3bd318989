"""Recurrent layers over whole sequences: buffers, the weights of gates, cells."""
