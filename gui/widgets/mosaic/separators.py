"""Lines between the tiles of a mosaic: as thin for small tiles as for large ones, in a colour that no value has."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QColor

from vitrine.core.pictures.mosaic import Layout
from vitrine.gui.look import theme
from vitrine.gui.look.colors import mixed


def ink() -> QColor:
    return mixed(theme.color("muted"), theme.color("surface"), 0.65)


def tile_lines(layout: Layout, target: QRectF) -> list[QLineF]:
    """Around every tile of a mosaic that fills `target`, none where there is no tile."""
    height, width = layout.shape
    across, down = target.width() * layout.width / width, target.height() * layout.height / height
    columns, rows = width // layout.width, layout.rows
    last = layout.count - (rows - 1) * columns  # tiles in the last row
    left, top = target.left(), target.top()
    found = []
    for row in range(rows + 1):
        y, end = round(top + row * down), left + (columns if row < rows else last) * across
        found.append(QLineF(left, y, end, y))
    for column in range(columns + 1):
        x, end = round(left + column * across), top + (rows if column <= last else rows - 1) * down
        found.append(QLineF(x, top, x, end))
    return found


def row_lines(layout: Layout, target: QRectF) -> list[QLineF]:
    """Between the rows of a matrix that fills `target`."""
    down = target.height() / max(1, layout.count)
    ends = [round(target.top() + row * down) for row in range(layout.count + 1)]
    return [QLineF(target.left(), y, target.right(), y) for y in ends]
