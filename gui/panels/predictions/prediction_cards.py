"""Examples as cards: picture, what it is, what the network takes it for, and how sure it is."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from vitrine.core.pictures import mosaic
from vitrine.core.probes.predictions import Examples
from vitrine.gui.look import theme
from vitrine.gui.widgets.charts.axes import value_text
from vitrine.gui.widgets.indexed_image import IndexedImage

WIDTH, HEIGHT, PICTURE, PAD = 150, 62, 50, 4
UPRIGHT = 12  # classes with short names that fit as upright bars
MOST_TOLD = 12  # features in a tip
NO_NUMBER = "no number (NaN)"


class PredictionCards(QWidget):
    """What does not change from frame to frame (pictures, names) is painted once; bars and verdicts over it.

    chosen: the place in the split of a card that was clicked.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.examples: Examples | None = None
        self.split = ""  # the part of the data that they come from
        self.classes: tuple[str, ...] = ()
        self.features: tuple[str, ...] = ()
        self.current: int | None = None  # the chosen example's place in the split
        self._ground: QPixmap | None = None
        self._ground_key: Any = None
        self.setMinimumSize(WIDTH, HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def capacity(self) -> int:
        """Cards that fit."""
        return max(1, self.width() // WIDTH) * max(1, self.height() // HEIGHT)

    def show_examples(self, examples: Examples, split: str, classes: tuple[str, ...], features: tuple[str, ...]) -> None:
        self.examples, self.split, self.classes, self.features = examples, split, classes, features
        self.update()

    @property
    def rows(self) -> list[int]:
        """The places of the shown examples in their part."""
        return [] if self.examples is None else self.examples.rows.tolist()

    def set_current(self, row: int | None) -> None:
        if row != self.current:
            self.current = row
            self.update()

    def clear(self) -> None:
        self.examples = None
        self._ground = None  # other data may have the same rows
        self.update()

    def retheme(self) -> None:
        self._ground = None
        self.update()

    def card_rect(self, index: int) -> QRectF:
        columns = max(1, self.width() // WIDTH)
        width, height = self.width() / columns, self.height() / max(1, self.height() // HEIGHT)
        row, column = divmod(index, columns)
        return QRectF(column * width, row * height, width, HEIGHT).adjusted(PAD, PAD, -PAD, 0)

    def card_at(self, place: QPointF) -> int | None:
        return next((i for i in range(len(self.rows)) if self.card_rect(i).contains(place)), None)

    @property
    def _shown(self) -> Examples:
        assert self.examples is not None
        return self.examples

    # what is said
    def inputs(self, index: int) -> list[tuple[str, float]]:
        """What goes in, where it is no picture: names and values."""
        if self._shown.pictures is not None:
            return []
        values = np.ravel(self._shown.x[index]).tolist()
        return [(self.features[i] if i < len(self.features) else f"x{i + 1}", value) for i, value in enumerate(values)]

    def input_lines(self, index: int, metrics: QFontMetrics) -> list[str]:
        """As many of them as a picture has room for; where a name is too long for it, the value still is whole."""
        lines = []
        for name, value in self.inputs(index)[:4]:
            shown = f"{value:.3g}" if abs(value) < 1000 else value_text(value)
            room = PICTURE + 4 - metrics.horizontalAdvance(f" {shown}")
            lines.append(f"{metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)} {shown}")
        return lines

    def true_text(self, index: int) -> str:
        y = self._shown.y[index]
        return self.classes[int(y)] if self.classes else value_text(float(np.ravel(y)[0]))

    def is_number(self, index: int) -> bool:
        """Whether the network answers with numbers, not with NaN or infinity."""
        return bool(np.isfinite(self._shown.outputs[index]).all())

    def predicted_text(self, index: int) -> str:
        if not self.is_number(index):
            return NO_NUMBER
        if self.classes:
            return self.classes[self.predicted_class(index)]
        return value_text(float(self._shown.outputs[index, 0]))

    def predicted_class(self, index: int) -> int:
        assert self._shown.predicted is not None
        return int(self._shown.predicted[index])

    def is_mistake(self, index: int) -> bool:
        return bool(self.classes) and (self.predicted_class(index) != int(self._shown.y[index]) or not self.is_number(index))

    def probabilities(self, index: int) -> np.ndarray:
        """One number a class."""
        return np.asarray(self._shown.probabilities[index])

    # painting
    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            count = len(self.rows)
            if not count:
                painter.fillRect(self.rect(), theme.color("surface"))
                return
            painter.drawPixmap(0, 0, self._static(count))
            if self.current in self.rows:
                painter.setPen(theme.color("accent"))
                painter.drawRoundedRect(self.card_rect(self.rows.index(self.current)).adjusted(-3, -3, 3, 1), 4, 4)
            painter.setFont(self._font(11, bold=True))
            made = self._shown.output_pictures
            for i in range(count):
                if made is None:
                    self._paint_verdict(painter, i)
                else:
                    self._paint_made(painter, i, made[i])
            for i in range(count if made is None else 0):
                if not self.is_number(i):
                    continue
                if not self.classes:
                    self._paint_error(painter, i)
                elif self._upright:
                    self._paint_upright(painter, i)
                else:
                    self._paint_likeliest(painter, i)

    def _font(self, size: int, bold: bool = False) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(size)
        font.setBold(bold)
        return font

    @property
    def _upright(self) -> bool:
        return 2 < len(self.classes) <= UPRIGHT and max(map(len, self.classes)) <= 2

    def _static(self, count: int) -> QPixmap:
        ratio = self.devicePixelRatioF()
        key = (tuple(self.rows), self.split, self.classes, self.size().toTuple(), ratio, theme.current().name)
        if self._ground is not None and self._ground_key == key:
            return self._ground
        ground = QPixmap(self.size() * ratio)
        ground.setDevicePixelRatio(ratio)
        ground.fill(theme.color("surface"))
        with QPainter(ground) as painter:
            for i in range(count):
                self._paint_static(painter, i)
        self._ground, self._ground_key = ground, key
        return ground

    def _paint_static(self, painter: QPainter, index: int) -> None:
        rect = self.card_rect(index)
        pictures = self._shown.pictures
        if pictures is not None:
            values = pictures[index]
            shown = IndexedImage(mosaic.gray(values, float(values.min()), float(values.max())), "gray")
            scale = PICTURE / max(values.shape)
            target = QRectF(rect.left(), rect.top(), values.shape[1] * scale, values.shape[0] * scale)
            painter.drawImage(target, shown.image)
        else:
            painter.setFont(self._font(10))
            painter.setPen(theme.color("muted"))
            for i, text in enumerate(self.input_lines(index, painter.fontMetrics())):
                painter.drawText(QPointF(rect.left(), rect.top() + 10 + 12 * i), text)
        if self._shown.output_pictures is not None:
            return
        painter.setFont(self._font(11))
        painter.setPen(theme.color("muted"))
        left = rect.left() + PICTURE + 8
        text = painter.fontMetrics().elidedText(f"true {self.true_text(index)}", Qt.TextElideMode.ElideRight, round(rect.right() - left))
        painter.drawText(QPointF(left, rect.top() + 11), text)
        if self._upright:
            painter.setFont(self._font(9))
            area = self._bars(rect)
            step = area.width() / len(self.classes)
            for k, name in enumerate(self.classes):
                painter.drawText(QRectF(area.left() + k * step, area.bottom(), step, 11), Qt.AlignmentFlag.AlignCenter, name)

    def _paint_made(self, painter: QPainter, index: int, values: np.ndarray) -> None:
        """The picture that the network makes, beside its input and in the same grays, and how far off it is."""
        rect = self.card_rect(index)
        left = rect.left() + PICTURE + 8
        target = np.reshape(self._shown.y[index], -1)
        shown = IndexedImage(mosaic.gray(values, float(target.min()), float(target.max())), "gray")
        scale = PICTURE / max(values.shape)
        painter.drawImage(QRectF(left, rect.top(), values.shape[1] * scale, values.shape[0] * scale), shown.image)
        error = float(self._shown.distances[index])
        painter.setPen(theme.color("muted"))
        room = QRectF(left + PICTURE + 4, rect.top(), rect.right() - left - PICTURE - 4, 26)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft, f"off by\n{error:.2g}")

    def _bars(self, rect: QRectF) -> QRectF:
        """Where a card's bars stand."""
        return QRectF(rect.left() + PICTURE + 8, rect.top() + 27, rect.width() - PICTURE - 10, 20)

    def _paint_verdict(self, painter: QPainter, index: int) -> None:
        rect = self.card_rect(index)
        left = rect.left() + PICTURE + 8
        wrong = self.is_mistake(index)
        painter.setPen(theme.color("error" if wrong else "good" if self.classes else "text"))
        mark = ("\N{MULTIPLICATION X} " if wrong else "\N{CHECK MARK} ") if self.classes else "pred. "
        text = mark + self.predicted_text(index)
        metrics = painter.fontMetrics()
        if not self.classes or not self.is_number(index):
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, round(rect.right() - left))
        else:
            share = f"  {self.probabilities(index)[self.predicted_class(index)] * 100:.0f} %"
            text = (
                metrics.elidedText(text, Qt.TextElideMode.ElideRight, round(rect.right() - left) - metrics.horizontalAdvance(share)) + share
            )
        painter.drawText(QPointF(left, rect.top() + 24), text)

    def _paint_upright(self, painter: QPainter, index: int) -> None:
        area = self._bars(self.card_rect(index))
        truth = int(self._shown.y[index])
        step = area.width() / len(self.classes)
        painter.fillRect(QRectF(area.left(), area.bottom() - 0.5, area.width(), 1), theme.color("border"))
        for k, p in enumerate(self.probabilities(index).tolist()):
            height = area.height() * min(max(p, 0.0), 1.0)
            if height >= 0.5:
                painter.fillRect(QRectF(area.left() + k * step + 1, area.bottom() - height, step - 2, height), self._bar_color(k == truth))

    def _paint_likeliest(self, painter: QPainter, index: int) -> None:
        """The three likeliest classes by name, for many classes or long names."""
        rect = self._bars(self.card_rect(index))
        found = self.probabilities(index)
        truth = int(self._shown.y[index])
        painter.setFont(self._font(9))
        width = rect.width() * 0.5
        shown = range(len(found)) if len(found) <= 3 else np.argsort(-found, kind="stable")[:3]
        for i, k in enumerate(int(k) for k in shown):
            top = rect.top() + i * 10
            painter.setPen(theme.color("muted"))
            name = painter.fontMetrics().elidedText(self.classes[k], Qt.TextElideMode.ElideRight, round(width) - 4)
            painter.drawText(QRectF(rect.left(), top, width, 10), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
            painter.fillRect(QRectF(rect.left() + width, top + 2, width * float(found[k]), 7), self._bar_color(k == truth))

    def _bar_color(self, right: bool) -> Any:
        return theme.color("accent") if right else theme.current().series[1]

    def _paint_error(self, painter: QPainter, index: int) -> None:
        rect = self._bars(self.card_rect(index))
        errors = self._shown.errors[:, 0]
        share = float(errors[index]) / max(float(np.abs(errors).max()), 1e-12)
        middle, half = rect.center().x(), rect.width() / 2
        painter.fillRect(
            QRectF(middle + min(0.0, share) * half, rect.top() + 5, abs(share) * half, 7),
            theme.color("positive" if share > 0 else "negative"),
        )
        painter.fillRect(QRectF(middle, rect.top() + 2, 1, 13), theme.color("muted"))
        painter.setFont(self._font(10))
        painter.setPen(theme.color("muted"))
        painter.drawText(
            QRectF(rect.left(), rect.top() + 15, rect.width(), 12), Qt.AlignmentFlag.AlignCenter, f"error {float(errors[index]):+.3g}"
        )

    # the keyboard
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose the example before or after the chosen one."""
        columns = max(1, self.width() // WIDTH)
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -columns, Qt.Key.Key_Down: columns}.get(Qt.Key(event.key()))
        rows = self.rows
        if step is None or not rows:
            super().keyPressEvent(event)
            return
        at = rows.index(self.current) + step if self.current in rows else 0
        if 0 <= at < len(rows):
            self.chosen.emit(rows[at])

    # the mouse
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            found = self.card_at(QPointF(event.pos()))
            if found is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), self.tip(found), self)
            return True
        return super().event(event)

    def tip(self, index: int) -> str:
        """A card's numbers in full."""
        row = self.rows[index] + 1
        head = f"{self.split} example {row:,}: true {self.true_text(index)}, predicted {self.predicted_text(index)}"
        if self._shown.output_pictures is not None:
            return f"{self.split} example {row:,}: what goes in, what comes out, and the root mean square of the difference"
        told = [f"{name} = {value_text(value)}" for name, value in self.inputs(index)[:MOST_TOLD]]
        if not self.classes or not self.is_number(index):
            return "\n".join([head, *told])
        found = self.probabilities(index)
        best = np.argsort(-found, kind="stable")[:5]
        return "\n".join([head, *told, *(f"{self.classes[int(k)]}: {found[int(k)] * 100:.2f} %" for k in best)])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.card_at(event.position())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self.rows[found])
