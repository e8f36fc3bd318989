"""The main window, its commands, and what it is made of."""
