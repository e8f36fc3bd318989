"""The data and what is in them."""
