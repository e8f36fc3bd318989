"""Independent shares of one piece of work, side by side on a few threads.

Work is cut into the same shares however many threads there are, and BLAS has one thread (`vitrine.core.kernels.threads`),
so that results do not depend on the number of threads. NumPy lets go of the interpreter inside its larger operations, which
is when threads gain. Whoever is free takes the next share: a helper that wakes late, on a busy machine, finds it done.
Helper threads start when they are first needed and end by themselves when idle.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from queue import Empty, SimpleQueue

LANES = 4  # shares a batch of images is cut into; as many threads can help
MOST = 8  # threads that can help with anything
IDLE = 0.5  # seconds after which a helper thread ends
WAITING = 4  # jobs that a helper may be behind with: each is over when it comes to it

Work = Callable[[int, int], None]


class _Helper:
    """A thread that takes one job at a time."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._lock = threading.Lock()
        self._alive = False

    def start(self, job: Callable[[], None]) -> None:
        with self._lock:
            if self._jobs.qsize() < WAITING:
                self._jobs.put(job)
            if not self._alive:
                self._alive = True
                threading.Thread(target=self._loop, name="vitrine-lane", daemon=True).start()

    def _loop(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=IDLE)
            except Empty:
                with self._lock:  # a job may have come in between
                    if self._jobs.empty():
                        self._alive = False
                        return
                continue
            job()
            del job  # hold nobody's arrays while waiting


_threads = 1
_helpers: list[_Helper] = []
_busy = threading.Lock()


def use(threads: int) -> None:
    """Work on that many threads from now on."""
    global _threads
    _threads = max(1, min(threads, MOST))
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


def free() -> bool:
    """Whether work that was cut now would be shared: inside a lane it would not."""
    return _threads > 1 and not _busy.locked()


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
    turn = itertools.count()  # `next` is one step of the interpreter: no two threads get the same lane
    done: SimpleQueue[tuple[int, BaseException | None]] = SimpleQueue()

    def job(thread: int) -> None:
        while (lane := next(turn)) < lanes:
            error: BaseException | None = None
            try:
                work(lane, thread)
            except BaseException as caught:  # handed to whoever waits for the result
                error = caught
            done.put((lane, error))

    for thread in range(1, count):  # in the caller's context, which holds its `np.errstate`
        _helpers[thread - 1].start(partial(copy_context().run, job, thread))
    job(0)
    errors = dict(done.get() for _ in range(lanes))
    for lane in range(lanes):
        if (error := errors[lane]) is not None:
            raise error
