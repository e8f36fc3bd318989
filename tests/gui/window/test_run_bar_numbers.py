"""Examples a second and the time that is left, as the bar says them."""

from __future__ import annotations

from typing import Any

import pytest
from small_runs import experiment

from vitrine.gui.window.main_window import MainWindow
from vitrine.gui.window.run_bar import duration


def test_a_small_last_batch_counts_for_what_it_is(window: MainWindow, qtbot: Any) -> None:
    """1,257 examples in batches of 1,200: a step of 1,200 and one of 57."""
    window.document.load(experiment(batch_size=1200, epochs=400))
    qtbot.waitUntil(lambda: window.session.state == "ready", timeout=20_000)
    runs = window.session.runs
    examples = len(runs.data.split("train")[0])
    assert runs.steps_per_epoch == 2 and runs.examples_per_epoch == examples < 1300
    for _ in range(2):
        before = runs.epoch
        window.commands["step_epoch"].trigger()
        qtbot.waitUntil(lambda before=before: runs.epoch == before + 1 and window.session.state == "paused", timeout=20_000)
    window.document.set_part("training", window.document.experiment.training.replace(batch_size=50))
    qtbot.waitUntil(lambda: runs.steps_per_epoch == -(-examples // 50) and window.session.state == "paused", timeout=20_000)
    runs.current._set_state("running")
    speed = runs.history.steps_per_second()
    shown = window.run_bar.readouts
    assert float(shown["rate"].value.text().replace(",", "")) == pytest.approx(speed * examples / runs.steps_per_epoch, rel=0.01, abs=1)
    assert shown["left"].value.text() == duration(398 * runs.steps_per_epoch / speed), "in the present batches"
