"""What a study is: several runs of one experiment, and what they say together, in numbers and in words."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from vitrine.core.data import TrainingData
from vitrine.core.errors import TrainingError, shown
from vitrine.core.spec import Registry, Spec
from vitrine.core.training.control import Control
from vitrine.core.training.events import Diagnosis, Failed, StepDone
from vitrine.core.training.trainer import Trainer

if TYPE_CHECKING:
    from vitrine.core.training.experiment import Experiment

Build = Callable[["Experiment"], TrainingData]
Values = Mapping[str, Any]  # one row of results: names and plain numbers
HIGHEST_SEED = 2**31 - 1
HUGE = 1e100  # beyond it nothing is drawn: ranges and pixels would overflow


class Progress(NamedTuple):
    """How far the study is, from 0 to 1, and what it does now; one at least after every step of learning."""

    done: float
    text: str


@dataclass(frozen=True)
class Measured:
    """One run of the study is over: what it measured."""

    values: Values


@dataclass(frozen=True)
class Verdict:
    """What all runs say together: `kind` for programs ("high bias"), `text` what was seen, `remedy` what to do."""

    kind: str
    text: str
    remedy: str


StudyEvent = Progress | Measured | Verdict


@dataclass(frozen=True)
class Points:
    """Values over x, with `spread` to both sides of each (0: none); `joined` by a line or dots alone."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    spread: tuple[float, ...]
    joined: bool = True


@dataclass(frozen=True)
class Level:
    """A value that holds over the whole width, with `spread` to both sides."""

    name: str
    y: float
    spread: float = 0.0


@dataclass(frozen=True)
class Picture:
    """What is to be drawn of a study so far."""

    x_name: str
    y_name: str
    points: tuple[Points, ...]
    levels: tuple[Level, ...] = ()


def checked_event(event: object) -> StudyEvent:
    """The event of a study. Raises TypeError for what nobody could show: a contributed study may yield anything."""
    match event:
        case Progress(int() | float() | np.floating() as done, str()) if math.isfinite(done):
            return event
        case Measured(Mapping()) if all(isinstance(name, str) for name in event.values):
            return event
        case Verdict(str(), str(), str()):
            return event
    raise TypeError(f"it must yield Progress, Measured or Verdict, each with what belongs to it, not {shown(event)}")


def checked_picture(picture: object) -> Picture:
    """The picture of a study. Raises TypeError for what nobody could draw."""
    match picture:
        case Picture(str(), str(), tuple(points), tuple(levels)) if points and all(map(_can_be_drawn, (*points, *levels))):
            return picture
    raise TypeError(f"its picture must be a Picture of points and finite numbers, not {shown(picture)}")


def _can_be_drawn(part: object) -> bool:
    match part:
        case Points(str()):
            rows = part.x, part.y, part.spread
            return all(isinstance(row, tuple) and len(row) == len(part.x) > 0 and all(map(_is_number, row)) for row in rows)
        case Level(str(), y, spread):
            return _is_number(y) and _is_number(spread)
    return False


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, np.floating, np.integer)) and bool(-HUGE < value < HUGE)  # not NaN either


class Study(Spec, abstract=True):
    """Settings of a study. `run` trains networks of its own, one after the other, and leaves the experiment alone.

    All that is random derives from the seeds of the study and of the experiment: same seeds, same results.
    """

    registry: ClassVar[Registry[Study]] = Registry("study")

    def run(self, experiment: Experiment, build: Build) -> Iterator[StudyEvent]:
        """Events until the verdict, which is the last; whoever stops asking has cancelled the study.

        build: gives an experiment's data (`vitrine.datasets.build.build`). Raises VitrineError where a setting, the data or
        a run does not allow the study.
        """
        raise NotImplementedError(type(self).__name__)

    def picture(self, rows: Sequence[Values]) -> Picture:
        """What to draw of the rows so far, of which there is at least one."""
        raise NotImplementedError(type(self).__name__)


def train(experiment: Experiment, data: TrainingData, text: str, before: float, share: float) -> Generator[Progress, None, Trainer]:
    """Train to the end and return the trainer. The run makes the study's progress go from `before` to `before + share`.

    Raises TrainingError where the run can't start, or its numbers leave the finite range.
    """
    control = Control()
    trainer = Trainer(experiment, data, control)
    total = max(1, trainer.steps_per_epoch * experiment.training.epochs)
    yield Progress(before, text)
    for event in trainer.run():
        if type(event) is StepDone:
            yield Progress(before + share * min(1.0, event.step / total), text)
        elif isinstance(event, Failed):
            raise TrainingError(f"{text}: {event.message}")
        elif isinstance(event, Diagnosis) and event.severity == "error":
            control.stop()  # it would wait for somebody to go on
            raise TrainingError(f"{text}: {event.message} {event.remedy}")
    return trainer


def seeded(experiment: Experiment, number: int) -> Experiment:
    """The experiment with the seed of its repeat `number`; repeat 0 has the experiment's own."""
    return experiment.with_seed((experiment.seed + number) % (HIGHEST_SEED + 1))


def same_examples(a: TrainingData, part: str, b: TrainingData, other: str) -> bool:
    """Whether two parts hold the same inputs in the same order."""
    x, y = a.split(part)[0], b.split(other)[0]
    return x.shape == y.shape and np.array_equal(x, y)


def mean_and_deviation(values: Sequence[float]) -> tuple[float, float]:
    """m = sum v / n, s = sqrt(sum (v - m)^2 / (n - 1)); the deviation of a single value is 0."""
    found = np.asarray(values, np.float64)
    return float(found.mean()), float(found.std(ddof=1)) if len(found) > 1 else 0.0


def csv_text(rows: Sequence[Values]) -> str:
    """The rows as comma-separated text with a line of names; what a row lacks stays empty."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return target.getvalue()
