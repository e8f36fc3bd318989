"""A run that only undo holds is kept against a crash too: a real process is killed after Reset, New weights or an edit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from saving_help import build, make, train, window
from state_help import clouds, fingerprint, known
from window_help import opened

from vitrine.core.files.project import load_project
from vitrine.gui.state.files.beside import beside
from vitrine.gui.state.files.recovery import folder, left_behind
from vitrine.gui.window.main_window import MainWindow

__all__ = ["build", "clouds", "make", "window"]

PROCESS = Path(__file__).parents[2] / "help" / "resetter.py"
SECONDS = 3.0  # of editing that may be lost
TRAINED_ON = 5.0  # so long that the file of the work was written again with the new run, more than once


def killed(home: Path, verb: str, *on: str) -> tuple[int, str]:
    """Step and hash of the weights that the process threw away before it was killed."""
    env = {**os.environ, "XDG_STATE_HOME": str(home), "XDG_CONFIG_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    with open(home / "output", "wb") as output:
        process = subprocess.Popen([sys.executable, str(PROCESS), str(home), verb, *on], env=env, stdout=output, stderr=output)
    try:
        for _ in range(1200):
            if (home / "told").exists():
                break
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.05)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(TRAINED_ON if on else SECONDS)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    step, digest = (home / "told").read_text().split()
    return int(step), digest


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def other(qtbot: Any, home: Path) -> Iterator[MainWindow]:
    yield from opened(qtbot)


@pytest.mark.timeout(120)
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("how", [("reset",), ("new_weights",), ("edit",), ("reset", "on"), ("edit", "on")], ids="_".join)
def test_a_run_thrown_away_comes_back_after_a_kill(home: Path, other: MainWindow, qtbot: Any, how: tuple[str, ...]) -> None:
    lost = killed(home, *how)
    found, damaged = left_behind()
    assert found is not None and not damaged
    if "on" in how:
        assert fingerprint(load_project(found.file).known) not in (None, lost), "the file of the work has the new run"
    other.files.recover(found)
    if how == ("edit",):  # the work's own file has them: nothing was trained since
        assert fingerprint(load_project(found.file).known) == lost
        other.commands["undo"].isEnabled()
        return
    qtbot.waitUntil(lambda: bool(other.session.runs.archive.left), timeout=10_000)
    assert f"The run of step {lost[0]:,}" in other.messages.label.text()
    (entry,) = other.session.runs.archive.left
    assert fingerprint(entry.kept) == lost  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: not found.file.exists(), timeout=10_000)  # given up only now that this window keeps both
    (own,) = beside(other.files.recovery.file)
    assert fingerprint(load_project(own).known) == lost
    other.session.bring_back(entry)
    qtbot.waitUntil(lambda: other.session.state == "paused" and other.session.runs.step == lost[0], timeout=20_000)
    assert known(other, qtbot) == lost


@pytest.mark.timeout(120)
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("verb", ["reset", "new_weights"])
def test_undone_and_trained_on_there_is_no_other_run(home: Path, other: MainWindow, qtbot: Any, verb: str) -> None:
    """The run that came back went on: an older state of it is not held by undo alone, and was not kept."""
    before = killed(home, verb, "undone", "on")
    found, damaged = left_behind()
    assert found is not None and not damaged and found.step > before[0]
    assert not beside(found.file)
    other.files.recover(found)
    qtbot.waitUntil(lambda: not found.file.exists(), timeout=10_000)
    assert other.session.runs.archive.left == [] and not beside(other.files.recovery.file)
    qtbot.waitUntil(lambda: other.session.runs.step == found.step, timeout=10_000)


def runs_kept(window: MainWindow) -> list[Path]:
    return beside(window.files.recovery.file)


def test_it_goes_when_the_work_is_saved_and_when_the_window_closes(window: MainWindow, qtbot: Any) -> None:
    train(window, qtbot)
    window.commands["reset"].trigger()
    qtbot.waitUntil(lambda: len(runs_kept(window)) == 1, timeout=5_000)
    window.commands["save"].trigger()
    qtbot.waitUntil(lambda: not runs_kept(window), timeout=5_000)
    window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: window.session.runs.step == 4, timeout=5_000)
    window.commands["redo"].trigger()
    qtbot.waitUntil(lambda: window.session.runs.step == 0 and window.session.state == "ready", timeout=5_000)
    train(window, qtbot, 1)
    qtbot.waitUntil(lambda: len(runs_kept(window)) == 1, timeout=5_000)
    window.close()
    assert window.end(10) and not runs_kept(window) and not list(folder().glob("*.vitrine"))


def test_only_the_last_is_kept(window: MainWindow, qtbot: Any) -> None:
    """Each is safe before the one before it goes."""
    for steps in (2, 3, 4):
        train(window, qtbot, steps)
        before = known(window, qtbot)
        window.commands["reset"].trigger()
        qtbot.waitUntil(lambda: window.session.state == "ready", timeout=5_000)
        qtbot.waitUntil(lambda before=before: len(runs_kept(window)) == 1 and held(window) == before, timeout=10_000)


def held(window: MainWindow) -> tuple[int, str] | None:
    return fingerprint(load_project(runs_kept(window)[-1]).known)


def test_a_run_that_cannot_be_kept_is_said(window: MainWindow, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    window.files.message.connect(lambda _kind, text: said.append(text))
    train(window, qtbot)
    blocker = window.files.recovery.file.with_name(f"run-{window.files.recovery.file.stem.partition('-')[2]}-1.vitrine")
    blocker.mkdir(parents=True)
    window.commands["reset"].trigger()
    qtbot.waitUntil(lambda: any("The run of step 4, which only undo holds now, can't be kept" in text for text in said), timeout=10_000)
    qtbot.waitUntil(window.files.recovery.file.exists, timeout=10_000)  # the work itself is kept all the same
    blocker.rmdir()
