"""The share that is done and the speed, as the bar of the command line says them."""

from __future__ import annotations

import re

import pytest
from small_runs import experiment, make, until

from vitrine.core.console import progress_bar
from vitrine.core.console.progress_bar import ProgressBar
from vitrine.core.training.continuing import continue_from
from vitrine.core.training.trainer import Trainer


def drawn(bar: ProgressBar, capsys: pytest.CaptureFixture[str]) -> tuple[int, float]:
    """Percent, and examples a second."""
    bar.terminal, bar.drawn = True, 0.0
    capsys.readouterr()
    bar.step(1.0)
    found = re.search(r"(\d+)%\s+([\d,]+) samples/s", capsys.readouterr().err)
    assert found
    return int(found[1]), float(found[2].replace(",", ""))


def test_a_small_last_batch_counts_for_what_it_holds(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A step of 1,200 examples and one of some 60: half of the steps are not half of the way."""
    monkeypatch.setenv("COLUMNS", "200")
    trainer = make(batch_size=1200, epochs=2)
    examples = len(trainer.x)
    bar = ProgressBar(trainer, needed=False)
    until(trainer, 3)
    monkeypatch.setattr(progress_bar.time, "perf_counter", lambda: bar.begun + 2.0)
    assert drawn(bar, capsys) == (round(100 * (examples + 1200) / (2 * examples)), round((examples + 1200) / 2))


def test_a_run_with_larger_batches_than_before_is_not_over_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    before = until(make(batch_size=10, epochs=10), 200)
    after = Trainer(experiment(batch_size=600, epochs=10), before.data)
    continue_from(after, before)
    share = (after.epoch + after.position / len(after.x)) / 10
    assert drawn(ProgressBar(after, needed=False), capsys)[0] == round(100 * share) < 20
