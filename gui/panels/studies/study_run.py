"""The thread of a study, and the small mailbox through which the window learns of it."""

from __future__ import annotations

import logging
import sys
import threading
from collections import deque
from typing import Any

from vitrine.core.errors import GUEST, VitrineError, said
from vitrine.core.studies.base import Build, Measured, Progress, Study, Values, Verdict, checked_event
from vitrine.core.training.experiment import Experiment
from vitrine.gui.state.courtesy import Courtesy, Turns
from vitrine.gui.state.data_source import DataSource, data_key
from vitrine.gui.state.worker import SWITCH_INTERVAL

log = logging.getLogger(__name__)


def data_through(source: DataSource, experiment: Experiment) -> Build:
    """Gives a study its data: the document's own from where the live run has it, other splits without disturbing that."""
    own = data_key(experiment)

    def load(current: Experiment) -> Any:
        from vitrine.datasets.build import build

        if data_key(current) == own:
            return source.load(current)
        return build(current.dataset, current.preprocessing, current.split)  # type: ignore[arg-type]

    return load


class StudyThread(threading.Thread):
    """Drives a study until its end or `cancel`. The window reads `progress`, `take_rows`, and once `over` is true the
    `verdict`, or `failure` in words; without either the study was cancelled. Single assignments need no lock."""

    def __init__(self, study: Study, experiment: Experiment, build: Build, courtesy: Courtesy) -> None:
        super().__init__(name="vitrine-study", daemon=True)
        self.study = study
        self.experiment = experiment
        self.progress = Progress(0.0, "Loading the data…")
        self.verdict: Verdict | None = None
        self.failure = ""
        self.over = False
        self._build = build
        self._courtesy = courtesy
        self._cancelled = False
        self._rows: deque[Values] = deque()

    def cancel(self) -> None:
        self._cancelled = True

    def take_rows(self) -> list[Values]:
        """What was measured since the last call."""
        taken = []
        while self._rows:
            taken.append(self._rows.popleft())
        return taken

    def run(self) -> None:
        try:
            self._drive()
        except VitrineError as error:
            self.failure = str(error)
        except GUEST as error:  # a thread's last line of defence: the window must hear of it
            log.exception("the study broke")
            self.failure = f"The study broke: {said(error)}. The log has the details."
        finally:
            self.over = True

    def _drive(self) -> None:
        sys.setswitchinterval(SWITCH_INTERVAL)
        turns = Turns(self._courtesy)
        for found in self.study.run(self.experiment, self._build):
            if self._cancelled:
                return
            event = checked_event(found)
            if type(event) is Progress:
                self.progress = event
                turns.between_steps()
            elif isinstance(event, Measured):
                self._rows.append(event.values)
            elif isinstance(event, Verdict):
                self.verdict = event


class StudyRunner:
    """The study that runs, if one does. Knows no widget, so that it can end the thread after they are gone."""

    def __init__(self) -> None:
        self.thread: StudyThread | None = None

    def start(self, study: Study, experiment: Experiment, build: Build, courtesy: Courtesy) -> StudyThread:
        self.stop()
        self.thread = StudyThread(study, experiment, build, courtesy)
        self.thread.start()
        return self.thread

    def stop(self, _gone: object = None) -> None:
        """Cancel: it ends by itself after the step under way. May be called by a signal that hands over what is gone."""
        thread, self.thread = self.thread, None
        if thread is not None:
            thread.cancel()
