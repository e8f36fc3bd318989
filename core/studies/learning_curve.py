"""Error against the number of training examples: too simple a model, or too few examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from vitrine.core.data import DataInfo, TrainingData
from vitrine.core.errors import TrainingError
from vitrine.core.rng import generator
from vitrine.core.spec import hp
from vitrine.core.studies.base import (
    HIGHEST_SEED,
    Build,
    Level,
    Measured,
    Picture,
    Points,
    Study,
    StudyEvent,
    Values,
    Verdict,
    mean_and_deviation,
    same_examples,
    seeded,
    train,
)
from vitrine.core.studies.errors import error_of, guess_error
from vitrine.core.tasks.base import Task

if TYPE_CHECKING:
    from vitrine.core.training.experiment import Experiment

BIAS_REMEDY = (
    "The model is too simple or not trained enough (or the data so noisy that no model does better); more examples will not help. "
    "Use more units or layers, other activations or inputs, less regularization, or train longer."
)
VARIANCE_REMEDY = (
    "The model learns the examples by heart. Get more examples, or use fewer units or layers, dropout, L1 or L2, batch "
    "normalization, or early stopping."
)
UNCLEAR_REMEDY = "Give the validation part a larger share, or get more examples, and measure again."
FEW = 50  # validation examples under which chance is worth a word


@dataclass(frozen=True)
class Subset:
    """Data with a part of its training examples."""

    info: DataInfo
    parts: dict[str, tuple[np.ndarray, np.ndarray]]

    def split(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and targets of a part."""
        return self.parts[name]


class LearningCurve(Study):
    """E_train(m) and E_validation(m) for m of the M training examples: both high and close is high bias, a gap high variance.

    The error is 1 - accuracy, or RMSE. A verdict compares it with a guess's (the most frequent class, the mean target).
    Ng, Machine learning yearning, chapters 28 to 32, 2018.
    """

    title: ClassVar[str] = "Learning curve"
    rank: ClassVar[int] = 10
    summary: ClassVar[str] = "Trains on more and more of the examples: does the model need more of them, or is it too simple?"
    formula: ClassVar[str] = "E_train(m), E_validation(m)"

    sizes: int = hp(default=6, help="How many numbers of examples are tried, evenly from the smallest to all", minimum=2, maximum=50)
    smallest: float = hp(default=0.1, help="The smallest share of the training part", minimum=0.0, exclusive=True, maximum=0.9, step=0.05)
    repeats: int = hp(default=3, help="Runs a size, each with other examples and first weights; their mean counts", minimum=1, maximum=100)
    effort: str = hp(
        default="steps", help="What every run gets as much of as one on all examples does: steps, or epochs (fewer examples, fewer steps)",
        choices=("steps", "epochs"), advanced=True,
    )  # fmt: skip
    high: float = hp(
        default=0.2, help="A training error is high above this share of a guess's (in a regression: of the variance)",
        minimum=0.0, exclusive=True, maximum=1.0, step=0.05, label="High error", advanced=True,
    )  # fmt: skip
    gap: float = hp(
        default=0.1, help="The validation error is far above the training error if by more than this share of a guess's",
        minimum=0.0, exclusive=True, maximum=1.0, step=0.05, label="Wide gap", advanced=True,
    )  # fmt: skip
    seed: int = hp(default=0, help="Seed of which examples are taken", minimum=0, maximum=HIGHEST_SEED, advanced=True)

    def run(self, experiment: Experiment, build: Build) -> Iterator[StudyEvent]:
        self.check()
        data = build(experiment)
        _check(data)
        plain = experiment.replace(training=experiment.training.replace(diagnose=False, metrics="basic"))
        guess, sizes, total = guess_error(data), self.counts(len(data.split("train")[0])), self.repeats
        work = [float(s) if self.effort == "epochs" else 1.0 for s in sizes]
        done, whole = 0.0, sum(work) * self.repeats
        rows: list[Values] = []
        orders = [self._order(data, r) for r in range(self.repeats)]
        for size, cost in zip(sizes, work):
            for r in range(self.repeats):
                text = f"{size:,} examples, run {r + 1} of {total}"
                current = self._paced(seeded(_cut(plain, data, size), r), size, sizes[-1])
                trainer = yield from train(current, _subset(data, orders[r][:size]), text, done / whole, cost / whole)
                done += cost
                errors = {"train_error": error_of(trainer, "train"), "validation_error": error_of(trainer, "validation")}
                rows.append({"examples": size, "repeat": r + 1, **errors, "guess_error": guess})
                yield Measured(rows[-1])
        yield self.verdict(rows, data.info.task, len(data.split("validation")[0]))

    def counts(self, whole: int) -> list[int]:
        """The numbers of examples that are tried, ascending."""
        least = min(whole, max(2, round(self.smallest * whole)))
        return sorted({round(n) for n in np.linspace(least, whole, self.sizes)})

    def _order(self, data: TrainingData, repeat: int) -> np.ndarray:
        """All training rows in a random order, of which any first stretch holds the classes in their proportions."""
        y = data.split("train")[1]
        order = generator(self.seed, "learning curve", str(repeat)).permutation(len(y))
        if not data.info.task.has_classes:
            return order
        rank = np.empty(len(order))
        for label in np.unique(y):
            members = np.flatnonzero(y[order] == label)
            rank[members] = (np.arange(len(members)) + 0.5) / len(members)
        return order[np.argsort(rank, kind="stable")]

    def _paced(self, experiment: Experiment, size: int, whole: int) -> Experiment:
        """The experiment with as many epochs as give the steps of a run on all examples."""
        training = experiment.training
        if self.effort == "epochs" or isinstance(training.batch_size, str):
            return experiment
        wanted = training.epochs * training.steps_of(whole)
        epochs = -(-wanted // training.steps_of(size))
        most = int(training.field("epochs").maximum or epochs)
        return experiment.replace(training=training.replace(epochs=min(epochs, most)))

    def picture(self, rows: Sequence[Values]) -> Picture:
        sizes = sorted({int(row["examples"]) for row in rows})
        lines = []
        for name in ("train", "validation"):
            pairs = [mean_and_deviation([row[f"{name}_error"] for row in rows if row["examples"] == size]) for size in sizes]
            means, spreads = zip(*pairs)
            lines.append(Points(name, tuple(map(float, sizes)), means, spreads))
        return Picture("examples", "error", tuple(lines), (Level("guess", float(rows[0]["guess_error"])),))

    def verdict(self, rows: Sequence[Values], task: Task, judged: int) -> Verdict:
        """What the errors on all examples say; `judged`: the number of validation examples."""
        points = self.picture(rows).points
        (train_error, validation_error), examples = (line.y[-1] for line in points), int(points[0].x[-1])
        guess = float(rows[0]["guess_error"])
        shares = [task.share_of_guess(e, guess) for e in (train_error, validation_error)]
        biased, gaping = shares[0] > self.high, shares[1] - shares[0] > self.gap
        text = (
            f"with all {examples:,} examples the {task.error_name} is {train_error:.3g} on the training part and "
            f"{validation_error:.3g} on the validation part (a guess: {guess:.3g})."
        )
        chance = 2 * (task.error_variance(train_error, examples) + task.error_variance(validation_error, judged)) ** 0.5
        if task.has_classes and judged < FEW:
            text += f" The validation part has {judged} examples only: each is {1 / judged:.2g} of the error."
        certain = validation_error - train_error > chance
        if gaping and not biased and not certain:
            return Verdict("unclear", f"Not clear: there is a gap, but it may be chance; {text}", UNCLEAR_REMEDY)
        falls = points[1].y[-2:][0] - validation_error > 0.02 * guess
        more = " The validation error still falls, so more examples would help." if falls else ""
        if biased and gaping and certain:
            return Verdict("high bias and variance", f"High bias and high variance: {text}", f"{BIAS_REMEDY} Then close the gap.")
        if biased:
            return Verdict("high bias", f"High bias: both errors are high and close; {text}", BIAS_REMEDY)
        if gaping:
            return Verdict("high variance", f"High variance: a wide gap between both errors; {text}", VARIANCE_REMEDY + more)
        return Verdict(
            "fine", f"Fine: both errors are low and close; {text}", f"Nothing needs mending; the test part says how good it is.{more}"
        )


def _cut(experiment: Experiment, data: TrainingData, size: int) -> Experiment:
    """As it can be trained on so many examples: a last batch that would be too small for a layer is left out."""
    if experiment.analyze(data.info, size).ok:
        return experiment
    whole = experiment.replace(training=experiment.training.replace(drop_last=True))
    return whole if whole.analyze(data.info, size).ok else experiment


def _check(data: TrainingData) -> None:
    if not len(data.split("validation")[0]):
        raise TrainingError("the learning curve needs a validation part: give it a share in the data's split")
    if len(data.split("train")[0]) < 2 or same_examples(data, "train", data, "validation"):
        raise TrainingError("there are too few examples for a learning curve: training and validation need examples of their own")


def _subset(data: TrainingData, rows: np.ndarray) -> Subset:
    x, y = data.split("train")
    chosen = np.sort(rows)
    return Subset(data.info, {"train": (x[chosen], y[chosen]), "validation": data.split("validation"), "test": data.split("test")})
