"""Sizes of what stands on the canvas, in scene units (pixels at 100 %)."""

from __future__ import annotations

import re
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QApplication

from vitrine.gui.state.placing import HEIGHT, WIDTH

RADIUS = 6.0
PORT_RADIUS = 5.5
PORT_REACH = 12.0  # how far from a port's middle the mouse still takes it
INPUT_PORT = QPointF(0.0, 78.0)
OUTPUT_PORT = QPointF(WIDTH, 78.0)

CARD = QRectF(0.0, 0.0, WIDTH, HEIGHT)
BADGE = QRectF(7.0, 6.0, 24.0, 18.0)
DIAGNOSES = QRectF(WIDTH - 14.0, -7.0, 20.0, 20.0)  # on the corner, over the border
FAR_DIAGNOSES = DIAGNOSES.adjusted(-6, -6, 6, 6)
NAME = QRectF(36.0, 3.0, WIDTH - 42.0, 24.0)
THUMBNAIL = QRectF(8.0, 30.0, WIDTH - 16.0, 96.0)
ROUND_THUMBNAIL = QRectF(2.0, 27.5, WIDTH - 4.0, 101.0)  # beside the picture there are only the ports: whole pixels reach into it from afar
LINES = tuple(QRectF(9.0, y, WIDTH - 18.0, 16.0) for y in (129.0, 144.0, 160.0, 176.0))
FAR_LINES = tuple(QRectF(8.0, y, WIDTH - 14.0, 26.0) for y in (132.0, 162.0))

NAME_SIZE, TEXT_SIZE = 13, 11
FAR = 0.78  # below this zoom a card says less, in larger letters
FAR_NAME_SIZE, FAR_TEXT_SIZE, FAR_SHAPE_SIZE = 15, 15, 17

_IN_SHAPE = re.compile(r"(?<=\d) × (?=\d)")

MIN_ZOOM, MAX_ZOOM = 0.2, 3.0


@lru_cache(maxsize=16)
def font(size: int, bold: bool = False) -> QFont:
    """The application's font in that many scene units."""
    made = QFont(QApplication.font())
    made.setPixelSize(size)
    made.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return made


@lru_cache(maxsize=16)
def font_metrics(size: int, bold: bool = False) -> QFontMetricsF:
    return QFontMetricsF(font(size, bold))


@lru_cache(maxsize=2048)
def elide(text: str, width: float, size: int, bold: bool = False) -> str:
    return font_metrics(size, bold).elidedText(text, Qt.TextElideMode.ElideRight, width)


def fit_parts(text: str, width: float, size: int, most: int) -> list[str]:
    """Parts joined by dots on at most that many lines, broken between parts; a part that fits nowhere is left out."""
    metrics, lines = font_metrics(size), [""]
    for part in filter(None, text.split(" · ")):
        longer = f"{lines[-1]} · {part}" if lines[-1] else part
        if metrics.horizontalAdvance(longer) <= width or not lines[-1]:
            lines[-1] = longer
        elif len(lines) < most:
            lines.append(part)
    return [elide(line, width, size) for line in lines if line]


def wrap(text: str, width: float, size: int, most: int) -> list[str]:
    """The text in at most that many lines; the last one is elided where more would be needed."""
    metrics, line = font_metrics(size), ""
    lines: list[str] = []
    words = _IN_SHAPE.sub("\u00a0×\u00a0", text).split(" ")  # a shape stays on one line
    for at, word in enumerate(words):
        longer = f"{line} {word}".strip()
        if not line or metrics.horizontalAdvance(longer) <= width:
            line = longer
        elif len(lines) == most - 1:
            line = " ".join([line, *words[at:]])
            break
        else:
            lines.append(line)
            line = word
    return [elide(entry, width, size) for entry in [*lines, line] if entry]
