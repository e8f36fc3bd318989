"""The palette: groups, search, appending by mouse and keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from canvas_help import cnn, document_of
from PySide6.QtCore import Qt

from vitrine.core.layers.base import Layer
from vitrine.core.network.graph import GraphSpec
from vitrine.gui.canvas.tools.dropping import MIME, layer_name
from vitrine.gui.window.palette import Palette

KEY = Qt.Key


@pytest.fixture
def palette(qtbot) -> Iterator[Palette]:
    widget = Palette(document_of(cnn()))
    qtbot.addWidget(widget)
    widget.resize(220, 900)
    with qtbot.waitExposed(widget):
        widget.show()
    yield widget
    widget.hide()


def shown(palette: Palette) -> list[str]:
    return [row.text(0) for row in palette.tree.entries()]


def row_of(palette: Palette, title: str):
    return next(row for row in palette.tree.entries() if row.text(0) == title)


def test_every_registered_layer_is_offered_in_its_group(palette):
    groups = {header.text(0): [row.text(0) for row in rows] for header, rows in palette.tree.groups}
    assert groups == {group: [kind.title for kind in kinds] for group, kinds in Layer.registry.groups().items()}


def test_rows_explain_themselves(palette):
    tip = row_of(palette, "Dense").toolTip(0)
    assert "y = f(x W + b)" in tip and "Every unit sees every input" in tip
    assert not row_of(palette, "Dense").icon(0).isNull()


def test_a_double_click_appends_after_the_last_layer(palette, qtbot):
    rect = palette.tree.visualItemRect(row_of(palette, "Dropout"))
    qtbot.mouseClick(palette.tree.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    qtbot.mouseDClick(palette.tree.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    graph = palette.document.graph
    assert graph.sources("dropout_1") == ["dense_1"]
    assert palette.document.selection == ["dropout_1"]


def test_search_and_enter_append_after_the_selection(palette, qtbot):
    palette.document.select(["conv2d_1"])
    palette.focus_search()
    qtbot.keyClicks(palette.search, "drop")
    assert "Dropout" in shown(palette) and "Dense" not in shown(palette)
    qtbot.keyClick(palette.search, KEY.Key_Return)
    graph = palette.document.graph
    assert graph.sources("dropout_1") == ["conv2d_1"]
    assert graph.sources("maxpool2d_1") == ["dropout_1"]
    assert graph["maxpool2d_1"].position[0] - graph["dropout_1"].position[0] >= 190  # room was made


def test_search_looks_into_summaries_and_prefers_names(palette, qtbot):
    qtbot.keyClicks(palette.search, "dense")
    assert "Flatten" in shown(palette)  # its summary speaks of Dense
    qtbot.keyClick(palette.search, KEY.Key_Return)
    assert "dense_2" in palette.document.graph


def test_a_search_without_hits_says_so_and_appends_nothing(palette, qtbot):
    before = palette.document.graph
    qtbot.keyClicks(palette.search, "zebra")
    assert palette.nothing.isVisible() and "zebra" in palette.nothing.text()
    qtbot.keyClick(palette.search, KEY.Key_Return)
    assert palette.document.graph == before
    qtbot.keyClick(palette.search, KEY.Key_Escape)
    assert palette.search.text() == "" and not palette.nothing.isVisible()


def test_down_goes_to_the_list_and_enter_appends(palette, qtbot):
    palette.focus_search()
    qtbot.keyClicks(palette.search, "flatten")
    qtbot.keyClick(palette.search, KEY.Key_Down)
    assert palette.tree.currentItem().text(0) == shown(palette)[0]
    qtbot.keyClick(palette.tree, KEY.Key_Return)
    assert len(palette.document.graph.nodes) == 6
    qtbot.keyClick(palette.tree, KEY.Key_Up)
    assert palette.search.hasFocus() or palette.focusProxy() is None  # without a window manager focus may stay


def test_an_input_is_offered_only_while_there_is_none(palette, qtbot):
    document = palette.document
    assert row_of(palette, "Input").isDisabled()
    palette.append("Input")
    assert len(document.graph.nodes) == 5
    document.edit_graph(document.graph.remove(["input_1"]), "Delete")
    assert not row_of(palette, "Input").isDisabled()
    palette.append("Input")
    assert document.graph.sources("conv2d_1") == ["input_1"]


def test_layers_are_appended_to_an_empty_network_one_after_the_other(qtbot):
    document = document_of(GraphSpec())
    palette = Palette(document)
    qtbot.addWidget(palette)
    for name in ("Input", "Flatten", "Dense"):
        palette.append(name)
    assert document.graph.order() == ["input_1", "flatten_1", "dense_1"]
    assert document.graph.sources("dense_1") == ["flatten_1"]


def test_a_row_is_dragged_as_its_type(palette):
    data = palette.tree.mimeData([row_of(palette, "Conv2D")])
    assert data.hasFormat(MIME)
    assert layer_name(data) == "Conv2D"
