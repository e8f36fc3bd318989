"""The data of an experiment, loaded off the window's thread and kept; also while the network can't be trained yet."""

from __future__ import annotations

import logging
import threading
from typing import Any

from PySide6.QtCore import QObject, Signal

from vitrine.core.errors import GUEST, VitrineError, said
from vitrine.core.training.experiment import Experiment
from vitrine.datasets.base import Dataset

log = logging.getLogger(__name__)


def data_key(experiment: Experiment) -> tuple[Any, ...]:
    """What the data depends on."""
    return experiment.dataset, experiment.preprocessing, experiment.split


class DataSource(QObject):
    """`load` builds the data, or returns what the last call built for the same settings. `fetch` does so in a thread
    of its own and then emits `loaded`, or `failed` with what to do about it."""

    loaded = Signal()
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()  # two that want the same data load it once
        self._kept: tuple[tuple[Any, ...] | None, Dataset | None] = (None, None)
        self._age = 0
        self._thread: threading.Thread | None = None
        self._turn = threading.Lock()  # to say what is wanted, or that the thread has no more to do
        self._wanted: Experiment | None = None
        self._at_work = False

    def load(self, experiment: Experiment) -> Dataset:
        """The experiment's data. Raises DataError."""
        from vitrine.datasets.build import build

        with self._lock:
            while True:
                key, data = self._kept
                if data is not None and key == data_key(experiment):
                    return data
                age = self._age
                data = build(experiment.dataset, experiment.preprocessing, experiment.split)  # type: ignore[arg-type]
                with self._turn:
                    if age == self._age:
                        self._kept = data_key(experiment), data
                        return data

    def get(self, experiment: Experiment) -> Dataset | None:
        """The experiment's data if it is here, else None; never waits."""
        key, data = self._kept
        return data if key == data_key(experiment) else None

    def forget(self) -> None:
        """What lies on the disk may be other data by now: read it anew when it is wanted next."""
        with self._turn:
            self._age += 1  # what is being read is out of date, too
            self._kept = (None, None)

    def fetch(self, experiment: Experiment) -> None:
        """Have the data here soon."""
        with self._turn:
            if self.get(experiment) is not None or (self._wanted is not None and data_key(self._wanted) == data_key(experiment)):
                return
            self._wanted = experiment
            if self._at_work:
                return
            self._at_work = True
        self._thread = threading.Thread(target=self._run, name="vitrine-data", daemon=True)
        self._thread.start()

    def _next(self) -> Experiment | None:
        with self._turn:
            self._at_work = self._wanted is not None
            return self._wanted

    def _had(self, experiment: Experiment) -> bool:
        """Whether nobody wanted other data meanwhile."""
        with self._turn:
            if self._wanted is not experiment:
                return False
            self._wanted = None
            return True

    def _run(self) -> None:
        while (experiment := self._next()) is not None:
            message = ""
            try:
                self.load(experiment)
            except VitrineError as error:
                message = str(error)
            except GUEST as error:  # the window must hear of it
                log.exception("the data could not be loaded")
                message = f"The data could not be loaded: {said(error)}. The log has the details."
            if self._had(experiment):
                self.failed.emit(message) if message else self.loaded.emit()

    def stop(self) -> None:
        """Want nothing more."""
        with self._turn:
            self._wanted = None

    def join(self, timeout: float) -> None:
        """Wait for the thread."""
        if self._thread is not None:
            self._thread.join(timeout)
