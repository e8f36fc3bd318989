"""One diagnosis as a row: what, where and when, then the words and the remedy."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from vitrine.core.training.events import Diagnosis
from vitrine.gui.panels.diagnosis.row import Row


class DiagnosisRow(Row):
    """Gray once it is over. `epoch`: in which it was said, counted from 1; the message itself names the step."""

    def __init__(self, diagnosis: Diagnosis, epoch: int, parent: QWidget | None = None) -> None:
        super().__init__(diagnosis.message, diagnosis.remedy, diagnosis.severity, diagnosis.node, parent)
        self.diagnosis, self.epoch = diagnosis, epoch
        self.over: int | None = None  # the step since which it no longer holds
        self._over_epoch = 0
        self._write_head()

    def end(self, step: int, epoch: int) -> None:
        """It is over since that step."""
        self.over, self._over_epoch = step, epoch
        self.stripe = "border"
        for label in (self.head, self.message):
            label.setProperty("role", "muted")
            label.style().polish(label)
        self._write_head()
        self.update()

    def _write_head(self) -> None:
        over = [] if self.over is None else [f"over since step {self.over:,}, epoch {self._over_epoch:,}"]
        self.set_head(self.diagnosis.node or "the whole network", f"epoch {self.epoch:,}", *over)
