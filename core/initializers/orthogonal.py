"""Rotations."""

from __future__ import annotations

from math import prod
from typing import ClassVar

import numpy as np

from vitrine.core.initializers.base import Initializer
from vitrine.core.spec import hp


class Orthogonal(Initializer):
    """W = gain Q, Q' Q = 1 or Q Q' = 1 for W as a matrix (all axes but the last, last). Saxe, McClelland and Ganguli, 2014.

    Q is drawn evenly from all rotations: the QR decomposition of a normal matrix, signs fixed by R. Vectors become columns.
    """

    title: ClassVar[str] = "orthogonal"
    rank: ClassVar[int] = 70
    summary: ClassVar[str] = "A rotation keeps lengths exactly: for recurrent weights, and for deep linear nets."
    formula: ClassVar[str] = "W = gain Q, Q' Q = 1"

    gain: float = hp(default=1.0, help="Factor by which lengths change", minimum=0.0, maximum=1000.0, exclusive=True, step=0.1)

    def drawn_values(self, shape: tuple[int, ...]) -> int:
        return 10 * prod(shape)

    def multiply_adds(self, shape: tuple[int, ...]) -> int:
        rows, columns = prod(shape[:-1]), shape[-1]
        return 4 * rows * columns * min(rows, columns)

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> np.ndarray:
        columns = shape[-1]
        rows = int(np.prod(shape[:-1]))
        normal = rng.standard_normal((max(rows, columns), min(rows, columns)))
        q, r = np.linalg.qr(normal)
        q *= np.sign(np.diag(r))
        return self.gain * (q if rows >= columns else q.T).reshape(shape)
