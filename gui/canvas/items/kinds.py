"""How a layer's type is told apart at a glance: its group's colour and a short mark made from its name."""

from __future__ import annotations

import re
from functools import lru_cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from vitrine.core.layers.base import Layer
from vitrine.gui.canvas.items.metrics import font
from vitrine.gui.look import theme


def group_color(group: str) -> QColor:
    """One of the theme's series colours, by the group's place among the registry's groups; darker ones after the last."""
    return QColor(_color(group, theme.current().name, len(Layer.registry)))


@lru_cache(maxsize=256)
def _color(group: str, _theme: str, _kinds: int) -> QColor:
    """Kept: every card asks at every painting."""
    groups = list(Layer.registry.groups())
    series = theme.current().series
    cycle, at = divmod(groups.index(group) if group in groups else len(series) - 1, len(series))
    return QColor(series[at]).darker(100 + 55 * cycle)


def mark(kind: type[Layer]) -> str:
    """Two letters: MaxPool2D is MP, Dense is De, Conv2D is C2."""
    return _letters(kind.__name__)


@lru_cache(maxsize=256)
def _letters(full: str) -> str:
    name = re.sub(r"\dD", "", full)
    capitals, digits = re.findall(r"[A-Z]", name), re.findall(r"\d", full)
    if 2 <= len(capitals) < len(name):
        return "".join(capitals[:2])
    return name[0] + digits[0] if digits else name[:2]


def paint_badge(painter: QPainter, rect: QRectF, kind: type[Layer], size: int = 11) -> None:
    ground = group_color(kind.group)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(rect, 4, 4)
    painter.setPen(readable_on(ground))
    painter.setFont(font(size, True))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, mark(kind))


def readable_on(ground: QColor) -> QColor:
    """Near-black or white, whichever contrasts more."""
    return QColor(_ink(ground.rgb()))


@lru_cache(maxsize=256)
def _ink(rgb: int) -> str:
    ground = QColor(rgb)
    parts = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (ground.redF(), ground.greenF(), ground.blueF()))
    luminance = sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts))
    return "#10161d" if luminance > 0.19 else "#ffffff"


def badge_icon(kind: type[Layer], width: int = 26, height: int = 20, ratio: float = 2.0) -> QIcon:
    pixmap = badge_pixmap(kind, width, height, ratio)
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)  # or a style would tint it
    return icon


def badge_pixmap(kind: type[Layer], width: int = 26, height: int = 20, ratio: float = 2.0) -> QPixmap:
    pixmap = QPixmap(round(width * ratio), round(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_badge(painter, QRectF(0, 0, width, height), kind)
    return pixmap


def tooltip(kind: type[Layer], note: str = "") -> str:
    """Title, formula and use as rich text."""
    from html import escape

    parts = [f"<b>{escape(kind.title)}</b>"]
    if kind.formula:
        parts.append(f"<br><code>{escape(kind.formula)}</code>")
    if kind.summary:
        parts.append(f"<p style='margin:4px 0 0 0'>{escape(kind.summary)}</p>")
    if note:
        parts.append(f"<p style='margin:4px 0 0 0'><i>{escape(note)}</i></p>")
    return f"<div style='max-width:320px'>{''.join(parts)}</div>"
