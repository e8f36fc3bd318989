"""Train > Evaluate on test data, while training goes on."""

from __future__ import annotations

from typing import Any

from saving_help import build, make, window
from state_help import clouds

from vitrine.core.training.events import Answer
from vitrine.gui.window.main_window import MainWindow

__all__ = ["build", "clouds", "make", "window"]


def test_the_step_that_is_told_is_that_of_the_weights(window: MainWindow, qtbot: Any) -> None:
    session, said = window.session, []
    session.run()
    qtbot.waitUntil(lambda: session.state == "running" and session.runs.step > 0, timeout=20_000)
    session._timer.stop()  # a window that has much to do
    run, shown = session.runs.current, session.runs.step
    assert run.worker is not None and run.worker.trainer is not None
    trainer = run.worker.trainer
    qtbot.waitUntil(lambda: trainer.step > shown + 20, timeout=20_000)
    window.commands["evaluate"].trigger()
    qtbot.waitUntil(lambda: any(isinstance(event, Answer) for event in list(run.mailbox._events)), timeout=20_000)
    (answer,) = [event for event in list(run.mailbox._events) if isinstance(event, Answer)]
    window.messages.shown.connect(lambda: said.append(window.messages.label.text()))
    session.tick()
    session.pause()
    assert said and said[-1].startswith(f"On test data, at step {answer.step:,}: loss ")
