"""Independent shares of one piece of work, side by side on a few threads.

Work is cut into the same shares however many threads there are, so that results do not depend on their number.
NumPy lets go of the interpreter inside its larger operations, which is when threads gain. From the first shared work on,
BLAS has one thread, until `use` is called again: BLAS threads that wait for more work spin, and would take a processor
from the lanes (a convolutional net ran no faster on two threads than on one). Helper threads start when they are first
needed and end by themselves when idle.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

LANES = 4  # shares a piece of work is cut into; as many threads can help
IDLE = 0.5  # seconds after which a helper thread ends

Work = Callable[[int, int], None]


class _Helper:
    """A thread that takes one job at a time."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[tuple[Callable[[], None], SimpleQueue[BaseException | None]]] = SimpleQueue()
        self._lock = threading.Lock()
        self._alive = False

    def start(self, job: Callable[[], None], done: SimpleQueue[BaseException | None]) -> None:
        with self._lock:
            self._jobs.put((job, done))
            if not self._alive:
                self._alive = True
                threading.Thread(target=self._loop, name="vitrine-lane", daemon=True).start()

    def _loop(self) -> None:
        while True:
            try:
                job, done = self._jobs.get(timeout=IDLE)
            except Empty:
                with self._lock:  # a job may have come in between
                    if self._jobs.empty():
                        self._alive = False
                        return
                continue
            error: BaseException | None = None
            try:
                job()
            except BaseException as caught:  # handed to whoever waits for the result
                error = caught
            done.put(error)
            del job, done  # hold nobody's arrays while waiting


_threads = 1
_set_blas: list[Callable[[int], None]] = []
_helpers: list[_Helper] = []
_busy = threading.Lock()
_blas_is_single = False


def use(threads: int, set_blas: list[Callable[[int], None]]) -> None:
    """Work on that many threads from now on; `set_blas` sets the number of BLAS threads."""
    global _threads, _set_blas, _blas_is_single
    _blas_is_single = False
    _threads, _set_blas = max(1, min(threads, LANES)), set_blas
    while len(_helpers) < _threads - 1:
        _helpers.append(_Helper())


def shares(count: int, size: int) -> list[list[slice]]:
    """`count` things in chunks of at most `size` and about one length, lane by lane; the same for any number of threads."""
    share = -(-count // LANES)
    chunks = max(1, -(-share // max(1, size)))
    size = max(1, -(-share // chunks))
    ends = [(start, min(start + share, count)) for start in range(0, count, max(1, share))]
    return [[slice(i, min(i + size, stop)) for i in range(start, stop, size)] for start, stop in ends]


def threads() -> int:
    """On how many threads work runs."""
    return _threads


def run(work: Work, lanes: int = LANES) -> None:
    """Call work(lane, thread) for every lane; calls with different `thread` run side by side, so each needs its own buffers."""
    count = min(_threads, lanes)
    if count == 1 or not _busy.acquire(blocking=False):  # someone else's work has the helpers
        for lane in range(lanes):
            work(lane, 0)
        return
    try:
        _run_shared(work, lanes, count)
    finally:
        _busy.release()


def _run_shared(work: Work, lanes: int, count: int) -> None:
    def job(thread: int) -> None:
        for lane in range(thread, lanes, count):
            work(lane, thread)

    done: SimpleQueue[BaseException | None] = SimpleQueue()
    _single_blas()
    for thread in range(1, count):
        _helpers[thread - 1].start(lambda thread=thread: job(thread), done)  # type: ignore[misc]
    own: BaseException | None = None
    try:
        job(0)
    except BaseException as caught:
        own = caught
    for error in [own, *(done.get() for _ in range(1, count))]:
        if error is not None:
            raise error


def _single_blas() -> None:
    global _blas_is_single
    if not _blas_is_single:
        for setter in _set_blas:
            setter(1)
        _blas_is_single = True
