"""Who goes first, the window or a training thread: Python lets only one of them run at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

YIELD_EVERY = 0.002  # seconds of tiny steps after which the window gets its turn
YIELD_FOR = 0.00005
TINY_STEP = 0.0004  # seconds: longer steps free the interpreter often enough
SHORT_STEP = 0.0025  # seconds: up to here training waits while the window works; longer ones go on beside it, outside the interpreter
SHOWN_IN = 0.1  # seconds: what somebody did is painted by then
RISE = 1.01  # how fast the shortest step is forgotten: other load makes steps long, and never short
PATIENCE = 0.2  # seconds that a training thread waits at the most, whatever the window does


class Courtesy:
    """Lets the window in: `with courtesy:` around the window's own work; the threads that train ask `Turns` between two steps.

    Python and NumPy give the interpreter away for moments only, and a thread that waits for it waits for up to the switch interval
    each time: 50 ms of painting beside training took 150. So while the window works training waits between two steps, which costs it
    less than the quarrel. For what somebody did, `with courtesy.deed():`, steps of any length wait: it comes seldom, and a person waits
    for it. Apart from that, tiny steps, which hold the interpreter almost without a break, sleep for a moment now and then.
    """

    def __init__(self) -> None:
        self._working = threading.Lock()  # held while the window works
        self._depth = 0  # only the window's thread counts
        self._deeds = 0
        self._shown = 0.0  # until then the window still shows what the last deed came to

    @property
    def busy(self) -> bool:
        """Whether the window is at work."""
        return self._depth > 0

    @property
    def urgent(self) -> bool:
        """Whether it is at work for somebody who waits."""
        return self._depth > 0 and (self._deeds > 0 or time.perf_counter() < self._shown)

    @contextmanager
    def deed(self) -> Iterator[None]:
        """Around what somebody did: an edit, a choice, another project."""
        with self:
            self._deeds += 1
            try:
                yield
            finally:
                self._deeds -= 1
                self._shown = time.perf_counter() + SHOWN_IN

    def __enter__(self) -> Courtesy:
        if not self._depth:
            self._working.acquire()
        self._depth += 1
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._depth -= 1
        if not self._depth:
            self._working.release()

    def give_way(self) -> None:
        """Wait until the window has done its work."""
        if self._depth and self._working.acquire(timeout=PATIENCE):
            self._working.release()


class Turns:
    """A training thread's own side of it: how long its steps take says what is courteous."""

    def __init__(self, courtesy: Courtesy) -> None:
        self._courtesy = courtesy
        self._called = self._last = time.perf_counter()
        self._shortest = 1.0

    def between_steps(self) -> None:
        """Wait if the window wants its turn."""
        now = time.perf_counter()
        took = now - self._called
        self._shortest = min(took, self._shortest * RISE)
        if self._courtesy.busy:
            if self._shortest < SHORT_STEP or self._courtesy.urgent:
                self._courtesy.give_way()
                now = self._last = time.perf_counter()
        elif took < TINY_STEP and now - self._last > YIELD_EVERY:
            time.sleep(YIELD_FOR)
            now = self._last = time.perf_counter()
        self._called = now
