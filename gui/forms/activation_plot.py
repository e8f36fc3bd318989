"""A small plot of an activation and its derivative."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from vitrine.core.activations.base import Activation
from vitrine.gui.forms.guard import asked
from vitrine.gui.forms.preview import Preview
from vitrine.gui.look import theme

SPAN = 4.0  # z from -SPAN to SPAN
POINTS = 161


class ActivationPlot(Preview):
    """f(z) as a line, f'(z) dashed. Not wanted where there is no curve of one variable (softmax)."""

    of = "activation"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec: Activation | None = None
        self._z = np.linspace(-SPAN, SPAN, POINTS, dtype=np.float32)  # in double precision GELU's would import SciPy first: 0.3 s
        self._y = self._slope = self._z
        self.setFixedHeight(92)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Plot of the activation and its derivative")
        self.setToolTip("The activation f(z) as a line, its derivative f'(z) dashed, for z from -4 to 4")
        theme.switch().changed.connect(self.update)
        self.hide()

    def set_spec(self, spec: Any) -> None:
        """Draw this activation; None, a faulty one or one without a curve hides the plot."""
        if spec is not self._spec:
            self._spec = spec
            curve = asked(lambda: self._curve(spec)) if isinstance(spec, Activation) and not spec.problems() else None
            self.wanted = curve is not None
            if curve is not None:
                self._y, self._slope = curve
            self.update()
        self.setVisible(self.wanted)

    def _curve(self, spec: Activation) -> tuple[np.ndarray, np.ndarray] | None:
        found = spec.curve(self._z)
        if found is None:
            return None
        y, slope = (np.asarray(part, np.float64).reshape(self._z.shape) for part in found)
        return y, slope

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            colors = theme.current()
            area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.setPen(QColor(colors.border))
            painter.setBrush(QColor(colors.raised))
            painter.drawRoundedRect(area, 4, 4)
            low, high = self._range()
            inner = area.adjusted(6, 7, -52, -7)

            def place(z: float, value: float) -> QPointF:
                return QPointF(
                    inner.left() + (z + SPAN) / (2 * SPAN) * inner.width(),
                    inner.bottom() - (value - low) / (high - low) * inner.height(),
                )

            painter.setPen(QPen(QColor(colors.border), 1))
            painter.drawLine(place(-SPAN, 0), place(SPAN, 0))
            painter.drawLine(place(0, low), place(0, high))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setClipRect(inner.adjusted(-2, -2, 2, 2))
            for values, index, style in ((self._slope, 1, Qt.PenStyle.DashLine), (self._y, 0, Qt.PenStyle.SolidLine)):
                painter.setPen(QPen(QColor(colors.series[index]), 1.6, style))
                painter.drawPolyline(QPolygonF([place(z, v) for z, v in zip(self._z.tolist(), values.tolist())]))
            painter.setClipping(False)
            self._legend(painter, area)

    def _range(self) -> tuple[float, float]:
        both = np.concatenate([self._y, self._slope])
        both = both[np.isfinite(both)]
        low, high = (float(both.min()), float(both.max())) if len(both) else (-1.0, 1.0)
        low, high = max(min(low, -0.1), -SPAN), min(max(high, 0.1), SPAN)
        return low - 0.05 * (high - low), high + 0.05 * (high - low)

    def _legend(self, painter: QPainter, area: QRectF) -> None:
        colors = theme.current()
        font = painter.font()
        font.setPixelSize(11)
        painter.setFont(font)
        right = Qt.AlignmentFlag.AlignRight
        for row, (text, index) in enumerate((("f(z)", 0), ("f'(z)", 1))):
            painter.setPen(QColor(colors.series[index]))
            painter.drawText(area.adjusted(0, 6 + 15 * row, -8, 0), right, text)
        painter.setPen(QColor(colors.muted))
        painter.drawText(area.adjusted(0, 0, -8, -5), right | Qt.AlignmentFlag.AlignBottom, f"|z| ≤ {SPAN:g}")
