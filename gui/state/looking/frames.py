"""Asking a run for frames: which probes, how often, where they are answered, and whether an answer is still wanted."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from vitrine.core.data import TrainingData
from vitrine.core.errors import shown
from vitrine.core.network.analysis import Analysis
from vitrine.core.probes.base import Probe
from vitrine.core.probes.copied import Copied
from vitrine.core.training.control import Control, FrameRequest
from vitrine.core.training.events import Frame
from vitrine.gui.state.looking.viewer import Viewer

FRAME_SECONDS = 0.065  # at the least between two frames
COPY = "copy for the viewing thread"  # the asker of a moment that heavy probes are answered on

Probes = dict[str, Probe[Any]]


class Frames:
    """The questions to one run, one at a time. `sources` gives, by view, its probe, or None while the view is hidden.

    Light probes are answered by the run between two steps. For heavy ones the run only copies its parameters; the
    viewing thread answers them. Nothing here outlives the run: answers of another run can't come this way.
    """

    def __init__(
        self, sources: dict[str, Callable[[], Probe[Any] | None]] | None = None, between: Callable[[], None] | None = None
    ) -> None:
        self.sources: dict[str, Callable[[], Probe[Any] | None]] = {} if sources is None else sources
        self.between = between  # two passes of the viewing thread
        self.viewer: Viewer | None = None
        self._about: tuple[Analysis, TrainingData] | None = None
        self._request = 0
        self._waiting = False
        self._last = 0.0
        self._asked: Probes = {}  # the light ones that are wanted
        self._looked = False  # the last request asked them
        self._heavy: Probes = {}  # those that the next copy is for, or that the viewing thread is at
        self._shown: tuple[int, Probes] | None = None
        self._viewed: tuple[int, Probes] | None = None
        self._times: dict[str, tuple[object, float]] = {}  # by view: the last heavy question, and when it was put

    # life
    def begin(self, analysis: Analysis, data: TrainingData) -> None:
        """The run stands: with such a network, on these data."""
        self._about = analysis, data
        self.viewer = Viewer(data, self.between)

    def stop(self) -> None:
        """The run ends: nobody waits for answers any more."""
        if self.viewer is not None:
            self.viewer.stop()

    def join(self, timeout: float) -> None:
        if self.viewer is not None:
            self.viewer.join(timeout)

    def forget(self) -> None:
        """What was shown is no longer there: ask again, also at the same step."""
        self._shown = self._viewed = None

    # asking
    def judge(self, probe: object) -> None:
        """Raises TypeError, or what the probe itself raises, where the question can't be put."""
        if not isinstance(probe, Probe):
            raise TypeError(f"its request must be a probe or None, not {shown(probe)}")
        if not isinstance(probe.interval, int | float) or not isinstance(probe.question, Probe):
            raise TypeError(f"{type(probe).__name__} must have a number as its interval, and ask a probe's question")
        if self._about is not None:
            probe.is_heavy(*self._about)
        _ = probe.needs_slots, probe.watches, probe == probe.question

    def ask(self, control: Control, step: int, running: bool) -> None:
        """Put the next question when it is time; a standing run is asked only for what it has not answered at this step."""
        now = time.perf_counter()
        if self._waiting or (running and now - self._last < FRAME_SECONDS):
            return
        wanted = {key: probe for key, source in list(self.sources.items()) if (probe := source()) is not None}  # some may go
        heavy = {key: probe for key, probe in wanted.items() if self._about is not None and probe.is_heavy(*self._about)}
        light = {key: probe for key, probe in wanted.items() if key not in heavy}
        heavy = self._due(heavy, step, running, now)
        probes: Probes = {} if not running and self._shown == (step, light) else dict(light)
        if not heavy and not probes:
            return
        self._request += 1
        self._asked, self._looked, self._waiting, self._last = light, bool(probes), True, now
        if heavy:
            self._heavy = heavy
            probes[COPY] = Copied(slots=any(probe.needs_slots for probe in heavy.values()))
        control.ask_frame(FrameRequest(self._request, probes))

    def _due(self, heavy: Probes, step: int, running: bool, now: float) -> Probes:
        """Those to answer on the next copy: none while the thread is busy, or before their time."""
        if self.viewer is None or self.viewer.busy or not heavy:
            return {}
        if not running:
            return {} if self._viewed == (step, heavy) else heavy
        return {key: probe for key, probe in heavy.items() if not self._waits(key, probe, now)}

    def _waits(self, key: str, probe: Probe[Any], now: float) -> bool:
        question, last = self._times.get(key, (None, 0.0))
        return now - last < probe.interval and question == probe.question

    # answers
    def arrived(self, frame: Frame | None, wanted: bool) -> list[Frame]:
        """What is to be shown now: the run's own `frame`, and what the viewing thread came to meanwhile."""
        found = [] if frame is None or not self._answered(frame, wanted) else [frame]
        viewed = self.viewer.take() if self.viewer is not None else None
        if viewed is not None and wanted:
            self._viewed = viewed.step, self._heavy
            found.append(viewed)
        return found

    def _answered(self, frame: Frame, wanted: bool) -> bool:
        self._waiting = False
        if frame.request != self._request or not wanted:
            return False
        moment, now = frame.answers.pop(COPY, None), time.perf_counter()
        if moment is not None and self.viewer is not None:
            self._times.update((key, (probe.question, now)) for key, probe in self._heavy.items())
            self.viewer.ask(frame.request, moment, self._heavy)
        if self._looked:
            self._shown = (frame.step, self._asked)
        return bool(frame.answers or frame.faults)
