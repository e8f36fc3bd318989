"""The run: go, stop, step, begin anew, judge."""

from __future__ import annotations

from typing import Any

from vitrine.core.errors import VitrineError
from vitrine.gui.window.commands.base import Parts, command


def _running(parts: Parts) -> bool:
    return parts.session.state == "running"


def _standing(parts: Parts) -> bool:
    return not _running(parts)


@command("run", "Train", 0, "Run", "Space", "Train; press again to pause")
def run(parts: Parts) -> None:
    parts.finish()  # what is still being typed counts
    parts.session.toggle()


@command("pause", "Train", 0, "Pause", "Ctrl+Space", "Pause after the current batch", can=_running)
def pause(parts: Parts) -> None:
    parts.session.pause()


@command("step_batch", "Train", 10, "Step one batch", "B", "Learn from one batch, then pause", can=_standing)
def step_batch(parts: Parts) -> None:
    parts.session.step_batch()


@command("step_epoch", "Train", 10, "Step one epoch", "E", "Learn to the end of the epoch, then pause", can=_standing)
def step_epoch(parts: Parts) -> None:
    parts.session.step_epoch()


@command("reset", "Train", 20, "Reset", "R", "Back to step 0 with the same first weights")
def reset(parts: Parts) -> None:
    parts.session.reset()


@command("new_weights", "Train", 20, "New weights", "Shift+R", "Back to step 0 with newly drawn weights (another seed)")
def new_weights(parts: Parts) -> None:
    parts.session.new_weights()


@command("evaluate", "Train", 30, "Evaluate on test data", "Ctrl+T", "Loss and metrics on data that neither trained nor tuned the network")
def evaluate(parts: Parts) -> None:
    def show(found: Any) -> None:
        _show_evaluation(parts, found)

    if parts.session.ask(lambda trainer: (trainer.step, trainer.evaluate("test")), show):
        parts.session.under_way.begin("evaluating", "Evaluating on test data…")
    else:
        parts.say("warning", "There is no network to evaluate yet.")


def _show_evaluation(parts: Parts, found: tuple[int, dict[str, float]] | VitrineError) -> None:
    parts.session.under_way.end("evaluating")
    if isinstance(found, VitrineError):
        parts.say("warning", str(found))
        return
    step, values = found
    if not values:
        parts.say("warning", "The test part is empty: give train and validation smaller shares in the split.")
        return
    shown = [f"{name.removeprefix('test_')} {value:.4g}" for name, value in values.items()]
    parts.say("info", f"On test data, at step {step:,}: {', '.join(shown)}.")
