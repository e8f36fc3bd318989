"""A confusion matrix: true classes down, predicted ones across, with precision and recall at its edges."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from vitrine.core.probes.confusion import Counts
from vitrine.gui.look import theme
from vitrine.gui.look.colors import mixed, readable_on

EDGE, HEAD, FOOT, SMALLEST_TEXT = 46, 30, 18, 13
STEPS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}


class MatrixView(QWidget):
    """Painted into a pixmap once for all equal `counts`. chosen: true and predicted class of a cell
    that was clicked, or that the arrows went to before Enter was pressed."""

    chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.counts: Counts | None = None
        self._pixmap: QPixmap | None = None
        self.current: tuple[int, int] | None = None
        self._measured_for: Any = None
        self._measured = (0, 1.0, 1.0, 0)
        self.setMinimumSize(100, 80)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("confusion matrix: arrow keys move from cell to cell, Enter shows the cell's examples")

    def show_counts(self, counts: Counts) -> None:
        before, self.counts = self.counts, counts
        if before is None or not np.array_equal(counts.counts, before.counts) or counts.classes != before.classes:
            self.retheme()

    @property
    def classes(self) -> tuple[str, ...]:
        """Their names; none while nothing is shown."""
        return () if self.counts is None else self.counts.classes

    def set_current(self, cell: tuple[int, int] | None) -> None:
        if cell != self.current:
            self.current = cell
            self.update()

    def clear(self) -> None:
        self.counts = None
        self.retheme()

    def retheme(self) -> None:
        self._pixmap = None
        self.update()

    # places
    def _measure(self) -> tuple[int, float, float, int]:
        """Width of the names, width and height of a cell, number of classes; asked for each cell, so kept."""
        key = (self.size().toTuple(), self.classes)
        if self._measured_for != key:
            classes = self.classes
            widest = max((self.fontMetrics().horizontalAdvance(name) for name in classes), default=10)
            left = min(max(34, widest + 8), max(34, self.width() // 4))
            width = min((self.width() - left - EDGE - 4) / len(classes), 64.0)
            height = min((self.height() - HEAD - FOOT - 2) / len(classes), 40.0)
            self._measured_for, self._measured = key, (left, width, height, len(classes))
        return self._measured

    def cell(self, row: int, column: int) -> QRectF:
        """Row k and column k, one past the classes, are the edges with recall and precision."""
        left, width, height, k = self._measure()
        x, y = left + column * width, HEAD + row * height
        return QRectF(x + (2 if column == k else 0), y + (2 if row == k else 0), EDGE if column == k else width, 16 if row == k else height)

    def cell_at(self, place: QPointF) -> tuple[int, int] | None:
        k = len(self.classes)
        if not k:
            return None
        first = self.cell(0, 0)
        column, row = int((place.x() - first.left()) // first.width()), int((place.y() - first.top()) // first.height())
        return (row, column) if 0 <= row < k and 0 <= column < k else None

    # painting
    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        if self._pixmap is None or self._pixmap.size() != self.size() * ratio:
            self._pixmap = QPixmap(self.size() * ratio)
            self._pixmap.setDevicePixelRatio(ratio)
            self._pixmap.fill(theme.color("surface"))
            if self.counts is not None:
                with QPainter(self._pixmap) as painter:
                    self._paint(painter, self.counts)
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._pixmap)
            if self.current is not None and max(self.current) < len(self.classes):
                painter.setPen(QPen(theme.color("accent" if self.hasFocus() else "text"), 2))
                painter.drawRect(self.cell(*self.current))

    def _paint(self, painter: QPainter, shown: Counts) -> None:
        counts, classes = shown.counts, shown.classes
        first = self.cell(0, 0)
        size = 11 if first.height() >= SMALLEST_TEXT and first.width() >= 16 else 9
        font = QFont(self.font())
        font.setPixelSize(size)
        painter.setFont(font)
        self._paint_names(painter, classes, first)
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        ground = theme.color("surface")
        right, wrong = QColor(theme.current().series[0]), QColor(theme.current().series[1])
        digits = max(len(str(int(counts.max()))), 1)
        texts = first.height() >= size and first.width() >= digits * size * 0.62
        for i, row in enumerate(counts.tolist()):
            for j, count in enumerate(row):
                rect = self.cell(i, j)
                share = 0.15 + 0.85 * math.sqrt(float(shares[i, j])) if count else 0.0
                shade = mixed(right if i == j else wrong, ground, share)
                painter.fillRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), shade if count else theme.color("raised"))
                if texts and count:
                    painter.setPen(readable_on(shade))
                    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, f"{count}")
        self._paint_edges(painter, shown)

    def _paint_names(self, painter: QPainter, classes: tuple[str, ...], first: QRectF) -> None:
        metrics = painter.fontMetrics()
        every_row = max(1, math.ceil(metrics.height() * 0.85 / first.height()))
        widest = max(metrics.horizontalAdvance(name) for name in classes)
        every_column = max(1, math.ceil(min(widest + 2, 40) / first.width()))
        painter.setPen(theme.color("text"))
        for k, name in enumerate(classes):
            if k % every_row == 0:
                rect = QRectF(0, self.cell(k, 0).top(), first.left() - 4, first.height())
                shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, round(rect.width()))
                painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown)
            if k % every_column == 0:
                width = first.width() * every_column
                rect = QRectF(self.cell(0, k).center().x() - width / 2, HEAD - 15, width, 14)
                shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, round(width))
                painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, shown)
        painter.setPen(theme.color("muted"))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(first.left(), 1, 200, 14), left, "predicted \N{RIGHTWARDS ARROW}")
        painter.drawText(QRectF(2, HEAD - 15, first.left(), 14), left, "true \N{DOWNWARDS ARROW}")

    def _paint_edges(self, painter: QPainter, shown: Counts) -> None:
        k = len(shown.classes)
        centered, left = Qt.AlignmentFlag.AlignCenter, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        metrics = painter.fontMetrics()
        painter.setPen(theme.color("muted"))
        painter.drawText(QRectF(self.cell(0, k).left(), HEAD - 15, EDGE, 14), left, "recall")
        painter.drawText(QRectF(0, self.cell(k, 0).top(), self.cell(0, 0).left() - 4, 14), Qt.AlignmentFlag.AlignRight, "prec.")
        painter.setPen(theme.color("text"))
        first = self.cell(0, 0)
        if first.height() >= metrics.height() * 0.8:
            for i, value in enumerate(shown.recall.tolist()):
                painter.drawText(self.cell(i, k), left, percent(value))
        wide = metrics.horizontalAdvance("100") + 2
        every = max(1, math.ceil(wide / first.width()))
        for j, value in enumerate(shown.precision.tolist()):
            if j % every == 0:
                middle = self.cell(k, j).center()
                short = percent(value) if first.width() > wide + 16 else percent(value).removesuffix(" %")
                painter.drawText(QRectF(middle.x() - 30, self.cell(k, j).top(), 60, 14), centered, short)

    # the mouse
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            found = self.cell_at(QPointF(event.pos()))
            if found is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), self.tip(*found), self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.cell_at(event.position())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self._choose(found)

    def _choose(self, cell: tuple[int, int]) -> None:
        self.set_current(cell)
        self.chosen.emit(*cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, count = Qt.Key(event.key()), len(self.classes)
        if key in STEPS and count:
            row, column = self.current or (0, 0)
            down, right = STEPS[key] if self.current is not None else (0, 0)
            self.set_current((min(max(row + down, 0), count - 1), min(max(column + right, 0), count - 1)))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current is not None and count:
            self._choose(self.current)
        else:
            super().keyPressEvent(event)

    def tip(self, row: int, column: int) -> str:
        """A cell in words."""
        if self.counts is None:
            return ""
        counts, classes = self.counts.counts, self.counts.classes
        count, of = int(counts[row, column]), int(counts[row].sum())
        recall, precision = float(self.counts.recall[row]), float(self.counts.precision[column])
        return (
            f"{count:,} of {of:,} examples of {classes[row]} were taken for {classes[column]}\n"
            f"recall of {classes[row]} {percent(recall)}, precision of {classes[column]} {percent(precision)}"
        )


def percent(share: float) -> str:
    """98 %, or a dash where it can't be said."""
    return "\N{EN DASH}" if math.isnan(share) else f"{share * 100:.0f} %"
