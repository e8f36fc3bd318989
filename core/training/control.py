"""The one object through which other threads steer a run: wishes go in, the run takes them between steps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from vitrine.core.training.view import Asking


@dataclass(frozen=True)
class FrameRequest:
    """Probes to evaluate when the run next comes by; the answering `Frame` bears the request's id."""

    id: int
    probes: Mapping[str, Asking] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """Anything that must be asked of, or done to, the trainer between two steps; answered by an `Answer` event."""

    id: int
    ask: Callable[[Any], Any]


class Control:
    """Thread-safe wishes. `pending` is the flag that the training loop reads at every step."""

    def __init__(self, running: bool = True) -> None:
        self._condition = threading.Condition()
        self.pending = True
        self.running = running
        self.stopped = False
        self.steps_left: int | None = None  # run this many steps, then pause
        self.to_epoch_end = False
        self.learning_rate: float | None = None
        self.request: FrameRequest | None = None
        self._questions: list[Question] = []

    def _wish(self, **changes: object) -> None:
        with self._condition:
            for name, value in changes.items():
                setattr(self, name, value)
            self.pending = True
            self._condition.notify_all()

    def run(self) -> None:
        """Train until told otherwise."""
        self._wish(running=True, steps_left=None, to_epoch_end=False)

    def pause(self) -> None:
        """Rest after the current step."""
        self._wish(running=False, steps_left=None, to_epoch_end=False)

    def step_batch(self) -> None:
        """Take one step, then rest."""
        self._wish(running=True, steps_left=1, to_epoch_end=False)

    def step_epoch(self) -> None:
        """Go on to the end of the epoch, then rest."""
        self._wish(running=True, steps_left=None, to_epoch_end=True)

    def stop(self) -> None:
        """End the run after the current step."""
        self._wish(stopped=True)

    def set_learning_rate(self, rate: float) -> None:
        """From the next step on."""
        self._wish(learning_rate=rate)

    def ask_frame(self, request: FrameRequest) -> None:
        """Evaluate these probes at the next step boundary, paused or not; replaces an unanswered request."""
        self._wish(request=request)

    def ask(self, question: Question) -> None:
        """Put a question (a snapshot for a file, other settings); all are answered, in order, paused or not."""
        with self._condition:
            self._questions.append(question)
            self.pending = True
            self._condition.notify_all()

    # what the run says; at once with what follows from it, or a wish that comes in between would be lost
    def made_steps(self, steps: int) -> None:
        """So many more steps are done: it rests if no more were wished for."""
        with self._condition:
            if self.steps_left is not None:
                self.steps_left -= steps
                if self.steps_left <= 0:
                    self.pause()

    def made_epoch(self) -> None:
        """An epoch is done: it rests if it was to go on to there."""
        with self._condition:
            if self.to_epoch_end:
                self.pause()

    def take_learning_rate(self) -> float | None:
        """The rate that is wanted, or None; it is wanted once."""
        with self._condition:
            rate, self.learning_rate = self.learning_rate, None
            return rate

    def take_questions(self) -> list[Question]:
        """The questions asked since; whoever takes them answers them."""
        with self._condition:
            questions, self._questions = self._questions, []
            return questions

    def take_request(self) -> FrameRequest | None:
        """The frame that is wanted, or None; it is wanted once."""
        with self._condition:
            request, self.request = self.request, None
            return request

    def wait(self, timeout: float | None = None) -> None:
        """Sleep until there is a wish: what a paused run does."""
        with self._condition:
            self._condition.wait_for(lambda: self.pending, timeout)
