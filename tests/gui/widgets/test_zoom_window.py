"""A tile, or all of them, in a window of its own: what it shows, reads off, follows and leaves behind."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from panel_help import CNN, Run, show
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from vitrine.gui.look import theme
from vitrine.gui.panels.feature_maps import FeatureMapsPanel
from vitrine.gui.panels.unit_weights import UnitWeightsPanel
from vitrine.gui.widgets.charts.axes import value_text
from vitrine.gui.widgets.mosaic.zoom_window import HINT, REDRAW_MS, ZoomWindow

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def run() -> Run:
    run = Run(CNN)
    run.train(20)
    return run


@pytest.fixture
def maps(qtbot: Any, run: Run) -> Iterator[FeatureMapsPanel]:
    panel = run.open(FeatureMapsPanel)
    show(qtbot, panel, 420, 240)
    run.feed(panel)
    yield panel
    if panel.maps.zoom is not None:
        panel.maps.zoom.close()


def opened(maps: FeatureMapsPanel, tile: int = 4) -> ZoomWindow:
    QTest.mouseDClick(maps.maps, Qt.MouseButton.LeftButton, pos=maps.maps.tile_rect(tile).center().toPoint())
    zoom = maps.maps.zoom
    assert zoom is not None and zoom.isVisible() and not zoom.isModal()
    return zoom


def codes_of(maps: FeatureMapsPanel, tile: int) -> np.ndarray:
    picture, layout = maps.maps.picture, maps.maps.layout_
    assert picture is not None
    top, left = layout.origin(tile)
    return picture.values[top : top + layout.height, left : left + layout.width]


def test_double_click_shows_one_map_with_its_values(maps: FeatureMapsPanel) -> None:
    zoom = opened(maps)
    assert zoom.windowTitle() == "conv2d_1, map 5" and zoom.readout.text() == HINT
    np.testing.assert_array_equal(zoom.image.image, codes_of(maps, 4))
    assert zoom.bar.isVisible() and zoom.bar.levels() == (0.0, maps.maps.scale) and maps.maps.scale > 0
    zoom._moved(zoom.plot.getViewBox().mapViewToScene(QPointF(3.5, 2.5)))
    assert maps.maps.values is not None
    assert f"row 3, column 4: {value_text(float(maps.maps.values[4, 2, 3]))}" in zoom.readout.text()


def test_keys_go_on_and_all_shows_the_mosaic(maps: FeatureMapsPanel) -> None:
    zoom = opened(maps, 5)
    QTest.keyClick(zoom, Qt.Key.Key_Right)
    assert zoom.tile == 0 and zoom.windowTitle() == "conv2d_1, map 1", "after the last comes the first"
    QTest.mouseClick(zoom.all, Qt.MouseButton.LeftButton)
    assert zoom.tile is None and zoom.windowTitle() == "conv2d_1, all" and zoom.all.isChecked()
    assert maps.maps.picture is not None and zoom.image.image.shape == maps.maps.picture.values.shape
    x, y = zoom.lines.getData()
    layout = maps.maps.layout_
    assert len(x) == 2 * (layout.rows + layout.columns + 2) and y.max() == layout.shape[0]
    zoom.plot.getViewBox().scaleBy((0.1, 0.1))
    near = zoom.plot.getViewBox().viewRange()
    QTest.keyClick(zoom, Qt.Key.Key_Home)
    far = zoom.plot.getViewBox().viewRange()
    assert far[1][1] - far[1][0] > 5 * (near[1][1] - near[1][0])


def test_follows_training_at_most_five_times_a_second(qtbot: Any, maps: FeatureMapsPanel, run: Run) -> None:
    zoom = opened(maps)
    drawn = []
    zoom.image.sigImageChanged.connect(lambda: drawn.append(1))
    for _ in range(6):
        run.train(5)
        run.feed(maps, times=1)
    assert 1 <= len(drawn) <= 2 and REDRAW_MS == 200
    qtbot.waitUntil(lambda: np.array_equal(zoom.image.image, codes_of(maps, 4)), timeout=2000)
    maps.clear()
    qtbot.waitUntil(lambda: zoom.image.image is None, timeout=2000)


def test_another_layer_with_fewer_tiles_shows_all(qtbot: Any, maps: FeatureMapsPanel, run: Run) -> None:
    zoom = opened(maps, 5)
    run.document.select(["input_1"])
    run.feed(maps)
    qtbot.waitUntil(lambda: zoom.windowTitle() == "input_1, all", timeout=2000)
    assert zoom.tile is None and not zoom.next.isEnabled()


def test_enter_and_the_menu_open_it_and_escape_closes_it(qtbot: Any, run: Run) -> None:
    panel = run.open(UnitWeightsPanel)
    show(qtbot, panel, 420, 240)
    run.feed(panel)
    QTest.keyClick(panel.tiles, Qt.Key.Key_Right)
    QTest.keyClick(panel.tiles, Qt.Key.Key_Return)
    zoom = panel.tiles.zoom
    assert zoom is not None and zoom.windowTitle() == "conv2d_1, unit 1"
    assert zoom.bar.levels() == (-panel.tiles.scale, panel.tiles.scale)
    menu = {action.text(): action for action in panel.tiles.make_menu((3, 0, 0)).actions()}
    menu["Enlarge conv2d_1, unit 4"].trigger()
    assert panel.tiles.zoom is zoom and zoom.tile == 3, "one window for one view"
    menu["Enlarge all"].trigger()
    assert zoom.tile is None
    with qtbot.waitSignal(zoom.destroyed):
        QTest.keyClick(zoom, Qt.Key.Key_Escape)
    assert panel.tiles.zoom is None
    panel.tiles.enlarge(2)
    assert panel.tiles.zoom is not None and panel.tiles.zoom.tile == 2
    panel.tiles.zoom.close()


def test_closes_with_the_window_it_came_from(qtbot: Any, run: Run) -> None:
    host = QWidget()
    panel = run.open(UnitWeightsPanel)
    QVBoxLayout(host).addWidget(panel)
    show(qtbot, host, 420, 240)
    run.feed(panel)
    panel.tiles.enlarge()
    zoom = panel.tiles.zoom
    assert zoom is not None and zoom.isWindow() and zoom.parentWidget() is host
    with qtbot.waitSignal(zoom.destroyed):
        host.close()
    assert panel.tiles.zoom is None


def test_has_the_theme_of_the_app(maps: FeatureMapsPanel) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    zoom = opened(maps)
    try:
        theme.apply(app, "dark")
        assert zoom.graphics.backgroundBrush().color() == theme.color("surface")
        assert zoom.bar.getAxis("right").textPen().color() == theme.color("text")
    finally:
        theme.apply(app, "light")


def test_nothing_imports_pyqtgraph_before_it_opens() -> None:
    code = "import sys, vitrine.gui.app, vitrine.gui.window.main_window, vitrine.gui.panels.base as b; list(b.Panel.registry); sys.exit('pyqtgraph' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 0
