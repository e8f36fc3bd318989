"""Named random generators that all derive from an experiment's one seed.

The streams `shuffle`, `dropout` and `noise` are independent; initial weights come from `init`, one stream a
layer by its name, so that adding a layer does not change the others' first weights.
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

NAMES = ("shuffle", "dropout", "noise")


def generator(seed: int, *path: str) -> np.random.Generator:
    """The generator of that path of names under `seed`: same seed and path, same numbers."""
    keys = tuple(zlib.crc32(name.encode()) for name in path)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=keys)))


class Generators:
    """The running streams of one training run; `state` and `restore` make a resume exact."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.streams = {name: generator(seed, name) for name in NAMES}

    def __getitem__(self, name: str) -> np.random.Generator:
        return self.streams[name]

    def state(self) -> dict[str, Any]:
        """JSON-able states of all streams."""
        return {name: stream.bit_generator.state for name, stream in self.streams.items()}

    def restore(self, state: dict[str, Any]) -> None:
        """Bring every generator back to a state that `state` gave."""
        for name, stream in self.streams.items():
            stream.bit_generator.state = state[name]
