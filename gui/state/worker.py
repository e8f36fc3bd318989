"""The training thread: makes the trainer, drives its generator, and leaves what comes out in the mailbox."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vitrine.core.errors import GUEST, TrainingError, VitrineError, said
from vitrine.core.kernels import threads
from vitrine.core.network.analysis import Analysis
from vitrine.core.training.continuing import change_between, continue_from
from vitrine.core.training.control import Control
from vitrine.core.training.events import Answer, Failed, StepDone
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.history import RunHistory
from vitrine.core.training.trained import Layers, Trained, capture_trained, take_up
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.base import Dataset
from vitrine.gui.state.courtesy import Courtesy, Turns
from vitrine.gui.state.mailbox import Mailbox

log = logging.getLogger(__name__)

SWITCH_INTERVAL = 0.0005  # seconds: how long a thread keeps the interpreter when another wants it


@dataclass(frozen=True)
class Prepared:
    """The trainer stands: what the window may hold of it. `kept` names layers whose weights were taken over."""

    step: int
    epoch: int
    history: RunHistory
    data: Dataset
    analysis: Analysis
    steps_per_epoch: int
    examples_per_epoch: int
    kept: tuple[str, ...] = ()
    drawn: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unprepared:
    """The trainer could not be made; `message` says why and how to mend it. None: nobody wants it any more."""

    message: str | None


@dataclass(frozen=True)
class Ended:
    """The thread's last word. `trained` is what the run came to, None if it never made a step."""

    trained: Trained | None


def set_threads(number: int | None) -> None:
    """So many threads by hand; None: what is best beside a window."""
    threads.beside_window() if number is None else threads.use(number)


class Worker:
    """One run in a thread of its own, from loading the data to the last answered question.

    It is no thread itself: threadpoolctl keeps the last thread that chose a number of threads, and would keep network and
    data with it. origin: where the run begins: a trained state, or the worker of the run that it continues; None: at step 0.
    """

    def __init__(
        self,
        experiment: Experiment,
        control: Control,
        mailbox: Mailbox,
        load: Callable[[Experiment], Dataset],
        origin: Trained | Worker | None = None,
        courtesy: Courtesy | None = None,
        blas_threads: int | None = None,
    ) -> None:
        self._thread = threading.Thread(target=self.run, name="vitrine-training", daemon=True)
        self.experiment = experiment
        self.control = control
        self.mailbox = mailbox
        self.load = load
        self.origin = origin
        self.courtesy = courtesy or Courtesy()
        self.blas_threads = blas_threads
        self.trainer: Trainer | None = None
        self.trained: Trained | None = None  # what the run came to, or began from; stands when the thread has ended

    def start(self) -> None:
        """Begin; once."""
        self._thread.start()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the end; False if it did not come within so many seconds."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def post(self, event: Any) -> None:
        self.mailbox.put(event)

    def run(self) -> None:
        try:
            self._live()
        except BaseException as error:  # a thread's last line of defence: the window must hear of it
            log.exception("training broke")
            step = self.trainer.step if self.trainer is not None else 0
            self.post(Failed(f"Training broke at step {step}: {said(error)}. The log has the details.", "", step))
        finally:
            self._end()

    def _live(self) -> None:
        self.courtesy.give_way()  # what began this run is yet being shown
        try:
            self._prepare()
        except VitrineError as error:
            self.post(Unprepared(str(error)))
        except GUEST as error:
            log.exception("the run could not be prepared")
            self.post(Unprepared(f"The run could not be prepared: {said(error)}. The log has the details."))
        if self.trainer is not None:
            self._drive(self.trainer)
            self._stay(self.trainer)

    # the beginning
    def _prepare(self) -> None:
        data = self.load(self.experiment)
        if self.control.stopped:
            self.post(Unprepared(None))
            return
        trainer = Trainer(self.experiment, data, self.control)
        kept, drawn = self._begin(trainer)
        self.trainer, self.origin = trainer, None
        self.post(
            Prepared(
                trainer.step, trainer.epoch, trainer.history, data, trainer.network.analysis,
                trainer.steps_per_epoch, trainer.subject.examples_per_epoch, kept, drawn,
            )
        )  # fmt: skip

    def _begin(self, trainer: Trainer) -> Layers:
        """Bring the new trainer to where the run begins."""
        origin = self.origin
        if isinstance(origin, Worker):
            before, self.trained = origin.outcome()
            if before is not None and change_between(before.experiment, trainer.experiment) == "rebuild":
                return continue_from(trainer, before)
        else:
            self.trained = origin
        return take_up(trainer, self.trained) if self.trained is not None else ((), ())

    def outcome(self) -> tuple[Trainer | None, Trained | None]:
        """What this run ended with, or the one that it was to continue; waits for the end."""
        self.join()
        if self.trainer is None and isinstance(self.origin, Worker):
            return self.origin.outcome()
        return self.trainer, self.trained

    # the middle
    def _drive(self, trainer: Trainer) -> None:
        sys.setswitchinterval(SWITCH_INTERVAL)
        set_threads(self.blas_threads)
        turns = Turns(self.courtesy)
        for event in trainer.run(hold=True):
            if type(event) is StepDone:
                turns.between_steps()
            else:
                self.post(event)

    def _stay(self, trainer: Trainer) -> None:
        """Training is over, for good or for bad: what it came to can still be asked for until nobody wants it."""
        while not self.control.stopped:
            self.control.pending = False
            self._answer_all(trainer)
            self.control.wait()

    def _answer_all(self, trainer: Trainer) -> None:
        for question in self.control.take_questions():
            self.post(Answer(question.id, answer_to(question.ask, trainer), trainer.step, trainer.epoch))

    # the end
    def _end(self) -> None:
        """Whatever happened: every question is answered and what was learnt is handed over."""
        trainer = self.trainer
        if trainer is not None:
            self._answer_all(trainer)
            try:
                self.trained = capture_trained(trainer) or self.trained
            except Exception:  # out of memory, say: what was known before stands
                log.exception("the weights could not be copied at the end of a run")
        else:  # nothing was learnt here: what it was to go on from is what there is, once that one has ended
            self.trained = self.origin.outcome()[1] if isinstance(self.origin, Worker) else self.origin
        self.post(Ended(self.trained))


def answer_to(question: Callable[[Any], Any], trainer: Trainer) -> Any:
    """The answer, or the VitrineError that it came to."""
    try:
        return question(trainer)
    except VitrineError as error:
        return error
    except GUEST as error:  # one faulty question ends nothing
        log.exception("a question to the run went wrong")
        return TrainingError(f"The run could not answer: {said(error)}. The log has the details.")
