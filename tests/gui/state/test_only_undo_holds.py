"""Which runs only undo holds: in any order of verbs, and at whatever moment the process dies, what is offered beside the restored
work is another run than that, and none that was trained is gone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from saving_help import build, change, make, train, window
from state_help import clouds, fingerprint, known, settled

from vitrine.core.files.project import load_project
from vitrine.gui.state.files.beside import beside
from vitrine.gui.state.files.recovery import folder, left_behind
from vitrine.gui.window.main_window import MainWindow

__all__ = ["build", "clouds", "make", "window"]

Mark = tuple[int, str] | None


class Sitting:
    """Somebody at the window; `left` is what a crash now would leave: the work, and what is beside it."""

    def __init__(self, window: MainWindow, qtbot: Any) -> None:
        self.window, self.qtbot = window, qtbot

    def train(self, steps: int = 2) -> Mark:
        train(self.window, self.qtbot, steps)
        return self.now()

    def do(self, *commands: str) -> Mark:
        """One after the other, faster than the run follows."""
        for command in commands:
            self.window.commands[command].trigger()
        return self.rest()

    def rest(self) -> Mark:
        settled(self.window, self.qtbot)
        return self.now()

    def now(self) -> Mark:
        return known(self.window, self.qtbot)

    def rate(self, rate: float) -> Mark:
        self.window.session.set_learning_rate(rate)
        return self.rest()

    def batch(self, size: int) -> Mark:
        self.window.document.set_part("training", self.window.document.experiment.training.replace(batch_size=size))
        return self.rest()

    def widen(self, units: int) -> Mark:
        change(self.window, units)
        return self.rest()

    @property
    def left(self) -> tuple[Mark, list[Mark]]:
        recovery = self.window.files.recovery
        recovery._timer.stop()
        self.qtbot.waitUntil(lambda: recovery._under_way is None and not recovery.saver.busy, timeout=10_000)
        recovery.keep()
        self.qtbot.waitUntil(lambda: recovery._under_way is None and not recovery.saver.busy, timeout=10_000)
        runs = [fingerprint(load_project(path).known) for path in beside(recovery.file)]
        work = fingerprint(load_project(recovery.file).known)
        recovery._timer.start()
        return work, runs


@pytest.fixture
def sitting(window: MainWindow, qtbot: Any) -> Sitting:
    return Sitting(window, qtbot)


@pytest.mark.parametrize("thrown", ["reset", "new_weights"])
@pytest.mark.parametrize("on", [0, 3], ids=["at_once", "trained_on"])
def test_an_older_state_of_the_work_is_no_other_run(sitting: Sitting, thrown: str, on: int) -> None:
    before = sitting.train(4)
    sitting.do(thrown)
    assert sitting.left == (None, [before])
    assert sitting.do("undo") == before
    assert sitting.left == (before, [])
    if on:
        later = sitting.train(on)
        assert sitting.left == (later, [])
        sitting.rate(0.02)
        later = sitting.train(1)
        assert sitting.left == (later, [])
        sitting.batch(5)
        later = sitting.train(1)
        assert sitting.left == (later, [])
        sitting.do(thrown)
        assert sitting.left == (None, [later])


def test_the_other_of_two_runs_is(sitting: Sitting) -> None:
    first = sitting.train(4)
    sitting.do("reset")
    second = sitting.train(3)
    assert sitting.left == (second, [first])
    assert sitting.do("undo") == first and sitting.left == (first, [second])
    assert sitting.do("redo") == second and sitting.left == (second, [first])
    assert sitting.do("undo") == first
    first = sitting.train(2)
    assert sitting.left == (first, [second])
    assert sitting.do("redo") == second and sitting.left == (second, [first])
    sitting.widen(6)
    assert sitting.left == (second, [first]), "the work still has the weights from before the edit"
    third = sitting.train(1)
    assert sitting.left == (third, [second])


def test_two_runs_alike_bit_for_bit_are_two(sitting: Sitting) -> None:
    first = sitting.train(3)
    sitting.do("reset")
    assert sitting.train(3) == first
    later = sitting.train(2)
    assert sitting.left == (later, [first])


def test_the_last_one_is_kept_also_where_the_clock_was_set_back(sitting: Sitting) -> None:
    sitting.train(4)
    sitting.do("reset")
    second = sitting.train(3)
    sitting.do("reset")
    for entry in sitting.window.session.runs.archive._entries():
        entry.time -= 3600 * (entry.step == 3)
    assert sitting.left == (None, [second])


def test_layers_drawn_anew_and_back_by_hand(sitting: Sitting) -> None:
    first = sitting.train(3)
    sitting.widen(6)
    sitting.train(1)
    sitting.widen(4)
    later = sitting.train(1)
    assert sitting.do("undo", "undo") == first and sitting.left == (first, [later])
    assert sitting.do("redo", "redo") == later and sitting.left == (later, [first])


@pytest.mark.parametrize("on", [0, 2], ids=["at_once", "trained_on"])
def test_a_restored_run_that_is_thrown_away_is_kept(sitting: Sitting, make: Callable[[], MainWindow], qtbot: Any, on: int) -> None:
    """It was in no file before either."""
    before = sitting.train(4)
    assert sitting.left == (before, [])
    stem = "recovery-dead"
    shutil.copy(sitting.window.files.recovery.file, folder() / f"{stem}.vitrine")
    other = Sitting(make(), qtbot)
    found, _ = left_behind()
    assert found is not None
    other.window.files.recover(found)
    assert other.rest() == before
    other.do("reset")
    after = other.train(on) if on else None
    assert other.left == (after, [before])
    assert other.do("undo") == before and other.left == (before, [after] if on else [])


# -- undo, redo -------------------------------------------------------------------------------------------------------------------


def test_two_undos_at_once_over_a_reset_bring_the_latest(sitting: Sitting) -> None:
    """Not the run as an earlier Reset left it."""
    sitting.train(4)
    sitting.do("reset")
    sitting.do("undo")
    sitting.train(2)
    sitting.rate(0.02)
    later = sitting.train(2)
    sitting.do("reset")
    assert sitting.do("undo", "undo") == later


def test_redone_one_by_one_after_two_undos_at_once(sitting: Sitting) -> None:
    """The run went on from the first edit to the second, which needed no other network: both lead to it."""
    first = sitting.train(3)
    sitting.widen(6)
    sitting.train(2)
    sitting.rate(0.02)
    later = sitting.train(2)
    assert sitting.do("undo", "undo") == first
    assert sitting.do("redo") == later and sitting.do("redo") == later
    assert sitting.do("undo", "undo") == first and sitting.do("redo", "redo") == later


def test_redo_leads_to_the_run_that_stood_there(sitting: Sitting) -> None:
    """Not to another that came by on its way: the next edit of the network would have lost the one that stood there."""
    sitting.train(2)
    sitting.batch(5)
    sitting.rate(0.02)
    later = sitting.train(3)
    sitting.widen(6)
    sitting.do("undo", "undo", "undo")
    other = sitting.train(1)
    assert sitting.do("redo") == other
    assert sitting.do("redo") == later
    sitting.do("redo")
    assert sitting.do("undo") == later and sitting.do("undo") == other


def test_nothing_is_said_of_a_run_that_is_here(sitting: Sitting) -> None:
    """An edit that joins with the one before it cuts off nothing of the run that it goes on with."""
    said: list[object] = []
    sitting.window.session.runs.run_left.connect(said.append)
    sitting.window.document.set_part("optimizer", sitting.window.document.experiment.optimizer.replace(learning_rate=0.02), merge="rate")
    sitting.rest()
    sitting.train(3)
    sitting.do("reset")
    sitting.do("undo")
    sitting.window.document.set_part("optimizer", sitting.window.document.experiment.optimizer.replace(learning_rate=0.03), merge="rate")
    before = sitting.rest()
    assert said == []
    sitting.do("reset")
    assert sitting.left == (None, [before])


# -- killed in between ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def moments(sitting: Sitting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Path]]:
    """The folder of unsaved work as it is after each thing that is done in it."""
    there: list[Path] = []
    writer = sitting.window.files.saver.writer
    submit = writer.submit

    def watched(work: Callable[[], Any], done: Callable[[Any], object]) -> None:
        def observed() -> Any:
            result = work()
            copy = tmp_path / "moments" / str(len(there))
            shutil.copytree(folder(), copy)
            there.append(copy)
            return result

        submit(observed, done)

    monkeypatch.setattr(writer, "submit", watched)
    yield there


def test_killed_at_any_moment(
    sitting: Sitting, moments: list[Path], make: Callable[[], MainWindow], qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reset, undo, on, reset, on, undo, undo, redo: at each moment the newest of each run up to the last file is there, once."""
    sitting.train(4)
    sitting.left  # noqa: B018
    sitting.do("reset")
    sitting.left  # noqa: B018
    sitting.do("undo")
    sitting.left  # noqa: B018
    first = sitting.train(2)
    sitting.left  # noqa: B018
    sitting.do("reset")
    sitting.left  # noqa: B018
    second = sitting.train(1)
    sitting.left  # noqa: B018
    sitting.do("undo")
    sitting.left  # noqa: B018
    sitting.do("redo")
    assert sitting.left == (second, [first])
    sitting.window.files.recovery.stop()
    seen = []
    for moment in list(moments):
        monkeypatch.setattr("vitrine.gui.state.files.recovery.folder", lambda moment=moment: moment)
        for lock in moment.glob("*.lock"):
            lock.unlink()
        found, damaged = left_behind()
        assert not damaged
        if found is None:
            continue
        other = make()
        other.files.recovery.stop()
        other.files.recover(found)
        qtbot.waitUntil(lambda other=other: not other.files.recovery._reading, timeout=10_000)
        work = fingerprint(load_project(found.file).known)
        seen.append((work[0] if work else 0, sorted(entry.step for entry in other.session.runs.archive.left)))
        assert work not in [fingerprint(entry.kept) for entry in other.session.runs.archive.left]  # type: ignore[arg-type]
        other.close()
    assert all(len(beside) <= 1 or beside in ([1, 6],) for _work, beside in seen), seen
    assert not any(work == 6 and 4 in beside for work, beside in seen), seen
    reset = seen.index((0, [4]))
    assert all(4 in (work, *beside) or 6 in (work, *beside) for work, beside in seen[reset:]), seen
