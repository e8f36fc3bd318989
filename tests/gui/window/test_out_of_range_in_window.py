"""A run that overflows in the window: a diagnosis is told, and no thread warns of anything. Here every such warning is an error."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from vitrine.core.files.examples import find
from vitrine.core.optimizers.sgd import SGD
from vitrine.core.training.events import Diagnosis
from vitrine.gui.window.main_window import MainWindow

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")


@pytest.fixture
def window(window: MainWindow, caplog: pytest.LogCaptureFixture) -> Iterator[MainWindow]:
    yield window
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


@pytest.mark.parametrize("threads", [1, 2])
def test_a_run_that_overflows(qtbot: Any, window: MainWindow, threads: int) -> None:
    session = window.session
    session.choose_threads(threads)
    window.document.set_part("optimizer", SGD(learning_rate=1e30))
    told: list[Diagnosis] = []
    session.runs.diagnosis.connect(told.append)
    session.run()
    qtbot.waitUntil(lambda: any(d.severity == "error" for d in told) and session.state == "paused", timeout=30_000)
    assert {d.kind for d in told if d.severity == "error"} == {"not_finite"}


def fill(trainer: Any) -> None:
    """Weights at the edge of what float32 holds."""
    trainer.network.params[...] = np.where(np.arange(trainer.network.params.size) % 2, 3e37, -2e37)


@pytest.mark.parametrize("example", ["digits_cnn", "autoencoder_digits", "spiral", "one_neuron"])
def test_every_panel_looks_at_weights_at_the_edge(qtbot: Any, window: MainWindow, example: str) -> None:
    session, docks = window.session, window.docks
    window.files.open_path(find(example))
    qtbot.waitUntil(lambda: session.state == "ready" and session.runs.step == 0, timeout=20_000)
    done: list[Any] = []
    assert session.ask(fill, done.append)
    qtbot.waitUntil(lambda: bool(done), timeout=10_000)
    for name, panel in docks.panels.items():
        docks.docks[name].show()
        docks.docks[name].raise_()
        qtbot.waitUntil(lambda shown=panel: shown.seen, timeout=5_000)
        if panel.request() is not None:
            with qtbot.waitSignal(session.runs.frame, timeout=20_000):
                session.runs.current.frames.forget()
    session.step_batch()
    qtbot.waitUntil(lambda: session.runs.step == 1 or bool(session.runs.standing), timeout=20_000)
    assert session.runs.current.failure == ""
