"""Canvases that tests begin with: whole, broken, empty."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from canvas_help import cnn, layer, shown

from core.graph import GraphSpec
from gui.canvas.view import Canvas


@pytest.fixture
def canvas(qtbot) -> Iterator[Canvas]:
    yield from shown(qtbot, cnn())


@pytest.fixture
def broken(qtbot) -> Iterator[Canvas]:
    """Without the Flatten, and with seven outputs for ten classes."""
    yield from shown(qtbot, cnn().remove(["flatten_1"]).set_layer("dense_1", layer("Dense", units=7)))


@pytest.fixture
def empty(qtbot) -> Iterator[Canvas]:
    yield from shown(qtbot, GraphSpec())
