"""A small plot of the learning rate over a run."""

from __future__ import annotations

from functools import partial
from math import isfinite
from numbers import Real
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from vitrine.core.schedules.base import Schedule
from vitrine.core.training.settings import Training
from vitrine.gui.forms.guard import asked
from vitrine.gui.forms.preview import Preview
from vitrine.gui.look import theme


class SchedulePlot(Preview):
    """The rate by epoch from zero to its highest, as it would be if no loss were known. Not wanted where it is the same throughout."""

    of = "schedule"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec: Schedule | None = None
        self._run: tuple[float, int, int] | None = None  # base rate, epochs, steps an epoch; a schedule inside another has none
        self._epochs: list[float] = []
        self._rates: list[float] = []
        self.setFixedHeight(76)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Plot of the learning rate over the run")
        theme.switch().changed.connect(self.update)
        self.hide()

    def set_spec(self, spec: Any) -> None:
        """Draw this schedule; None, a faulty or a constant one hides the plot."""
        if spec is not self._spec:
            self._spec = spec if isinstance(spec, Schedule) else None
            self._compute()
        self.setVisible(self.wanted)

    def set_run(self, rate: Any, epochs: Any, steps: int) -> None:
        """The run to draw it for; left out where the rate is no number above zero, or the epochs are none that a run can have."""
        run = (rate, epochs, max(1, steps))
        if run != self._run and isinstance(rate, float) and rate > 0 and Training.field("epochs").problem(epochs) is None:
            self._run = run
            self._compute()
            self.setVisible(self.wanted)

    def _compute(self) -> None:
        self._epochs, self._rates = [], []
        if self._spec is not None and self._run is not None and not self._spec.problems():
            self._epochs, self._rates = asked(partial(self._preview, self._spec, self._run)) or ([], [])
        self.wanted = len(set(self._rates)) > 1
        if self.wanted:
            self.setToolTip(f"Learning rate by epoch: from {self._rates[0]:.3g} to {self._rates[-1]:.3g}, at most {max(self._rates):.3g}")
        self.update()

    @staticmethod
    def _preview(spec: Schedule, run: tuple[float, int, int]) -> tuple[list[float], list[float]]:
        epochs, rates = spec.preview(*run)
        if len(epochs) != len(rates) or not all(isinstance(one, Real) and isfinite(one) for one in (*epochs, *rates)):
            raise TypeError("its preview must be epochs and rates, finite numbers, as many of the one as of the other")
        return epochs, rates

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        with QPainter(self) as painter:
            area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.setPen(QColor(colors.border))
            painter.setBrush(QColor(colors.raised))
            painter.drawRoundedRect(area, 4, 4)
            if not self.wanted or self._run is None:
                return
            font = painter.font()
            font.setPixelSize(11)
            painter.setFont(font)
            inner = area.adjusted(8, 8, -62, -8)
            high, last = max(self._rates), self._epochs[-1] or 1.0
            painter.setPen(QColor(colors.border))
            painter.drawLine(inner.bottomLeft(), inner.bottomRight())
            points = [
                QPointF(inner.left() + e / last * inner.width(), inner.bottom() - r / high * inner.height())
                for e, r in zip(self._epochs, self._rates)
            ]
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(colors.series[0]), 1.6))
            painter.drawPolyline(QPolygonF(points))
            painter.setPen(QColor(colors.muted))
            right = Qt.AlignmentFlag.AlignRight
            painter.drawText(area.adjusted(0, 5, -8, 0), right, f"{high:.2g}")
            painter.drawText(area.adjusted(0, 0, -8, -5), right | Qt.AlignmentFlag.AlignBottom, f"{self._run[1]:,} ep.")
