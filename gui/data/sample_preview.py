"""Real samples of a dataset, small: pictures, points, rows or lines, each with its label."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from vitrine.core.errors import GUEST, said
from vitrine.core.pictures import mosaic
from vitrine.gui.look import theme

log = logging.getLogger(__name__)
MOST_POINTS = 600
MOST_SAMPLES = 60
SIDE = 42  # pixels that a picture should have about
CAPTION = 14  # pixels below a picture for its label


class SamplePreview(QWidget):
    """Draws some examples of the training part with the values the source gave them; a click shows others."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sample_preview")
        self.setAccessibleName("Samples of the training data")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip("Samples of the training part. Click for others.")
        self.dataset: Any = None
        self._given: Any = None  # what it was asked to show
        self.rows: np.ndarray = np.zeros(0, int)  # which examples of the training part are drawn
        self._x: np.ndarray = np.zeros(0)
        self._y: np.ndarray = np.zeros(0)
        self._images: list[QImage] = []
        self._draw = 0
        self.text = ""  # said while there is no dataset
        theme.switch().changed.connect(self.update)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 78)

    def sizeHint(self) -> QSize:
        return QSize(240, 110)

    def set_dataset(self, dataset: Any, text: str = "") -> None:
        """Show samples of this dataset; without one, the text."""
        if dataset is not None and dataset is self._given:
            return
        if dataset is not self._given or text != self.text:
            self.update()
        self.text = text
        if dataset is not self._given:
            self._given = self.dataset = dataset
            self._draw = 0
            self._try(self._pick)

    def show_others(self) -> None:
        """Draw other samples."""
        if self.dataset is not None:
            self._draw += 1
            self._try(self._pick)
            self.update()

    def _try(self, call: Callable[[], object]) -> None:
        """What a contributed source, preprocessing or task makes of a sample may break: then there are no samples, and why."""
        try:
            call()
        except GUEST as error:
            log.exception("samples can't be shown")
            self.dataset, self._images, self.rows = None, [], np.zeros(0, int)
            self.text = f"No samples can be shown: {said(error)}"
            self.update()

    def _pick(self) -> None:
        self._images = []
        if self.dataset is None:
            return
        x, y = self.dataset.split("train")
        most = MOST_POINTS if self.dataset.info.element == "points" else MOST_SAMPLES
        rng = np.random.default_rng(self._draw)
        self.rows = rng.permutation(len(x))[:most]
        self._x, self._y = x[self.rows], y[self.rows]
        if self.dataset.transform is not None:
            self._x = self.dataset.transform.inverse(self._x)
        if self.dataset.info.element == "image":
            self._images = _to_images(self._x)

    def label(self, index: int) -> str:
        """The class or the target of a drawn sample, in words."""
        info, value = self.dataset.info, self._y[index]
        return str(info.task.say(value, info))

    # drawing
    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:  # ended before Qt goes on, or Qt may crash at it
            self._try(lambda: self._paint(painter))

    def _paint(self, painter: QPainter) -> None:
        colors = theme.current()
        font = painter.font()
        font.setPixelSize(11)
        painter.setFont(font)
        if self.dataset is None or not len(self.rows):
            painter.setPen(QColor(colors.muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.text)
        elif self._images:
            self._paint_images(painter)
        elif self.dataset.info.element == "sequence" and self._x.ndim >= 2:
            self._paint_lines(painter)
        elif self.dataset.info.element == "points" and self._x.shape[1:] == (2,):
            self._paint_points(painter)
        else:
            self._paint_table(painter)
        if self.hasFocus():
            painter.setPen(QColor(colors.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_images(self, painter: QPainter) -> None:
        rows = max(1, round(self.height() / (SIDE + CAPTION + 4)))
        side = max(16, min(SIDE, self.height() // rows - CAPTION - 4))
        columns = max(1, (self.width() + 4) // (side + 4))
        left = (self.width() - columns * (side + 4) + 4) / 2
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._images[0].width() > side)
        painter.setPen(theme.color("muted"))
        for index, image in enumerate(self._images[: columns * rows]):
            row, column = divmod(index, columns)
            box = QRectF(left + column * (side + 4), row * (side + CAPTION + 4), side, side)
            size = image.size().scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio)
            target = QRectF(0, 0, size.width(), size.height())
            target.moveCenter(box.center())
            painter.drawImage(target, image)
            below = QRectF(box.left() - 2, box.bottom(), side + 4, CAPTION)
            text = painter.fontMetrics().elidedText(self.label(index), Qt.TextElideMode.ElideRight, side + 4)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_points(self, painter: QPainter) -> None:
        """A square plot, true to scale, and the classes' colours beside it."""
        colors = theme.current()
        names = self.dataset.info.class_names
        side = min(self.height() - 1, self.width() - (90 if names else 1))
        area = QRectF(0.5, 0.5, side, side)
        painter.setPen(QColor(colors.border))
        painter.drawRect(area)
        low, high = self._x.min(0), self._x.max(0)
        span, middle = float((high - low).max()) or 1.0, (low + high) / 2
        inner = area.adjusted(8, 8, -8, -8)
        radius = 5.0 if len(self._x) < 30 else 2.2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colors.surface), 0.6))
        for at, y in zip((self._x - middle) / span + 0.5, self._y):
            painter.setBrush(QColor(colors.series[int(y) % len(colors.series)] if names else colors.series[0]))
            painter.drawEllipse(QPointF(inner.left() + at[0] * inner.width(), inner.bottom() - at[1] * inner.height()), radius, radius)
        for index, name in enumerate(names[: max(1, side // 18)]):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.series[index % len(colors.series)]))
            painter.drawEllipse(QPointF(side + 14, 10 + 18 * index), 4, 4)
            painter.setPen(QColor(colors.text))
            painter.drawText(QRectF(side + 24, 1 + 18 * index, 66, 18), Qt.AlignmentFlag.AlignVCenter, name)

    def _paint_lines(self, painter: QPainter) -> None:
        colors = theme.current()
        columns, rows = max(1, self.width() // 80), max(1, self.height() // 44)
        width, height = self.width() / columns, self.height() / rows
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index in range(min(len(self._x), columns * rows)):
            row, column = divmod(index, columns)
            box = QRectF(column * width + 2, row * height + 2, width - 6, height - CAPTION - 4)
            series = self._x[index].reshape(len(self._x[index]), -1)
            low, high = float(series.min()), float(series.max())
            span = high - low or 1.0
            steps = np.linspace(box.left(), box.right(), len(series))
            for feature in range(min(series.shape[1], len(colors.series))):
                heights = box.bottom() - (series[:, feature] - low) / span * box.height()
                painter.setPen(QPen(QColor(colors.series[feature]), 1.2))
                painter.drawPolyline(QPolygonF([QPointF(a, b) for a, b in zip(steps.tolist(), heights.tolist())]))
            painter.setPen(QColor(colors.muted))
            painter.drawText(QRectF(box.left(), box.bottom() + 1, box.width(), CAPTION), Qt.AlignmentFlag.AlignCenter, self.label(index))

    def _paint_table(self, painter: QPainter) -> None:
        colors = theme.current()
        flat = self._x.reshape(len(self._x), -1)
        columns = max(1, min(flat.shape[1], self.width() // 62 - 1))
        width = self.width() / (columns + 1)
        names = [*self.dataset.info.feature_names, *(f"x{i + 1}" for i in range(flat.shape[1]))][:columns]
        target = self.dataset.info.target_names[0] if self.dataset.info.target_names else "label"
        lines = [[*names, target]]
        for index in range(max(1, min(len(flat), self.height() // 16 - 1))):
            lines.append([*(f"{v:.4g}" for v in flat[index, :columns]), self.label(index)])
        for row, cells in enumerate(lines):
            for column, text in enumerate(cells):
                painter.setPen(QColor(colors.muted if row == 0 else colors.accent if column == columns else colors.text))
                box = QRectF(column * width, row * 16, width - 6, 16)
                shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
                painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown)

    # other samples
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.show_others()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.show_others()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space:
            event.accept()
            return True
        return super().event(event)


def _to_images(x: np.ndarray) -> list[QImage]:
    """8-bit pictures of (N, H, W) or (N, H, W, C)."""
    made = []
    for pixels in mosaic.bright(x):
        height, width = pixels.shape[:2]
        form = QImage.Format.Format_RGB888 if pixels.ndim == 3 else QImage.Format.Format_Grayscale8
        made.append(QImage(pixels.data, width, height, pixels.strides[0], form).copy())
    return made
