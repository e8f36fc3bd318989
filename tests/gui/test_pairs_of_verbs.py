"""Two verbs within a blink, in any order and any state, by a seed: what was trained is never lost but by a knowing act.

Some pairs; VITRINE_PAIRS=200 for as many.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QElapsedTimer
from PySide6.QtWidgets import QFileDialog
from scenes import STATES, Scene, scene
from state_help import Brittle, Clouds, clouds, experiment, fingerprint, settled

from vitrine.core.files.project import Project, load_project, save_project
from vitrine.core.network.graph import Edge
from vitrine.core.training.trained import Trained
from vitrine.gui.state.files.beside import beside

__all__ = ["clouds", "scene"]

PAIRS = int(os.environ.get("VITRINE_PAIRS", "20"))
BLINKS = (0, 0, 20, 120, 200)  # ms between the two


def insert(scene: Scene) -> None:
    document = scene.window.document
    edge = next((e for e in document.graph.edges if e.source == "brittle_1"), Edge("brittle_1", "dense_1"))
    graph, _ = document.graph.insert_on_edge(edge, Brittle(units=3))
    document.edit_graph(graph, "Insert")


def widen(scene: Scene) -> None:
    scene.units(scene.window.document.graph["brittle_1"].layer.units + 1)  # type: ignore[attr-defined]


def break_it(scene: Scene) -> None:
    scene.units(7, "dense_1")


def other_data(scene: Scene) -> None:
    scene.window.document.set_part("dataset", Clouds(seed=3))


def open_(scene: Scene) -> None:
    """Another file; Save is what is answered."""
    scene.do("open")


def restore_none(scene: Scene) -> None:
    scene.window.files.look_for_lost_work()


def do(command: str) -> Callable[[Scene], None]:
    def verb(scene: Scene) -> None:
        scene.do(command)

    verb.__name__ = command
    return verb


COMMANDS = ("save", "undo", "redo", "run", "pause", "step_batch", "step_epoch", "reset", "new_weights", "evaluate")
VERBS = (*map(do, COMMANDS), insert, widen, break_it, other_data, open_, restore_none)


def pair(seed: int) -> tuple[str, Callable[[Scene], None], Callable[[Scene], None], int]:
    dice = random.Random(seed)
    return dice.choice(list(STATES)), dice.choice(VERBS), dice.choice(VERBS), dice.choice(BLINKS)


def named(seed: int) -> str:
    state, first, second, blink = pair(seed)
    return f"{seed}-{state}-{first.__name__.strip('_')}-{second.__name__.strip('_')}-{blink}"


Mark = tuple[float, int, str]  # of trained weights: when their run took its first step, on its own clock; step; hash


def mark(trained: Trained | None) -> Mark | None:
    print_of = fingerprint(trained)
    return None if trained is None or print_of is None else (float(np.asarray(trained.checkpoint.history["steps/seconds"])[0]), *print_of)


def present(scene: Scene) -> Mark | None:
    found: list[Trained | None] = []
    scene.window.session.runs.current.ask_trained(lambda trained, _doubt: found.append(trained))
    scene.qtbot.waitUntil(lambda: bool(found), timeout=10_000)
    return mark(found[0])


def all_there_is(scene: Scene, at_work: Path) -> set[Mark | None]:
    """In files, here, at every place of the undo stack, among the runs that can be brought back."""
    window = scene.window
    files = [at_work, window.files.recovery.file, *beside(window.files.recovery.file)]
    found = {mark(load_project(path).known) for path in files if path.exists()}
    found |= {mark(kept if isinstance(kept := entry.kept, Trained) else kept.trained) for entry in window.session.runs.archive.left}
    found.add(present(scene))
    stack = window.document.undo_stack
    for move, left in ((stack.undo, stack.canUndo), (stack.redo, stack.canRedo)):
        while left():
            move()
            settled(window, scene.qtbot)
            found.add(present(scene))
    return found


@pytest.mark.timeout(120)
@pytest.mark.parametrize("seed", range(PAIRS), ids=named)
def test_two_verbs_lose_nothing(scene: Scene, seed: int, monkeypatch: pytest.MonkeyPatch, qtbot: Any) -> None:
    state, first, second, blink = pair(seed)
    window, at_work, other = scene.window, scene.folder / "work.vitrine", scene.folder / "next.vitrine"
    save_project(other, Project(experiment().replace(name="next")))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(other), ""))
    reach, name = STATES[state]
    reach(scene)
    assert scene.state == name
    before = present(scene)
    assert (before is None) == (state == "ready")
    first(scene)
    since = QElapsedTimer()
    since.start()
    qtbot.waitUntil(lambda: since.hasExpired(blink))
    second(scene)
    Clouds.gate.set()
    settled(window, qtbot)
    qtbot.waitUntil(lambda: not window.files._saving, timeout=20_000)
    settled(window, qtbot)
    if scene.state == "running":
        window.session.pause()
        qtbot.waitUntil(lambda: scene.state != "running", timeout=20_000)
    knowingly = second is open_ and first.__name__ in ("reset", "new_weights", "undo", "insert", "widen", "other_data", "break_it")
    found = all_there_is(scene, at_work)
    if before is not None and not knowingly:
        further = [f for f in found if f is not None and f[0] == before[0] and f[1] > before[1]]
        assert before in found or further, (before, found, scene.said)
    words, _role = window.status.words()
    assert words and window.status.text.text() == words
