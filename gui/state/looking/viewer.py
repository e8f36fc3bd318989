"""The viewing thread of a run: answers heavy probes on copies of its moments, so that nobody waits for them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import NamedTuple

from vitrine.core.data import TrainingData
from vitrine.core.errors import GUEST, said
from vitrine.core.probes.base import Probe
from vitrine.core.recording.moment import Copy, Moment
from vitrine.core.training.events import Frame
from vitrine.core.training.view import Looking

log = logging.getLogger(__name__)

Probes = Mapping[str, Probe[object]]


class Task(NamedTuple):
    """Probes to answer at a moment."""

    request: int
    moment: Moment
    probes: Probes


class Pauses:
    """Called between two passes of a probe: waits there, until nobody wants the answers any more. Apart from the viewer: a network
    that knew the viewer would be in a cycle with it, and neither it nor the data would ever leave the memory."""

    def __init__(self, between: Callable[[], None] | None) -> None:
        self._between = between
        self.over = False

    def __call__(self) -> None:
        if self._between is not None and not self.over:
            self._between()


class Viewer:
    """One task at a time: it is `busy` from `ask` until somebody `take`s what came of it. The thread starts with the first
    task. A probe that raises is told of in the frame's `faults` and not asked the same again. `between` is called between
    a probe's passes through the network: there the thread waits while the window works."""

    def __init__(self, data: TrainingData, between: Callable[[], None] | None = None) -> None:
        self._pauses = Pauses(between)
        self._copy = Copy(data, self._pauses)
        self._looking = Looking()
        self._wake = threading.Condition()
        self._task: Task | None = None
        self._frame: Frame | None = None
        self._stopped = False
        self._thread: threading.Thread | None = None
        self.busy = False

    def ask(self, request: int, moment: Moment, probes: Probes) -> None:
        """Answer these probes at that moment. Nothing happens while it is busy, or after the end."""
        with self._wake:
            if self._stopped or self.busy:
                return
            self._task, self.busy = Task(request, moment, probes), True
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="vitrine-viewing", daemon=True)
                self._thread.start()
            self._wake.notify()

    def take(self) -> Frame | None:
        """What came of the task, once; None while it is not there."""
        with self._wake:
            frame, self._frame = self._frame, None
            self.busy = self.busy and frame is None
            return frame

    def stop(self) -> None:
        """End after the probe under way; what it says is dropped."""
        self._pauses.over = True
        with self._wake:
            self._stopped, self._task, self._frame = True, None, None
            self._wake.notify()

    def join(self, timeout: float) -> None:
        thread = self._thread
        if thread is not None:
            thread.join(timeout)

    # the thread
    def _run(self) -> None:
        while (task := self._next()) is not None:
            frame = self._answer(task)
            with self._wake:
                if not self._stopped:
                    self._frame = frame
            del task, frame  # hold no moment while waiting

    def _next(self) -> Task | None:
        with self._wake:
            self._wake.wait_for(lambda: self._task is not None or self._stopped)
            task, self._task = self._task, None
            return None if self._stopped else task

    def _answer(self, task: Task) -> Frame:
        try:
            return self._looking.frame(task.request, task.probes, self._copy.view(task.moment))
        except GUEST as error:  # a layer that can't be built a second time, or no memory for it
            log.exception("a moment could not be looked at")
            text = f"The network could not be copied to be looked at: {said(error)}. The log has the details."
            return Frame(task.request, task.moment.step, task.moment.epoch, {}, faults=dict.fromkeys(task.probes, text))
