"""What the window has to do with contributed code: calling it through one door, shielding Qt from it, and telling of it."""
