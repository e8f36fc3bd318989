"""How many threads the arithmetic uses: chosen by a short calibration, one beside a live window, or set by hand.

The number goes to `vitrine.core.kernels.lanes`, which share out convolutions and large products in parts that do not depend on
it; NumPy's BLAS has one thread, through threadpoolctl: a BLAS adds up in another order with another number of threads, and
its threads spin while they wait, which takes a processor from the lanes. So results do not depend on the number of threads,
but for a BLAS that threadpoolctl does not know (Apple's Accelerate) and that is not repeatable by itself.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vitrine.core.kernels import lanes

GAIN = 1.05  # more threads must be this much faster: they cost other programs' time


@dataclass(frozen=True)
class Choice:
    """How many threads, why ("calibration", "window", "hand" or "fixed"), and what each number of threads took, in seconds."""

    threads: int
    reason: str
    seconds: dict[int, float] = field(default_factory=dict)

    def __str__(self) -> str:
        threads = f"{self.threads} thread{'s' if self.threads != 1 else ''}"
        if self.seconds:
            return f"{threads}, by calibration ({', '.join(f'{n}: {s * 1e3:.2f} ms' for n, s in self.seconds.items())} a step)"
        return threads + {"window": ", beside the window", "hand": ", set by hand", "fixed": ", as this machine has it"}[self.reason]


_current: Choice | None = None
_single = False  # whether BLAS is held to one thread


def processors() -> int:
    """The processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def most() -> int:
    """The largest number of threads that can be used."""
    return min(processors(), lanes.MOST)


def _libraries() -> list[Any]:
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return []
    found = ThreadpoolController().select(user_api="blas").lib_controllers
    numpys = [lib for lib in found if "numpy" in (lib.filepath or "").lower()]
    return numpys or found[:1]


def blas_libraries() -> list[dict[str, Any]]:
    """What threadpoolctl says of NumPy's BLAS: name, version, architecture, threads."""
    return [lib.info() for lib in _libraries()]


def single_blas() -> None:
    """Hold NumPy's BLAS to one thread, for good: whatever builds a network asks for it first."""
    global _single
    if not _single:
        _single = True
        for library in _libraries():
            library.set_num_threads(1)


def set_threads(threads: int) -> None:
    """Let matrix products and convolutions use that many threads from now on, without noting why."""
    single_blas()
    lanes.use(threads)


def current() -> Choice:
    """What is in force, for display."""
    if _current is not None:
        return _current
    return Choice(lanes.threads(), "fixed")


def _settle(choice: Choice) -> Choice:
    global _current
    set_threads(choice.threads)
    _current = choice
    return choice


def use(threads: int) -> Choice:
    """Set by hand."""
    return _settle(Choice(max(1, min(threads, lanes.MOST)), "hand"))


def beside_window() -> Choice:
    """One thread: beside a drawing window more gain nothing, and make it late."""
    return _settle(Choice(1, "window"))


def calibrate(step: Callable[[], object] | None = None, budget: float = 0.3) -> Choice:
    """Measure `step` (default: a product of middling size) with one and with all threads, interleaved, and keep the better.

    `step` should be the work itself and leave no trace; budget: seconds for all of it.
    """
    if most() == 1:
        return _settle(Choice(1, "fixed"))
    work = step or _product()
    candidates = sorted({1, 2, most() // 2, most()} - {0})
    taken: dict[int, list[float]] = {n: [] for n in candidates}
    deadline = time.perf_counter() + budget
    while len(taken[1]) < 2 or time.perf_counter() < deadline:
        for threads in candidates:
            set_threads(threads)
            work()  # wakes the threads, and fetches buffers
            started = time.perf_counter()
            work()
            taken[threads].append(time.perf_counter() - started)
    seconds = {n: float(np.median(times)) for n, times in taken.items()}
    best = min(candidates, key=lambda n: seconds[n] * (1.0 if n == 1 else GAIN))
    return _settle(Choice(best, "calibration", seconds))


def _product() -> Callable[[], object]:
    a, b = np.ones((128, 784), np.float32), np.ones((784, 256), np.float32)
    out = np.empty((128, 256), np.float32)
    return lambda: np.matmul(a, b, out=out)
