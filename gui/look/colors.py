"""Mixing the theme's colours."""

from __future__ import annotations

from PySide6.QtGui import QColor


def mixed(color: QColor, ground: QColor, share: float) -> QColor:
    """The colour laid over the ground with that opacity, as an opaque one: translucent pens and brushes cost more."""
    rest = 1 - share
    return QColor(
        round(color.red() * share + ground.red() * rest),
        round(color.green() * share + ground.green() * rest),
        round(color.blue() * share + ground.blue() * rest),
    )


def readable_on(ground: QColor) -> QColor:
    """Black or white, whichever stands out more."""
    luminance = 0.299 * ground.red() + 0.587 * ground.green() + 0.114 * ground.blue()
    return QColor("#10151b") if luminance > 140 else QColor("#ffffff")
