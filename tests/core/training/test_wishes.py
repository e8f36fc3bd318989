"""Wishes that come in the very moment in which the run carries out another: none of them is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from small_runs import digits, experiment

from vitrine.core.training.control import Control
from vitrine.core.training.events import Failed, Finished, StepDone
from vitrine.core.training.trainer import Trainer


class Pressed(Control):
    """Somebody presses a key as the run comes to rest."""

    def __init__(self, key: Callable[[Control], None]) -> None:
        super().__init__(running=False)
        self._key: Callable[[Control], None] | None = key

    def pause(self) -> None:
        key, self._key = self._key, None
        if key is not None:
            pressing = threading.Thread(target=key, args=(self,))
            pressing.start()
            pressing.join(0.3)  # it has been heard by then, or waits until the run has come to rest
        super().pause()

    def wait(self, timeout: float | None = None) -> None:
        super().wait(5.0)
        assert self.pending, "it rests, though it was told to train"


@pytest.mark.parametrize("verb", [Control.step_batch, Control.step_epoch], ids=["batch", "epoch"])
def test_run_is_heard_as_a_single_step_ends(verb: Callable[[Control], None]) -> None:
    control = Pressed(Control.run)
    trainer = Trainer(experiment(epochs=3), digits(), control)
    verb(control)
    seen: list[object] = []
    for event in trainer.run():
        seen.append(event)
        if isinstance(event, StepDone) and event.step == trainer.steps_per_epoch + 2:
            control.stop()
    assert not any(isinstance(event, Failed) for event in seen)
    assert isinstance(seen[-1], Finished) and trainer.step >= trainer.steps_per_epoch + 2


def test_a_learning_rate_is_taken_once() -> None:
    control = Control()
    control.set_learning_rate(0.5)
    assert control.take_learning_rate() == 0.5
    assert control.take_learning_rate() is None
