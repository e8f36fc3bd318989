"""The hot primitives: plain functions over arrays, which a compiled version can replace without touching a layer."""
