"""The training thread: makes the trainer, drives its generator, and leaves what comes out in the mailbox."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core import threads
from core.control import Control
from core.errors import VitrineError
from core.events import Failed, StepDone
from core.experiment import Experiment
from core.history import RunHistory
from core.trainer import Trainer
from gui.mailbox import Mailbox

log = logging.getLogger(__name__)

SWITCH_INTERVAL = 0.0005  # seconds: how long a thread keeps the interpreter when another wants it
YIELD_EVERY = 0.002  # seconds of tiny steps after which the window gets its turn
YIELD_FOR = 0.00005
TINY_STEP = 0.0004  # seconds: longer steps free the interpreter often enough


@dataclass(frozen=True)
class Prepared:
    """The trainer stands: what the window may hold of it. `kept` names layers whose weights were taken over."""

    step: int
    epoch: int
    finished: bool
    history: RunHistory
    data: Any
    parameters: int
    steps_per_epoch: int
    batch_size: int
    epochs: int
    kept: tuple[str, ...] = ()
    drawn: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unprepared:
    """The trainer could not be made; `message` says why and how to mend it."""

    message: str


# Brings a new trainer to where it shall begin, given the one before; names the layers kept and those drawn anew.
Adjust = Callable[[Trainer, Trainer | None], tuple[tuple[str, ...], tuple[str, ...]]]


class Courtesy:
    """Lets the window in. Tiny steps hold the interpreter almost without a break, and a waiting thread that never
    times out never gets it; so between steps the worker sleeps for a moment: often while the window draws
    (`busy`), now and then otherwise. Long steps free the interpreter inside NumPy by themselves."""

    def __init__(self) -> None:
        self.busy = False  # set by the window's thread around its own work
        self._called = self._last = time.perf_counter()

    def between_steps(self) -> None:
        now = time.perf_counter()
        tiny = now - self._called < TINY_STEP
        if tiny and (self.busy or now - self._last > YIELD_EVERY):
            time.sleep(YIELD_FOR)
            now = self._last = time.perf_counter()
        self._called = now


def set_threads(number: int | None) -> None:
    """So many BLAS threads by hand; None: what is best beside a window."""
    threads.beside_window() if number is None else threads.use(number)


class Worker(threading.Thread):
    """One run, from loading the data to the last answered question."""

    def __init__(
        self,
        run: int,
        experiment: Experiment,
        control: Control,
        mailbox: Mailbox,
        load: Callable[[Experiment], Any],
        adjust: Adjust | None = None,
        courtesy: Courtesy | None = None,
        previous: Worker | None = None,
        blas_threads: int | None = None,
    ) -> None:
        super().__init__(name=f"vitrine-training-{run}", daemon=True)
        self.run_id = run
        self.experiment = experiment
        self.control = control
        self.mailbox = mailbox
        self.load = load
        self.adjust = adjust
        self.courtesy = courtesy or Courtesy()
        self.previous = previous  # the run whose weights this one continues
        self.blas_threads = blas_threads
        self.trainer: Trainer | None = None

    def final_trainer(self) -> Trainer | None:
        """The trainer that this run, or the one before it, ended with; waits for the end."""
        self.join()
        if self.trainer is not None or self.previous is None:
            return self.trainer
        return self.previous.final_trainer()

    def post(self, event: Any) -> None:
        self.mailbox.put(self.run_id, event)

    def run(self) -> None:
        try:
            trainer = self._prepare()
        except VitrineError as error:
            self.post(Unprepared(str(error)))
            return
        except Exception as error:  # a thread's last line of defence: the window must hear of it
            log.exception("the run could not be prepared")
            self.post(Unprepared(f"The run could not be prepared: {error}. The log has the details."))
            return
        if trainer is not None:
            try:
                self._drive(trainer)
            except Exception as error:
                log.exception("training broke")
                self.post(Failed(f"Training broke at step {trainer.step}: {error}. The log has the details.", "", trainer.step))

    def _prepare(self) -> Trainer | None:
        data = self.load(self.experiment)
        if self.control.stopped:
            return None
        trainer = Trainer(self.experiment, data, self.control)
        before = self.previous.final_trainer() if self.previous is not None else None
        kept, drawn = self.adjust(trainer, before) if self.adjust else ((), ())
        self.trainer, self.previous = trainer, None
        self.post(
            Prepared(
                trainer.step, trainer.epoch, trainer.epoch >= self.experiment.training.epochs,
                trainer.history, data, trainer.network.param_count,
                trainer.steps_per_epoch, trainer.batch_size,
                self.experiment.training.epochs, kept, drawn,
            )
        )  # fmt: skip
        return trainer

    def _drive(self, trainer: Trainer) -> None:
        sys.setswitchinterval(SWITCH_INTERVAL)
        set_threads(self.blas_threads)
        courtesy = self.courtesy
        for event in trainer.run(hold=True):
            if type(event) is StepDone:
                courtesy.between_steps()
            else:
                self.post(event)
