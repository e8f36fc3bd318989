"""Functions of two variables that optimizers are raced on."""
