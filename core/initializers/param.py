"""What a layer says of one of its parameter arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vitrine.core.initializers.base import Initializer


@dataclass(frozen=True)
class Param:
    """Shape, first values and role of a parameter. Without an initializer it starts at `start`.

    Biases and gains are not weights: regularization leaves them alone.
    """

    shape: tuple[int, ...]
    initializer: Initializer | None = None
    fan_in: int = 1
    fan_out: int = 1
    start: float = 0.0
    is_weight: bool = False

    @property
    def size(self) -> int:
        """Number of values."""
        count = 1
        for extent in self.shape:
            count *= extent
        return count


@dataclass(frozen=True)
class State:
    """A non-trainable array of a layer (a running mean): shape and first value."""

    shape: tuple[int, ...]
    start: float = 0.0
