"""What a run is: an experiment on its data, with all that it carries from step to step, each declared once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from vitrine.core.data import TrainingData
from vitrine.core.errors import FileError, TrainingError, shown
from vitrine.core.metrics.base import Metric
from vitrine.core.network.network import Network
from vitrine.core.optimizers.base import OptimizerState
from vitrine.core.rng import Generators
from vitrine.core.training.checkpoint import Checkpoint
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.history import RunHistory
from vitrine.core.training.parts.base import Number, Part, Rate, Renamed, kept
from vitrine.core.training.parts.chance import Order, Streams
from vitrine.core.training.parts.network import Best, BestWeights, Slots, Weights
from vitrine.core.training.parts.record import EpochSums, Log, Sums, Way
from vitrine.core.training.parts.trail import Trail
from vitrine.core.training.regime import Regime, recorded_metrics


class Row(NamedTuple):
    """One step of learning: the batch's mean loss, how many outputs were right (-1: there are no classes), how many
    examples it held, and the learning rate that was used."""

    loss: float
    correct: int
    examples: int
    rate: float


class Run:
    """A run between two steps. It is driven by a learner and a trainer; what they do to it is all that ever happens to it.

    Every part declared here is begun, stored, restored and carried on by the methods below, which name none of them.
    Raises TrainingError at construction where the experiment has problems.
    """

    network: Network = kept(Weights())
    generators: Generators = kept(Streams())
    optimizer: OptimizerState = kept(Slots())
    learning_rate: float = kept(Rate())
    history: RunHistory = kept(Log())
    step: int = kept(Number(0))
    epoch: int = kept(Number(0))  # epochs completed
    position: int = kept(Number(0))  # examples of the current epoch already learnt
    order: Any = kept(Order())
    sums: Sums = kept(EpochSums())
    seconds: float = kept(Number(0.0))  # spent training, without pauses and evaluation
    finished: bool = kept(Number(False, missing=False, carried=False))
    best: Best | None = kept(BestWeights())
    trail: Trail | None = kept(Way())

    def __init__(self, experiment: Experiment, data: TrainingData) -> None:
        x, y = data.split("train")
        self.analysis = experiment.analyze(data.info, len(x))
        for problem in self.analysis.errors:
            raise TrainingError(str(problem))
        self.experiment = experiment
        self.data = data
        for part in self.carried():
            setattr(self, part.name, part.begin(self))
        self.network.set_rng(self.generators["dropout"])
        self.first_state = {name: array.copy() for name, array in self.network.state.items()}
        self.classes = data.info.task.has_classes
        self._settle()
        self.x = _read_only(np.ascontiguousarray(x, self.network.dtype))
        self.targets = _read_only(experiment.loss.encode(y, data.info))
        self.batch_size = experiment.training.batch_of(len(x))
        self.steps_per_epoch = experiment.training.steps_of(len(x))

    @classmethod
    def carried(cls) -> list[Part]:
        """What a run carries, in the order of declaration."""
        return [part for part in vars(cls).values() if isinstance(part, Part)]

    def _settle(self) -> None:
        """What follows from the experiment and may change with it while it runs."""
        self.regime, self.metrics = self._settled(self.experiment)

    def _settled(self, experiment: Experiment) -> tuple[Regime, list[Metric]]:
        return Regime(experiment, self.network), recorded_metrics(experiment, self.data.info.task)

    @property
    def examples_per_epoch(self) -> int:
        """Fewer than there are where an incomplete last batch is dropped."""
        return min(len(self.x), self.steps_per_epoch * self.batch_size)

    @property
    def epoch_end(self) -> int:
        """Examples with which the present epoch is over.

        Where the size of the batches was changed within it, its last batch may be one that no whole epoch has: incomplete though
        such are dropped, or smaller than a layer takes. It is left out.
        """
        rest = (len(self.x) - self.position) % self.batch_size
        left_out = self.experiment.training.drop_last or rest < self.analysis.fewest_examples
        return len(self.x) - rest if left_out else len(self.x)

    @property
    def epoch_over(self) -> bool:
        """Whether every batch of the present epoch was learnt."""
        return self.position >= self.epoch_end

    @property
    def rate(self) -> float:
        """The learning rate of the next step, as the schedule has it."""
        if not self.regime.scheduled:
            return self.learning_rate
        batch = self.position // self.batch_size
        return self.regime.rate(self.learning_rate, self.epoch, batch, self.steps_per_epoch, self.history)

    # what happens to it
    def record(self, rows: Sequence[Row], seconds: float) -> None:
        """Note steps that were made, the last of them when the run had trained for so long."""
        begun, step, position, left = self.seconds, self.step, self.position, len(rows)  # each is looked up once: this runs at every step
        adds_up = self.experiment.loss.adds_up
        epoch, add, add_step, each = self.epoch, self.sums.add, self.history.add_step, (seconds - begun) / max(1, left)
        for loss, correct, examples, rate in rows:
            step += 1
            position += examples
            left -= 1
            add(loss / examples if adds_up else loss, correct if correct > 0 else 0, examples)
            accuracy = correct / examples if correct >= 0 else math.nan
            add_step(step, epoch, loss, accuracy, rate, int((seconds - left * each) * 1e6) / 1e6)  # whole microseconds
        self.step, self.position, self.seconds = step, position, seconds

    def end_epoch(self, measured: dict[str, float]) -> dict[str, float]:
        """Close the epoch with what was measured on the validation part; the row that the record got."""
        epoch = self.epoch + 1  # it counts once all of it could be worked out
        values = {"epoch": float(epoch), "step": float(self.step), "train_loss": self.sums.mean_loss()}
        if self.experiment.loss.adds_up:
            values["train_loss"] *= self.sums.examples
        if self.classes:
            values["train_accuracy"] = self.sums.accuracy()
        if self.regime.penalties:
            values["penalty"] = self.regime.penalty()
        rate = self.history.steps.last("learning_rate", self.learning_rate)
        values |= measured | {"learning_rate": rate, "seconds": self.seconds}
        self._begin_epoch()
        self.epoch = epoch
        self.history.add_epoch(values)
        loss = values.get("validation_loss", np.inf)
        if self.regime.rule.restores_best and loss < (self.best.loss if self.best is not None else np.inf):
            self.best = Best(self.network.arrays(), self.epoch, loss)
        return values

    def bring_back(self) -> str | None:
        """Put the best weights into the network, if they are wanted and others than the present ones; what was done."""
        best = self.best
        if best is None or not self.regime.rule.restores_best:
            return None
        if all(np.array_equal(array, best.arrays[name]) for name, array in {**self.network.views, **self.network.state}.items()):
            return None
        self.network.load_arrays(best.arrays)
        done = f"weights of epoch {best.epoch} brought back"
        self.history.mark(self.step, done)
        return done

    def start_anew(self) -> None:
        """Another loss or network from here on: its losses compare with none before, so the present epoch begins again."""
        self.history.start_anew()
        self._begin_epoch()

    def _begin_epoch(self) -> None:
        self.position, self.order, self.sums = 0, None, Sums()

    def clear_slots(self) -> None:
        """Let the optimizer begin with an empty memory."""
        self.optimizer = OptimizerState(self.experiment.optimizer, self.network.params.size)

    def adopt(self, experiment: Experiment) -> None:
        """Go on under other settings that need no other network: optimizer, learning rate, epochs, names.

        Another optimizer starts with empty slots, unless it was replaced at this very step; other settings of the same go on with what
        it remembers. What a contributed part raises, or memory that is too small, leaves the run as it was.
        """
        before, after = self.experiment.optimizer, experiment.optimizer
        another = type(after) is not type(before) or after.replace(learning_rate=before.learning_rate) != before
        optimizer = self.optimizer
        if another:
            optimizer = OptimizerState(after, self.network.params.size)
            optimizer.go_on_from(self.optimizer)
        self.regime, self.metrics = self._settled(experiment)
        self.experiment, self.optimizer = experiment, optimizer
        if another:
            self.history.mark(self.step, f"optimizer {after.title}")
        if after.learning_rate != before.learning_rate:
            self.set_rate(after.learning_rate)

    def set_rate(self, rate: float) -> None:
        """Another learning rate from the next step on."""
        self.learning_rate = rate
        self.history.mark(self.step, f"learning rate {rate:g}")

    # keeping
    def capture(self) -> Checkpoint:
        """All that the run carries on from here, in the thread that trains: nothing in it changes any more."""
        checkpoint = Checkpoint(meta={"batch_size": self.batch_size, "examples": len(self.x)})
        for part in self.carried():
            part.store(self, checkpoint)
        return checkpoint

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on exactly where `checkpoint` was taken.

        Raises FileError, leaving the run as it was, where it belongs to another experiment or other data.
        """
        meta = checkpoint.meta
        try:
            values = [part.read(self, checkpoint) for part in self.carried()]
        except KeyError as error:
            raise FileError(f"the stored run is damaged: it lacks {shown(error.args[0] if error.args else '')}") from error
        except (TypeError, ValueError, AttributeError, OverflowError, IndexError) as error:
            raise FileError(f"the stored run is damaged: {shown(str(error), 200)}") from error
        if meta.get("examples") != len(self.x) or meta.get("batch_size") != self.batch_size:
            raise FileError(
                f"the run was stored with {shown(meta.get('examples'))} training examples in batches of {shown(meta.get('batch_size'))}; "
                f"now there are {len(self.x)} in batches of {self.batch_size}"
            )
        if meta["position"] > len(self.x):
            raise FileError(f"the stored run is damaged: it stands at example {meta['position']:,} of {len(self.x):,}")
        for part, value in zip(self.carried(), values, strict=True):
            part.restore(self, value)
        self._settle()

    def carry_on(self, before: Run, names: Renamed) -> None:
        """Take over from the run before an edit what still fits; `names`: layers that bear another name now."""
        for part in self.carried():
            part.carry_on(self, before, names)
        if self.batch_size == len(self.x) and not self.epoch_over:  # there is no middle of such an epoch
            self._begin_epoch()


def _read_only(array: np.ndarray) -> np.ndarray:
    """The same numbers, for looking at: a layer or probe that writes to its inputs is told so, and spoils no data."""
    seen = array.view()
    seen.flags.writeable = False
    return seen
