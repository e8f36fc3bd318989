"""The window, and canvases that tests begin with: whole, broken, empty."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from canvas_help import cnn, layer, shown
from window_help import opened

from vitrine.core.network.graph import GraphSpec
from vitrine.gui.canvas.view import Canvas
from vitrine.gui.window.main_window import MainWindow


@pytest.fixture
def window(qtbot) -> Iterator[MainWindow]:
    yield from opened(qtbot)


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


@pytest.fixture(autouse=True)
def no_garbage_in_other_threads() -> Iterator[None]:
    """As in the app: a widget in a cycle must not be freed by a training thread. See `vitrine.gui.state.garbage`."""
    gc.disable()
    yield
    gc.enable()
