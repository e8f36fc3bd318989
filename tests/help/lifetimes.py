"""What outlives its use: objects that only the collector would free. The window's collector comes late, and arrays are large."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[list[object]]:
    """After the block, the list has everything of it that is still there and that Python's collector knows."""
    left: list[object] = []
    gc.freeze()
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield left
        left.extend(thing for thing in gc.get_objects() if thing is not left)
    finally:
        gc.unfreeze()
        if was_on:
            gc.enable()
