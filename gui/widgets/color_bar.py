"""What colours mean: the map from end to end, with numbers."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from vitrine.core.pictures.mosaic import TOP
from vitrine.gui.look import theme
from vitrine.gui.widgets.charts.axes import value_text
from vitrine.gui.widgets.indexed_image import IndexedImage

LEFT = 17  # of the numbers
CODES = np.arange(TOP, -1, -1, dtype=np.uint8)[:, None]


class ColorBar(QWidget):
    """A vertical bar from -scale (or 0, for magnitudes) at the bottom to scale at the top."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name, self.scale = "diverging", 1.0
        self._ramp = IndexedImage(CODES, self.name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setFixedWidth(58)
        self.setToolTip(
            "Which colour stands for which value. The scale grows with the values and shrinks only when they fill less than half of it"
        )

    def set_scale(self, name: str, scale: float) -> None:
        if (name, scale) != (self.name, self.scale):
            self.name, self.scale = name, scale
            self._ramp = IndexedImage(CODES, name)
            self.update()

    def retheme(self) -> None:
        self._ramp.retheme()
        self.update()

    @property
    def labels(self) -> list[str]:
        """The numbers from the top down."""
        low = -self.scale if self.name == "diverging" else 0.0
        return [_short(v).replace("-", "\N{MINUS SIGN}") for v in (self.scale, (self.scale + low) / 2, low)]

    def letters(self) -> QFont:
        """For the numbers: small, and smaller where they need it."""
        font = self.font()
        for size in (10, 9):
            font.setPixelSize(size)
            if max(map(QFontMetrics(font).horizontalAdvance, self.labels)) <= self.width() - LEFT:
                break
        return font

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            bar = QRectF(4, 10, 10, min(self.height() - 20, 220))
            painter.drawImage(bar, self._ramp.image)
            painter.setPen(theme.color("border"))
            painter.drawRect(bar)
            painter.setFont(self.letters())
            painter.setPen(theme.color("muted"))
            for label, share in zip(self.labels, (0.0, 0.5, 1.0)):
                y = bar.top() + share * bar.height()
                painter.drawText(
                    QRectF(LEFT, y - 7, self.width() - LEFT, 14), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, label
                )


def _short(value: float) -> str:
    """As read off elsewhere, but no longer than there is room for: 9.5e8."""
    text = value_text(value)
    return f"{value:.1e}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-") if "e" in text else text
