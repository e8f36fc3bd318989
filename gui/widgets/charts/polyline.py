"""A polygon for QPainter straight from arrays: no Python object a point."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from PySide6.QtGui import QPolygonF
from shiboken6 import VoidPtr


def polyline(x: np.ndarray, y: np.ndarray) -> QPolygonF:
    """The points (x, y), written into the polygon's own memory."""
    polygon = QPolygonF()
    polygon.resize(len(x))
    if len(x):
        address: Any = polygon.data()
        memory = np.frombuffer(cast(Any, VoidPtr)(address, len(x) * 16, True), np.float64).reshape(-1, 2)
        memory[:, 0] = x
        memory[:, 1] = y
    return polygon
