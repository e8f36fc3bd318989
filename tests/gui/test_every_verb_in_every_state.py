"""Every verb in every state, with live panels: nothing trained is lost, and something true is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from scenes import STATES, Scene, live_panels_only, scene
from state_help import (
    Brittle,
    Clouds,
    clouds,
    everything_known,
    experiment,
    fingerprint,
    kept_project,
    known,
    of_file,
    settled,
)

from vitrine.core.files.project import Project, load_project, save_project
from vitrine.core.network.graph import Edge

__all__ = ["clouds", "live_panels_only", "scene"]

# -- the verbs; each says what must be true afterwards ----------------------------------------------------------------------------


def safe(scene: Scene, found: set[tuple[int, str] | None]) -> None:
    """What was at stake is among what was found, or has been trained on."""
    if scene.before is not None:
        went_on = state_name(scene) == "running" and any(f is not None and f[0] >= scene.before[0] for f in found)
        assert scene.before in found or went_on, (scene.before, found, scene.said)


def state_name(scene: Scene) -> str:
    return str(getattr(scene, "name", ""))


def anywhere(scene: Scene) -> None:
    Clouds.gate.set()
    settled(scene.window, scene.qtbot)
    safe(scene, everything_known(scene.window, scene.qtbot))


def written(scene: Scene, path: Path) -> None:
    """The file holds the document and the weights, and this was said."""
    scene.qtbot.waitUntil(lambda: any(f"Saved {path.name}" in text for text in scene.said), timeout=10_000)
    safe(scene, {of_file(path)})


def save(scene: Scene) -> None:
    wanted = scene.window.document.experiment
    scene.do("save")
    path = scene.folder / "work.vitrine"
    written(scene, path)
    assert load_project(path).experiment == wanted


def save_as(scene: Scene) -> None:
    path = scene.folder / "other.vitrine"
    scene.patch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))  # type: ignore[attr-defined]
    scene.do("save_as")
    written(scene, path)
    assert scene.window.document.path == path


def open_(scene: Scene) -> None:
    other = scene.folder / "next.vitrine"
    save_project(other, Project(experiment().replace(name="next")))
    scene.patch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(other), ""))  # type: ignore[attr-defined]
    dirty = scene.window.document.dirty
    scene.do("open")
    scene.qtbot.waitUntil(lambda: scene.window.document.experiment.name == "next", timeout=10_000)
    if dirty or scene.before is not None:
        safe(scene, {of_file(scene.folder / "work.vitrine")})


def undo(scene: Scene) -> None:
    scene.do("undo")
    anywhere(scene)


def redo(scene: Scene) -> None:
    scene.window.document.undo_stack.undo()
    scene.do("redo")
    anywhere(scene)


def reset(scene: Scene) -> None:
    _anew(scene, "reset")


def new_weights(scene: Scene) -> None:
    _anew(scene, "new_weights")


def _anew(scene: Scene, command: str) -> None:
    could = scene.state != "blocked"
    scene.do(command)
    if not could:
        assert any("can't start" in text or "missing" in text for text in scene.said), scene.said
    elif scene.before is not None:
        assert any("Undo" in text for text in scene.said), scene.said
        assert scene.window.document.undo_stack.canUndo()
    anywhere(scene)


def run(scene: Scene) -> None:
    _train(scene, "run")


def step(scene: Scene) -> None:
    _train(scene, "step_batch")


def _train(scene: Scene, command: str) -> None:
    """It trains on from where it stood, or says why it can't."""
    state, before = scene.state, scene.window.session.runs.step
    if state == "blocked":
        scene.do(command)
        assert any("can't start" in text or "missing" in text for text in scene.said), scene.said
        return anywhere(scene)
    if state == "running" and command == "run":
        scene.do(command)
        scene.wait("paused")
        return anywhere(scene)
    if state == "running":
        assert not scene.window.commands[command].isEnabled()
        return anywhere(scene)
    scene.do(command)
    Clouds.gate.set()
    at_stake = scene.before[0] if scene.before is not None else 0
    scene.qtbot.waitUntil(lambda: scene.window.session.runs.step > max(before, at_stake), timeout=20_000)
    scene.window.session.pause()
    scene.wait("paused", "finished")
    found = known(scene.window, scene.qtbot)
    assert found is not None and found[0] > at_stake  # trained on, not begun anew
    return None


def pause(scene: Scene) -> None:
    scene.do("pause")
    if scene.state == "running":
        scene.wait("paused")
    anywhere(scene)


def edit_structure(scene: Scene) -> None:
    document = scene.window.document
    graph, _ = document.graph.insert_on_edge(Edge("brittle_1", "dense_1"), Brittle(units=3))
    document.edit_graph(graph, "Insert")
    anywhere(scene)


def edit_settings(scene: Scene) -> None:
    scene.window.session.set_learning_rate(0.5)
    anywhere(scene)


def change_data(scene: Scene) -> None:
    scene.window.document.set_part("dataset", Clouds(seed=3))
    anywhere(scene)


def on_disk(scene: Scene) -> bytes | None:
    path = scene.folder / "work.vitrine"
    return path.read_bytes() if path.exists() else None


def close_and_save(scene: Scene) -> None:
    """It is asked where there is something to lose; the file then has the very last bits. What was not asked about is there already."""
    window, run, dirty = scene.window, scene.window.session.runs.current, scene.window.document.dirty
    window.close()
    scene.qtbot.waitUntil(lambda: not window.isVisible(), timeout=10_000)
    assert scene.asked == (1 if dirty else 0)
    Clouds.gate.set()
    assert window.end(10)
    safe(scene, {of_file(scene.folder / "work.vitrine")})
    run = window.session.runs.current
    run.take_events()
    if run.touched or not dirty:
        assert of_file(scene.folder / "work.vitrine") == fingerprint(run.trained)
    assert not window.files.recovery.file.exists()


def close_and_discard(scene: Scene) -> None:
    """The window goes, the file is as it was, to the byte."""
    window, before, dirty = scene.window, on_disk(scene), scene.window.document.dirty
    scene.answer = QMessageBox.StandardButton.Discard
    assert window.close() and not window.isVisible()
    Clouds.gate.set()
    assert scene.asked == (1 if dirty else 0)
    assert window.end(10) and on_disk(scene) == before
    assert not window.files.recovery.file.exists()


def close_and_cancel(scene: Scene) -> None:
    """The window stays with all that it has, and training goes on; without unsaved work nothing is asked."""
    window, before, state, dirty = scene.window, on_disk(scene), scene.state, scene.window.document.dirty
    scene.answer = QMessageBox.StandardButton.Cancel
    assert window.close() != dirty
    assert scene.asked == (1 if dirty else 0) and on_disk(scene) == before
    if not dirty:
        return Clouds.gate.set()
    assert window.isVisible() and window.document.dirty
    if state == "running":
        step = window.session.runs.step
        scene.qtbot.waitUntil(lambda: scene.state == "running" and window.session.runs.step > step + 5, timeout=10_000)
    assert scene.state in (state, "preparing")
    return anywhere(scene)


def kill_and_restore(scene: Scene) -> None:
    """What is on disk for the case of a crash is the document with its weights, whatever the state, and comes back."""
    window = scene.window
    path, wanted = window.document.path, window.document.experiment
    project = kept_project(window, scene.qtbot)
    safe(scene, {fingerprint(project.known)})
    assert project.experiment == wanted
    left = window.files.recovery.file.with_name("recovery-ffff.vitrine")  # as of a process that is no more
    left.write_bytes(window.files.recovery.file.read_bytes())
    Clouds.gate.set()
    offered: list[Any] = []
    window.files.recovery.offered.connect(offered.append)
    window.files.look_for_lost_work()
    scene.qtbot.waitUntil(lambda: bool(offered), timeout=10_000)
    window.files.recover(offered[0])
    assert window.document.experiment == wanted and window.document.dirty and window.document.path == path
    settled(window, scene.qtbot)
    safe(scene, {known(window, scene.qtbot)})


OPENINGS = {  # how things stand, as the status line has to begin where nothing is wrong
    "preparing": "Preparing the data", "ready": "Ready.", "running": "Training.", "paused": "Paused.", "finished": "Finished",
    "failed": "Training broke", "blocked": "There is no run",
}  # fmt: skip


def true_words(scene: Scene) -> None:
    """The status line tells of the state that the run is in, or of what is in its way; and of weights, where there are any."""
    session, document, words = scene.window.session, scene.window.document, scene.window.status.text.text()
    run = session.runs.current
    if document.info_error or document.analysis.errors:
        wrong = document.info_error or document.analysis.errors[0].message
        assert session.state == "blocked" and wrong.rstrip(".") in words, words
    elif run.failure and session.state in ("failed", "blocked"):
        assert run.failure.rstrip(".").lower() in words.lower(), words
    else:
        assert words.startswith(OPENINGS[session.state]) or run.standing, words
    trained = re.search(r"trained for ([\d,]+) step", words)
    if trained is not None or document.info_error:
        known_here = known(scene.window, scene.qtbot)
        assert (known_here[0] if known_here else None) == (int(trained[1].replace(",", "")) if trained is not None else None), words


VERBS = (
    save, save_as, open_, undo, redo, reset, new_weights, run, pause, step, edit_structure, edit_settings, change_data, close_and_save,
    close_and_discard, close_and_cancel, kill_and_restore,
)  # fmt: skip


@pytest.mark.usefixtures("live_panels_only")
@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__.strip("_"))
@pytest.mark.parametrize("state", STATES)
def test_nothing_is_lost_and_something_true_is_said(
    scene: Scene, state: str, verb: Callable[[Scene], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.name, scene.patch = state, monkeypatch  # type: ignore[attr-defined]
    reach, name = STATES[state]
    reach(scene)
    assert scene.state == name
    if scene.before is None and state != "ready":
        scene.before = known(scene.window, scene.qtbot)
    if state != "ready":
        assert scene.before is not None
    if state != "just_edited":
        assert scene.state == name
    scene.said.clear()
    verb(scene)
    at_stake = scene.before[0] if scene.before is not None else 0
    for text, named, stood in scene.steps:
        assert named in (stood, at_stake), text
    if scene.window.isVisible():
        true_words(scene)
