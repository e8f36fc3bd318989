"""Saving in every state, as a user does it; the file is read back from disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from saving_help import build, change, forget_data, in_file, make, saved, train, weights, window
from state_help import Brittle, Clouds, clouds

from vitrine.core.files.project import load_project
from vitrine.gui.window.main_window import MainWindow

__all__ = ["build", "clouds", "make", "window"]


def test_saved_while_it_is_prepared(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    train(window, qtbot)
    assert saved(window, qtbot) == weights(window, qtbot)
    before = in_file(tmp_path / "work.vitrine")
    forget_data(window)
    Clouds.gate.clear()
    assert window.files.open_path(tmp_path / "work.vitrine")
    assert window.session.state == "preparing"
    assert saved(window, qtbot) == before


def test_saved_with_a_broken_network(window: MainWindow, qtbot: Any) -> None:
    """And what is opened again goes on with the weights once the network is mended."""
    train(window, qtbot)
    before = weights(window, qtbot)
    change(window, 7, "dense_1")
    qtbot.waitUntil(lambda: window.session.state == "blocked", timeout=10_000)
    assert saved(window, qtbot) == before
    assert window.document.path is not None
    assert window.files.open_path(window.document.path)
    assert window.session.state == "blocked" and window.document.graph["dense_1"].layer.units == 7  # type: ignore[attr-defined]
    assert saved(window, qtbot) == before
    change(window, 2, "dense_1")
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=20_000)
    assert weights(window, qtbot) == before and window.session.runs.step == 4


def test_saved_right_after_an_edit(window: MainWindow, qtbot: Any) -> None:
    train(window, qtbot)
    before = weights(window, qtbot)
    change(window, 5)
    assert saved(window, qtbot) == before
    assert load_project(window.document.path or "").experiment == window.document.experiment


def test_saved_after_a_failure(window: MainWindow, qtbot: Any) -> None:
    train(window, qtbot)
    before = weights(window, qtbot)
    Brittle.broken = True
    window.commands["run"].trigger()
    qtbot.waitUntil(lambda: window.session.state == "failed", timeout=10_000)
    assert saved(window, qtbot) == before
    Brittle.broken = False
    window.commands["step_batch"].trigger()  # and training goes on from there
    qtbot.waitUntil(lambda: window.session.runs.step == 5 or window.session.state == "running", timeout=10_000)
    window.session.pause()
    qtbot.waitUntil(lambda: window.session.state == "paused" and window.session.runs.step >= 5, timeout=10_000)


def test_saved_when_the_run_could_not_be_prepared(window: MainWindow, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    train(window, qtbot)
    before = saved(window, qtbot)
    forget_data(window)
    assert window.document.path is not None
    with monkeypatch.context() as patch:
        patch.setattr(Clouds, "load", lambda _self: 1 / 0)
        assert window.files.open_path(window.document.path)
        qtbot.waitUntil(lambda: window.session.state == "blocked", timeout=10_000)
        assert saved(window, qtbot) == before
        window.document.set_part("name", "renamed")
        assert saved(window, qtbot) == before

    def goes_on() -> bool:
        if window.session.state == "blocked":  # also by the preparation that the new name began while they were gone
            window.commands["run"].trigger()
        return window.session.runs.step > 4

    qtbot.waitUntil(goes_on, timeout=10_000)  # the data are back: the run goes on where it was
    window.session.pause()
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=10_000)


def test_saved_while_loading_was_cancelled(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    train(window, qtbot)
    before = saved(window, qtbot)
    forget_data(window)
    Clouds.gate.clear()
    window.files.open_path(tmp_path / "work.vitrine")
    window.session.cancel_preparing()
    assert saved(window, qtbot) == before
    Clouds.gate.set()


@pytest.mark.parametrize("where", ["no such folder/work.vitrine", "circle.vitrine"])
def test_what_cannot_be_written_is_said_and_stays_unsaved(window: MainWindow, qtbot: Any, tmp_path: Path, where: str) -> None:
    """Also where links lead in a circle, of which pathlib makes a RuntimeError."""
    train(window, qtbot)
    said: list[str] = []
    window.files.message.connect(lambda kind, text: said.append(f"{kind} {text}"))
    (tmp_path / "circle.vitrine").symlink_to(tmp_path / "circle.vitrine")
    window.document.path = tmp_path / where
    window.commands["save"].trigger()
    qtbot.waitUntil(lambda: any("error Not saved" in text for text in said), timeout=10_000)
    assert window.document.dirty and not any("Saved" in text for text in said)


def test_opening_is_no_change(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    """However long its data take to load."""
    train(window, qtbot)
    saved(window, qtbot)
    forget_data(window)
    Clouds.gate.clear()
    window.files.open_path(tmp_path / "work.vitrine")
    with qtbot.waitSignals([window.session.runs.ticked] * 3):
        pass
    Clouds.gate.set()
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=20_000)
    with qtbot.waitSignals([window.session.runs.ticked] * 3):
        pass
    assert not window.document.dirty
