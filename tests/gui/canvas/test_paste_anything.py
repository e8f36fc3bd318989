"""What another program, or a broken one, may have left on the clipboard: pasted, or refused in a sentence; never an exception."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from fuzz import damaged, strange
from PySide6.QtGui import QGuiApplication
from side_panels import experiment

from vitrine.core.errors import SpecError
from vitrine.gui.canvas.edits import add_copies, copy_text, read_text
from vitrine.gui.canvas.view import Canvas
from vitrine.gui.state.document import Document


def base() -> dict[str, Any]:
    graph = experiment().graph
    return json.loads(copy_text(graph, [n.id for n in graph.nodes]))


def case(seed: int) -> str:
    rng = random.Random(seed)
    data = damaged(base(), rng) if rng.random() < 0.5 else strange(base(), rng, parts=False)
    text = json.dumps(data)
    if rng.random() < 0.1:
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice(["", "\x00", "}", "]", '"', "1" * 5000, "[" * 5000]) + text[at + rng.randrange(3) :]
    return text


def test_300_clipboards(qapp: Any) -> None:
    came = {"pasted": 0, "refused": 0}
    for seed in range(300):
        document = Document(experiment())
        try:
            part = read_text(case(seed))
        except SpecError as error:
            assert len(str(error)) < 1000, seed
            came["refused"] += 1
            continue
        add_copies(document, part, "Paste")
        document.undo_stack.undo()
        came["pasted"] += 1
    assert min(came.values()) > 30, came


@pytest.mark.parametrize(
    ("edges", "words"),
    [
        ([["dense_1", "dense_2"], ["dense_2", "dense_1"]], "their connections form a cycle"),
        ([["dense_1", "dense_1"]], "their connections form a cycle"),
        ([["dense_1", "input_1"]], "input_1 takes no input"),
        ([["dense_1", "dense_2"]] * 2, "feeds 'dense_2' twice"),
        ([["dense_1", "gone"]], "names a layer that is not there"),
    ],
)
def test_what_can_not_be_connected_is_said_and_nothing_is_pasted(qtbot: Any, edges: Any, words: str) -> None:
    document = Document(experiment())
    canvas = Canvas(document)
    qtbot.addWidget(canvas)
    said: list[str] = []
    canvas.message.connect(lambda _kind, text: said.append(text))
    before = document.graph
    nodes = [{"id": f"dense_{i}", "position": [0, 0], "layer": "Dense"} for i in (1, 2)] + [{"id": "input_1", "layer": "Input"}]
    QGuiApplication.clipboard().setText(json.dumps({"format": "vitrine-layers", "version": 1, "graph": {"nodes": nodes, "edges": edges}}))
    canvas.verbs.paste()
    assert document.graph == before and len(said) == 1 and said[0].startswith("Nothing pasted") and words in said[0]


def test_deep_and_endless_texts() -> None:
    for text in ("[" * 200_000, '{"format": "vitrine-layers", "graph": ' + "9" * 6000 + "}", " " * 9_000_000):
        with pytest.raises(SpecError, match="no layers on the clipboard"):
            read_text(text)
