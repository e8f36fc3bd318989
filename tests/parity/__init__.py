"""Vitrine's arithmetic beside PyTorch's: same numbers in, same numbers out."""
