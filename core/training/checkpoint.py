"""The whole state of a run between two steps: restored, it goes on exactly as if it had never stopped."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vitrine.core.training.parts.columns import Stored

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Checkpoint:
    """What a run carries from step to step, in forms that nobody writes to any more; see `vitrine.core.training.parts`.

    weights: parameters and layer states by name (`dense_1/W`). optimizer: slots over the flat vector, the best weights
    (`best/...`) and the trail (`trail/...`). history: the columns of `RunHistory`, which share the rows with the run. meta: counters, the states of
    generators and other plain values, ready for JSON.
    """

    weights: Arrays = field(default_factory=dict)
    optimizer: Arrays = field(default_factory=dict)
    history: dict[str, Stored] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=dict)


def weights_sha256(arrays: Arrays) -> str:
    """One fingerprint of all weights: equal if and only if every name, shape and bit is."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
