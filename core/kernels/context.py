"""What one layer of one network works with in a pass: buffers, state, randomness, and what forward keeps for backward."""

from __future__ import annotations

from typing import Any

import numpy as np

from vitrine.core.kernels.workspace import Workspace

Shape = tuple[int, ...]
Arrays = dict[str, np.ndarray]


class Context(Workspace):
    """What one layer of one network works with between forward and backward.

    training: whether noise is added and statistics move. rng: the generator for such noise.
    state: the layer's non-trainable arrays. saved: whatever forward keeps for backward.
    needs_input_grad: False for layers directly on the data, which may then return None from backward.
    """

    def __init__(self, dtype: Any = np.float32, state: Arrays | None = None) -> None:
        super().__init__(dtype)
        self.training = False
        self.rng: np.random.Generator | None = None
        self.state: Arrays = state or {}
        self.saved: dict[str, Any] = {}
        self.needs_input_grad = True
