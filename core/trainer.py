"""The training loop, as a generator of events; the window, the command line and the tests drive this same loop."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator, Mapping
from typing import Any

import numpy as np

from core.checkpoint import Checkpoint, capture, restore
from core.control import Control
from core.data import TrainingData
from core.errors import TrainingError
from core.events import Answer, Diagnosis, EpochDone, Event, Failed, Finished, Frame, StateChanged, StepDone
from core.experiment import Experiment
from core.history import RunHistory
from core.network import Network
from core.optimizers.base import OptimizerState
from core.regime import Regime, objective, recorded_metrics
from core.rng import Generators
from core.trail import trail_of
from core.watch import Watch
from core.workspace import Workspace

SMALL_EPOCH = 8_000_000  # bytes: an epoch that is copied in shuffled order at its start
RISKY_STEP = 1e10  # a step of this size may leave the range of float32
EVERY_STEP_COST = 2_000_000  # multiply-adds a batch above which accuracy is measured at every step
EVALUATION_BATCH = 250


class Trainer:
    """One run of an experiment on its data. `run()` yields events until the epochs are over or it is stopped.

    Pause, step, stop and live changes come through `control` and take effect between steps. Raises
    TrainingError at construction where the experiment has problems.
    """

    def __init__(self, experiment: Experiment, data: TrainingData, control: Control | None = None) -> None:
        analysis = experiment.analyze(data.info)
        faults = [p for p in analysis.problems if p.severity == "error"]
        if faults:
            raise TrainingError(str(faults[0]))
        self.experiment = experiment
        self.data = data
        self.control = control if control is not None else Control()
        self.network = Network(
            experiment.graph, data.info.input_shape, link=experiment.loss.link, seed=experiment.seed, analysis=analysis
        )
        self.generators = Generators(experiment.seed)
        self.network.set_rng(self.generators["dropout"])
        self.optimizer = OptimizerState(experiment.optimizer, self.network.params.size)
        self._first_state = {name: array.copy() for name, array in self.network.state.items()}
        self._kept: np.ndarray | None = None  # the weights before the last risky step
        self.learning_rate = experiment.optimizer.learning_rate
        self.regime = Regime(experiment, self.network)
        self.metrics = recorded_metrics(experiment, data.info.task)
        self.history = RunHistory()
        self.step = 0
        self.epoch = 0  # epochs completed
        self.position = 0  # examples of the current epoch already learnt
        self.seconds = 0.0  # spent training, without pauses and evaluation
        self.finished = False
        self._announced = ""  # the state that the last StateChanged told
        self.loss_work = Workspace(self.network.dtype)
        self._evaluated: dict[str, tuple[int, np.ndarray]] = {}
        self._probe_times: dict[Any, float] = {}
        self._prepare_data()
        self.trail = trail_of(self.network)
        self.watch = Watch(self)

    def _prepare_data(self) -> None:
        x, y = self.data.split("train")
        if not len(x):
            raise TrainingError("the training part is empty: give it a larger share in the split")
        self.x = np.ascontiguousarray(x, self.network.dtype)
        self.targets = self.experiment.loss.encode(y, self.data.info)
        size = self.experiment.training.batch_size
        self.batch_size = len(x) if isinstance(size, str) else min(int(size), len(x))
        self._epoch_state: Mapping[str, Any] | None = None  # the shuffle stream as it was when the epoch began
        cost = self.network.analysis.total_multiply_adds * self.batch_size
        self._accuracy_every = 1 if cost > EVERY_STEP_COST else 8
        self._classes = self.data.info.task == "classification"

    @property
    def steps_per_epoch(self) -> int:
        return -(-len(self.x) // self.batch_size)

    # the loop
    def run(self, hold: bool = False) -> Iterator[Event]:
        """Events until the end. What can't be foreseen ends as `Failed`, never as an exception in the consumer.

        hold: after the last epoch stay there, paused, and answer frame requests until stopped (the window looks on).
        """
        try:
            yield from self._run(hold)
        except (ArithmeticError, MemoryError, ValueError, IndexError, TypeError) as error:
            import traceback

            yield Failed(f"training broke at step {self.step}: {error}", traceback.format_exc(), self.step)

    def _run(self, hold: bool) -> Generator[Event, None, None]:
        while True:
            self.regime.reason = None
            while self.epoch < self.experiment.training.epochs:
                if (yield from self._wishes()) or (yield from self._epoch()):
                    return
                if self.regime.reason is not None and self.position < len(self.x):
                    break  # in the middle of an epoch
                yield self._end_epoch()
                if self.regime.reason is not None or self.regime.ask(self):
                    break
                if self.control.to_epoch_end:
                    self.control.pause()
            yield self._finish()
            if not hold:
                return
            self.control.pause()
            if (yield from self._wishes()):
                return

    def _finish(self) -> Finished:
        self.finished = True
        reason = self.regime.reason or "epochs"
        done = self.regime.bring_back(self.epoch)
        if done:
            self.history.mark(self.step, done)
            self._evaluated.clear()  # these were the predictions of other weights
            reason = f"{reason}; {done}"
        return Finished(reason, self.step, self.epoch, self._last_values())

    def _end_epoch(self) -> EpochDone:
        self.position = 0
        self._epoch_state = None
        self.epoch += 1
        values = self._epoch_values()
        self.history.add_epoch(values)
        self.regime.note_epoch(self.epoch, values)
        return EpochDone(self.epoch, self.step, values)

    def _epoch(self) -> Generator[Event, None, bool]:
        """The rest of the current epoch; True when the run was stopped."""
        control = self.control
        started = time.perf_counter()
        for x, targets in self._batches():
            if control.pending:
                self.seconds += time.perf_counter() - started
                if (yield from self._wishes()):
                    return True
                started = time.perf_counter()
            trouble = self._train_batch(x, targets, time.perf_counter() - started)
            if trouble is not None:
                self.position += len(x)  # this batch is passed over
                yield trouble
                control.pause()
                if (yield from self._wishes()):
                    return True
                started = time.perf_counter()
                continue
            yield StepDone(self.step, self.epoch, self._last_loss)
            if self.watch.news:
                yield from self.watch.take_news()
            if self.regime.asks_each_step and self.regime.ask(self):
                break
            if control.steps_left is not None:
                control.steps_left -= 1
                if control.steps_left <= 0:
                    control.pause()
        self.seconds += time.perf_counter() - started
        return False

    def _wishes(self) -> Generator[Event, None, bool]:
        """Carry out what was wished for; while paused, wait here. True when the run shall stop."""
        control = self.control
        while control.pending or not control.running:
            control.pending = False
            if control.stopped:
                yield Finished("stopped", self.step, self.epoch, self._last_values())
                return True
            if control.learning_rate is not None:
                self.learning_rate, control.learning_rate = control.learning_rate, None
                self.history.mark(self.step, f"learning rate {self.learning_rate:g}")
            for question in control.take_questions():
                yield Answer(question.id, question.ask(self), self.step, self.epoch)
            request = control.take_request()
            if request is not None:
                yield self.frame(request.id, request.probes)
            if not control.running:
                if self._announced != "paused":
                    self._announced = "paused"
                    yield StateChanged("paused", self.step, self.epoch)
                control.wait()
        if self._announced != "running":
            self._announced = "running"
            yield StateChanged("running", self.step, self.epoch)
        return False

    def _batches(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The epoch's batches from `position` on, in this epoch's order."""
        shuffle = self.generators["shuffle"].bit_generator
        if self._epoch_state is None:
            self._epoch_state = shuffle.state
        else:  # in the middle of an epoch: its order again
            shuffle.state = self._epoch_state
        order = self.generators["shuffle"].permutation(len(self.x))
        size = self.batch_size
        if size == len(self.x):  # the whole part: its order does not matter
            if not self.position:
                yield self.x, self.targets
            return
        if self.x.nbytes <= SMALL_EPOCH:
            xs, ts = self.x[order], self.targets[order]
            for start in range(self.position, len(order), size):
                yield xs[start : start + size], ts[start : start + size]
            return
        buffer = np.empty((size, *self.x.shape[1:]), self.x.dtype)
        for start in range(self.position, len(order), size):
            rows = order[start : start + size]
            batch = buffer[: len(rows)]
            np.take(self.x, rows, axis=0, out=batch, mode="clip")  # "clip" writes without a second buffer
            yield batch, self.targets[rows]

    def _train_batch(self, x: np.ndarray, targets: np.ndarray, elapsed: float) -> Diagnosis | None:
        """One step of learning; a Diagnosis instead where numbers left the finite range (weights stay finite)."""
        network = self.network
        if self.trail is not None:
            self.trail.add(self.step)
        outputs = network.forward(x, training=True)
        loss, grad = self.experiment.loss.value_and_grad(outputs, targets, self.loss_work)
        assert grad is not None
        self._last_loss = loss
        if not math.isfinite(loss):
            return self._not_finite(x, "forward")
        accuracy = np.nan
        if self._classes and self.step % self._accuracy_every == 0:
            accuracy = self.experiment.loss.correct(outputs, targets) / len(x)
        network.backward(grad)
        regime = self.regime
        if regime.penalties:
            regime.penalize()
        norm2 = float(np.dot(network.grads, network.grads))
        if not math.isfinite(norm2) and not np.all(np.isfinite(network.grads)):
            return self._not_finite(x, "backward")
        rate = regime.rate(self) if regime.scheduled else self.learning_rate
        risky = rate * max(1.0, norm2**0.5) > RISKY_STEP
        self._kept = network.params.copy() if risky else None
        watch = self.watch
        if norm2 > watch.peak2:
            watch.peak2 = norm2
        watched = watch.asked or self.step >= watch.due
        if watched:
            watch.before_update(self, x, targets, outputs, loss, norm2)
        if regime.clipping.active:
            regime.clipping.clip(network.grads)
        if self.optimizer.optimizer.full_batch:
            self.optimizer.minimize(network.params, objective(self, x, targets), rate)
        else:
            self.optimizer.apply(network.params, network.grads, rate)
        if risky and not np.all(np.isfinite(network.params)):
            broken = network.params.copy()
            self._go_back()
            return self._overflow(broken)
        self.step += 1
        self.position += len(x)
        self.history.add_step(self.step, self.epoch, loss, accuracy, rate, self.seconds + elapsed)
        if watched:
            watch.after_update(self)
        return None

    def _not_finite(self, x: np.ndarray, direction: str) -> Diagnosis:
        from core.diagnosis import find_not_finite

        diagnosis = find_not_finite(self, x, direction)
        self._go_back()
        return diagnosis

    def _overflow(self, broken: np.ndarray) -> Diagnosis:
        from core.diagnosis import overflow

        return overflow(self, broken)

    def _go_back(self) -> None:
        """To the last weights that can be trained on; whatever else left the finite range starts anew."""
        if self._kept is not None:
            self.network.params[...] = self._kept
            self._kept = None
        if not all(np.isfinite(slot).all() for slot in self.optimizer.slots.values()):
            self.optimizer = OptimizerState(self.optimizer.optimizer, self.network.params.size)
        for name, array in self.network.state.items():
            if not np.isfinite(array).all():
                array[...] = self._first_state[name]

    def adopt(self, experiment: Experiment) -> None:
        """Go on under other settings that need no other network: optimizer, learning rate, epochs, names.

        Another optimizer, or other settings of it than the learning rate, starts with empty slots.
        """
        before, after = self.experiment.optimizer, experiment.optimizer
        if after.replace(learning_rate=before.learning_rate) != before if type(after) is type(before) else True:
            self.optimizer = OptimizerState(after, self.network.params.size)
            self.history.mark(self.step, f"optimizer {after.title}")
        if after.learning_rate != before.learning_rate:
            self.learning_rate = after.learning_rate
            self.history.mark(self.step, f"learning rate {self.learning_rate:g}")
        self.experiment = experiment
        self.regime = Regime(experiment, self.network, self.regime)
        self.metrics = recorded_metrics(experiment, self.data.info.task)

    # keeping
    def checkpoint(self) -> Checkpoint:
        """Copies of all that the run carries on from here; see `core.checkpoint`."""
        return capture(self)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on exactly where `checkpoint` was taken. Raises FileError where it belongs to another experiment or data."""
        restore(self, checkpoint)

    # looking
    def frame(self, request_id: int, probes: dict[str, Any]) -> Frame:
        """Evaluate probes now. A probe that is not due yet (see `Probe.interval`) is left out."""
        payloads = {}
        now = time.perf_counter()
        for key, probe in probes.items():
            last = self._probe_times.get((key, probe))
            if probe.interval and last is not None and self.control.running and now - last < probe.interval:
                continue
            self._probe_times[key, probe] = now
            payloads[key] = probe(self)
        return Frame(request_id, self.step, self.epoch, payloads)

    def predictions(self, split: str) -> np.ndarray:
        """Predictions for a whole split, of the last evaluation while it runs, else of this very step."""
        known = self._evaluated.get(split)
        if known is not None and (known[0] == self.step or self.control.running):
            return known[1]
        x, _ = self.data.split(split)
        found = self.network.predict(x, EVALUATION_BATCH)
        self._evaluated[split] = (self.step, found)
        return found

    def evaluation(self, split: str) -> tuple[int, np.ndarray] | None:
        """Step and predictions of the last evaluation of a whole split, or None before the first."""
        return self._evaluated.get(split)

    def evaluate(self, split: str) -> dict[str, float]:
        """`{split}_loss` and the metrics of a split; empty for an empty split."""
        x, y = self.data.split(split)
        if not len(x):
            return {}
        outputs = self.network.outputs(x, EVALUATION_BATCH)
        loss, _ = self.experiment.loss.value_and_grad(
            outputs, self.experiment.loss.encode(y, self.data.info), Workspace(outputs.dtype), need_grad=False
        )
        predictions = self.network.link(outputs)
        self._evaluated[split] = (self.step, predictions)
        return {f"{split}_loss": loss} | {f"{split}_{m.key}": m.value(predictions, y) for m in self.metrics}

    def _epoch_values(self) -> dict[str, float]:
        rows = self.history.steps
        first = int(np.searchsorted(rows.column("epoch"), self.epoch - 1))  # the column only grows
        values = {"epoch": float(self.epoch), "step": float(self.step), "train_loss": _mean(rows.column("loss", first))}
        if self._classes:
            values["train_accuracy"] = _mean(rows.column("accuracy", first))
        if self.regime.penalties:
            values["penalty"] = self.regime.penalty()
        rates = rows.column("learning_rate", first)
        rate = float(rates[-1]) if len(rates) else self.learning_rate
        return values | self.evaluate("validation") | {"learning_rate": rate, "seconds": self.seconds}

    def _last_values(self) -> dict[str, float]:
        table = self.history.epochs
        return {name: float(table.column(name)[-1]) for name in table.names()} if table.count else {}


def _mean(values: np.ndarray) -> float:
    """Mean of the measured values; NaN without one."""
    measured = values[np.isfinite(values)]
    return float(measured.mean()) if len(measured) else float("nan")
