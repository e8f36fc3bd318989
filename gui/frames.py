"""Asking the run for frames: which probes, how often, and whether an answer is still wanted."""

from __future__ import annotations

import time
from collections.abc import Callable

from core.control import Control, FrameRequest
from core.events import Frame
from core.probes.base import Probe

FRAME_SECONDS = 0.065  # at the least between two frames


class Frames:
    """One question at a time. `sources` gives, by view, its probe, or None while the view is hidden."""

    def __init__(self) -> None:
        self.sources: dict[str, Callable[[], Probe | None]] = {}
        self._request = 0
        self._asked: dict[str, Probe] = {}
        self._waiting = False
        self._last = 0.0
        self._shown: tuple[int, dict[str, Probe]] | None = None

    def restart(self) -> None:
        """Another run: nothing was asked of it yet."""
        self._waiting, self._shown = False, None

    def forget(self) -> None:
        """What was shown is no longer there: ask again, also at the same step."""
        self._shown = None

    def ask(self, control: Control, step: int, running: bool) -> None:
        """Put the next question when it is time; a standing run is asked only for what it has not answered at this step."""
        now = time.perf_counter()
        if self._waiting or (running and now - self._last < FRAME_SECONDS):
            return
        probes = {key: probe for key, source in self.sources.items() if (probe := source()) is not None}
        if not probes or (not running and self._shown == (step, probes)):
            return
        self._request += 1
        self._asked, self._waiting, self._last = probes, True, now
        control.ask_frame(FrameRequest(self._request, probes))

    def answered(self, frame: Frame, wanted: bool) -> bool:
        """Take note of an answer; whether it shall be shown."""
        self._waiting = False
        if frame.request != self._request or not wanted:
            return False
        self._shown = (frame.step, self._asked)
        return True

    def asked(self, key: str) -> Probe | None:
        """The probe that the last frame answered for that view: answers to what it no longer asks are dropped."""
        return self._asked.get(key)
