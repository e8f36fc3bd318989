"""A form is used again for the next layer of its type: quick, and as if it had been made for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from side_panels import experiment, exposed, pick, retype

from vitrine.core.layers.base import Layer
from vitrine.gui.inspector import Inspector
from vitrine.gui.inspector.layer_page import MOST_FORMS
from vitrine.gui.state.document import Document
from vitrine.gui.state.session import Session


@pytest.fixture
def inspector(qtbot: Any) -> Iterator[Inspector]:
    document = Document(experiment())
    yield from exposed(qtbot, Inspector(document, Session(document)), 300, 640)


def form(inspector: Inspector) -> Any:
    assert inspector.layer.form is not None
    return inspector.layer.form


def test_settings_tried_on_one_layer_are_not_offered_to_another(inspector: Inspector, qtbot: Any) -> None:
    inspector.document.select(["dense_1"])
    used, activation = form(inspector), form(inspector).editor("activation")
    pick(qtbot, activation.input, "leaky ReLU")
    retype(qtbot, form(inspector).editor("activation.alpha").input, "0.3")
    pick(qtbot, activation.input, "ReLU")
    inspector.document.select(["dense_2"])
    assert form(inspector) is used
    pick(qtbot, activation.input, "leaky ReLU")
    first, second = (inspector.document.graph[node].layer for node in ("dense_1", "dense_2"))
    assert type(first.activation).__name__ == "ReLU" and second.activation.alpha != 0.3
    inspector.document.select(["dense_1"])
    assert activation.input.currentText() == "ReLU" and form(inspector).editor("units").input.text() == "32"


def test_what_is_wrong_with_one_layer_is_not_said_of_another(inspector: Inspector, qtbot: Any) -> None:
    inspector.document.select(["dense_2"])
    retype(qtbot, form(inspector).editor("units").input, "7")
    assert form(inspector).rows["units"].problems.texts()
    inspector.document.select(["dense_1"])
    assert not form(inspector).rows["units"].problems.texts()


def test_rare_fields_are_folded_for_each_layer_by_its_own_settings(inspector: Inspector, qtbot: Any) -> None:
    inspector.document.select(["dense_1"])
    qtbot.mouseClick(form(inspector).more, Qt.MouseButton.LeftButton)
    assert form(inspector).more.isChecked()
    inspector.document.select(["dense_2"])
    assert not form(inspector).more.isChecked() and not form(inspector)._folded.isVisible()


def test_no_more_forms_are_kept_than_are_of_use(inspector: Inspector, qtbot: Any) -> None:
    document = inspector.document
    kinds = [cls for cls in Layer.registry if cls().fields()][: MOST_FORMS + 3]
    for cls in kinds:
        document.edit_graph(document.graph.set_layer("dense_1", cls()), "Another layer")
        document.select(["dense_1"])
        shown = [f for f in inspector.layer._forms.values() if f.isVisible()]
        assert shown == [form(inspector)] and type(form(inspector).spec) is cls
    assert len(inspector.layer._forms) == MOST_FORMS


def test_an_edit_is_shown_once(inspector: Inspector, monkeypatch: pytest.MonkeyPatch) -> None:
    """It tells of itself by the graph, the selection and the analysis; each time the page was filled anew."""
    document, filled = inspector.document, []
    show = inspector.layer.show_node
    monkeypatch.setattr(inspector.layer, "show_node", lambda node: filled.append(node) or show(node))
    document.select(["dense_1"])
    document.select(["dense_1"])
    document.analysis_changed.emit()
    assert filled == ["dense_1"]
    document.set_part("name", "another")
    assert filled == ["dense_1", "dense_1"]
