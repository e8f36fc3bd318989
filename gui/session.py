"""Application state and verbs: run, pause, step, reset. The one place where the window and the worker meet."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from core.history import RunHistory
from gui.document import Document


class Session(QObject):
    """States: "preparing" (data loads, weights are drawn), "blocked" (the experiment has problems), "ready",
    "running", "paused", "finished", "failed"."""

    state_changed = Signal(str)
    frame = Signal(object)  # core.events.Frame
    prepared = Signal(object)  # another run: its RunHistory
    diagnosis = Signal(object)  # core.events.Diagnosis
    message = Signal(str, str)  # kind ("info", "warning", "error"), text
    progress = Signal(str)  # what slow thing is under way; "" when it is over
    unit_changed = Signal(str, int)  # layer id, unit

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.state = "preparing"
        self.history: RunHistory | None = None
        self.data: Any = None  # datasets.base.Dataset of the prepared run
        self.unit: tuple[str, int] | None = None
        self.step = 0
        self.epoch = 0

    def select_unit(self, node_id: str, unit: int) -> None:
        """Choose one unit (a map, a neuron) for all views."""
        if self.unit != (node_id, unit):
            self.unit = (node_id, unit)
            self.unit_changed.emit(node_id, unit)
