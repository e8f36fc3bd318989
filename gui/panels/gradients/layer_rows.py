"""Rows of a network's layers, first layer on top: bars on a logarithmic axis, or histograms over a shared one."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from vitrine.core.probes.gradients import GradientsAnswer, Histograms
from vitrine.gui.look import theme
from vitrine.gui.look.colors import mixed
from vitrine.gui.widgets.charts import axes

FOOT, LEAST_ROW, MOST_ROW, PAD = 18, 17, 34, 6
WEAK = 0.02  # of the largest: a bar in the colour of warnings


class LayerRows(QWidget):
    """Shows a `GradientsAnswer`: its histograms if it has them, else bars of `quantity`. `chosen` carries a clicked layer."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.answer: GradientsAnswer | None = None
        self.quantity = "gradient"
        self.range: tuple[int, int] | None = None  # decades of the axis: it widens at once, and never narrows
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)

    def show_answer(self, answer: GradientsAnswer) -> None:
        grown = len(answer.layers) != len(self.layers)
        self.answer = answer
        if answer.histograms is None:
            self._widen(answer.sizes(self.quantity))
        if grown:
            self.setMinimumHeight(self.minimumSizeHint().height())
        self.update()

    def set_quantity(self, quantity: str) -> None:
        self.quantity, self.range = quantity, None
        if self.answer is not None and self.answer.histograms is None:
            self._widen(self.answer.sizes(quantity))
        self.update()

    def clear(self) -> None:
        self.answer, self.range = None, None
        self.update()

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of the rows."""
        return () if self.answer is None else self.answer.layers

    @property
    def histogram(self) -> bool:
        return self.answer is not None and self.answer.histograms is not None

    def minimumSizeHint(self) -> QSize:
        return QSize(140, FOOT + LEAST_ROW * max(1, len(self.layers)))

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def _widen(self, values: np.ndarray) -> None:
        shown = values[np.isfinite(values) & (values > 0)]
        if not len(shown):
            return
        low, high = math.floor(math.log10(shown.min())), math.ceil(math.log10(shown.max()) + 1e-9)
        low = min(low, high - 2)
        if self.range is not None:
            low, high = min(low, self.range[0]), max(high, self.range[1])
        self.range = max(low, high - 14), high

    # places
    def row(self, index: int) -> QRectF:
        height = min(MOST_ROW, (self.height() - FOOT) / max(1, len(self.layers)))
        return QRectF(0, index * height, self.width(), height)

    def area(self) -> tuple[float, float]:
        """Left and right of what is drawn between names and numbers."""
        metrics = self.fontMetrics()
        names = max((metrics.horizontalAdvance(name) for name in self.layers), default=0)
        left = PAD + min(names, self.width() * 0.3) + 8
        return left, max(left + 20.0, self.width() - metrics.horizontalAdvance("88 % zero") - 10)

    def layer_at(self, place: QPointF) -> int | None:
        return next((i for i in range(len(self.layers)) if self.row(i).contains(place)), None)

    # painting
    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.color("surface"))
            answer = self.answer
            if answer is None:
                return
            font = QFont(self.font())
            font.setPixelSize(11)
            painter.setFont(font)
            left, right = self.area()
            self._paint_axis(painter, left, right)
            for index, name in enumerate(answer.layers):
                row = self.row(index)
                painter.setPen(theme.color("text"))
                shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, round(left - 8 - PAD))
                painter.drawText(QRectF(PAD, row.top(), left - 8 - PAD, row.height()), Qt.AlignmentFlag.AlignVCenter, shown)
                if answer.histograms is not None:
                    self._paint_histogram(painter, answer.histograms, index, row, left, right)
                else:
                    self._paint_bar(painter, answer.sizes(self.quantity), index, row, left, right)

    def _ticks(self) -> list[tuple[float, str]]:
        """Share of the width and text."""
        if self.answer is not None and self.answer.histograms is not None:
            low, high, log = self.answer.histograms.low, self.answer.histograms.high, self.answer.histograms.log
            values = axes.linear_ticks(low, high, max(2, self.width() // 80))
            texts = [_power(v) if log else axes.tick_text(v) for v in values]
            return [((v - low) / (high - low), text) for v, text in zip(values, texts) if not log or v == round(v)]
        if self.range is None:
            return []
        low, high = self.range
        every = max(1, -(-(high - low) * 46 // max(46, self.width() - 160)))
        text = _percent if self.quantity == "ratio" else _power
        return [((e - low) / (high - low), text(e)) for e in range(low, high + 1, every)]

    def _paint_axis(self, painter: QPainter, left: float, right: float) -> None:
        bottom = self.row(len(self.layers) - 1).bottom()
        for share, text in self._ticks():
            x = round(left + share * (right - left)) + 0.5
            painter.setPen(theme.color("grid"))
            painter.drawLine(QPointF(x, 0), QPointF(x, bottom))
            painter.setPen(theme.color("muted"))
            painter.drawText(QRectF(x - 40, bottom + 2, 80, 14), Qt.AlignmentFlag.AlignCenter, text)
        painter.setPen(theme.color("border"))
        painter.drawLine(QPointF(left, bottom), QPointF(right, bottom))

    def _paint_bar(self, painter: QPainter, sizes: np.ndarray, index: int, row: QRectF, left: float, right: float) -> None:
        value = float(sizes[index])
        largest = float(np.nanmax(sizes, initial=0.0))
        number = QRectF(right + 6, row.top(), self.width() - right - 6, row.height())
        painter.setPen(theme.color("muted"))
        painter.drawText(number, Qt.AlignmentFlag.AlignVCenter, self.number(value))
        if self.range is None or not value > 0:
            return
        low, high = self.range
        share = min(1.0, max(0.0, (math.log10(value) - low) / (high - low)))
        weak = self.quantity == "gradient" and value < WEAK * largest
        height = min(16.0, row.height() - 5)
        bar = QRectF(left, row.center().y() - height / 2, max(2.0, share * (right - left)), height)
        painter.fillRect(bar, theme.color("warning") if weak else QColor(theme.current().series[0]))

    def _paint_histogram(self, painter: QPainter, shown: Histograms, index: int, row: QRectF, left: float, right: float) -> None:
        counts = shown.counts[index]
        most, bins = int(counts.max()), len(counts)
        color = mixed(QColor(theme.current().series[0]), theme.color("surface"), 0.85)
        base, room = row.bottom() - 1, row.height() - 4
        edges = [round(left + k * (right - left) / bins) for k in range(bins + 1)]
        for k in np.flatnonzero(counts).tolist():
            height = max(1.0, room * int(counts[k]) / most)
            painter.fillRect(QRectF(edges[k], base - height, edges[k + 1] - edges[k], height), color)
        if not shown.log and shown.low < 0 < shown.high:
            zero = left - shown.low / (shown.high - shown.low) * (right - left)
            painter.setPen(QPen(theme.color("muted"), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(zero, row.top() + 2), QPointF(zero, base))
        painter.setPen(theme.color("grid"))
        painter.drawLine(QPointF(left, row.bottom()), QPointF(right, row.bottom()))
        zeros = float(shown.zeros[index])
        if zeros > 0.005:
            painter.setPen(theme.color("muted"))
            place = QRectF(right + 6, row.top(), self.width() - right - 6, row.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, f"{100 * zeros:.0f} % zero")

    def number(self, value: float) -> str:
        if not math.isfinite(value):
            return "\N{EN DASH}"
        if self.quantity == "ratio":
            return f"{100 * value:.2g} %".replace("e-0", "e-")
        return f"{value:.2g}" if value >= 1e-3 or not value else f"{value:.1e}".replace("e-0", "e-")

    # the mouse
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.layer_at(QPointF(event.pos()))
            if index is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), self.tip(index), self)
            return True
        return super().event(event)

    def tip(self, index: int) -> str:
        """All numbers of a layer, in words."""
        p = self.answer
        if p is None:
            return ""
        text = axes.value_text
        lines = [
            f"{p.layers[index]} at step {p.step:,}",
            f"gradient: root mean square {text(float(p.gradient[index]))}, norm {text(float(p.gradient_norm[index]))}",
            f"weights {text(float(p.weights[index]))}, changed in one step by {text(float(p.update[index]))}",
            f"output {text(float(p.activations[index]))}",
        ]
        if p.histograms is not None and p.histograms.zeros[index]:
            lines.append(f"exactly zero: {100 * float(p.histograms.zeros[index]):.1f} %")
        return "\n".join(lines)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.layer_at(event.position())
        if index is not None and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self.layers[index])


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _power(exponent: float) -> str:
    """10 to that power; 1 and 10 in full."""
    whole = round(exponent)
    return {0: "1", 1: "10"}.get(whole, "10" + str(whole).translate(_RAISED))


def _percent(exponent: int) -> str:
    return f"{10.0 ** (exponent + 2):g} %".replace("e-0", "e-")
