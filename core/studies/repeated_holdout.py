"""Several splits, several runs: how good the model is on unseen examples, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from vitrine.core.data import TrainingData
from vitrine.core.errors import TrainingError
from vitrine.core.metrics.base import Metric, default_metrics
from vitrine.core.spec import FieldProblem, hp
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
from vitrine.core.studies.errors import finite
from vitrine.core.tasks.base import Task
from vitrine.core.training.trainer import Trainer

if TYPE_CHECKING:
    from vitrine.core.training.experiment import Experiment

SAME_TEST = (
    " Every run is tested on the same examples (the source sets them apart, or its order matters),"
    " so that the spread tells of first weights and order alone."
)


class RepeatedHoldout(Study):
    """m = sum_r v_r / R, s = sqrt(sum_r (v_r - m)^2 / (R - 1)) of every metric v on the test part of R random splits.

    The test part is looked at once a run, after its end: it chooses nothing. Kim, Estimating classification error
    rate: repeated cross-validation, repeated hold-out and bootstrap, 2009.
    """

    title: ClassVar[str] = "Repeated holdout"
    rank: ClassVar[int] = 20
    summary: ClassVar[str] = "Splits the data anew several times, trains on one part and tests on the other: mean and standard deviation."
    formula: ClassVar[str] = "mean and deviation of v_1 … v_R"

    repeats: int = hp(default=10, help="Number of splits, each with a run of its own", minimum=2, maximum=1000)
    test: float = hp(
        default=0.3333, help="Share of the examples that tests; the rest trains", minimum=0.0, exclusive=True, maximum=0.95, step=0.05, label="Test share"
    )  # fmt: skip
    validation: float = hp(
        default=0.0, help="Share of the examples that is set aside in training, for stop rules that watch it", minimum=0.0, maximum=0.9,
        step=0.05, label="Validation share", advanced=True,
    )  # fmt: skip
    new_weights: bool = hp(default=True, help="Every run begins with first weights of its own, too", label="New weights", advanced=True)
    seed: int = hp(
        default=0, help="Seed of the first split; the next ones count on from it", minimum=0, maximum=HIGHEST_SEED, advanced=True
    )

    def problems(self) -> list[FieldProblem]:
        found = super().problems()
        if not found and self.test + self.validation >= 1 - 1e-9:
            found.append(FieldProblem("validation", "Validation share", "and test share must leave something to train on"))
        return found

    def run(self, experiment: Experiment, build: Build) -> Iterator[StudyEvent]:
        self.check()
        rows: list[Values] = []
        tested: TrainingData | None = None  # the first run's data, until the second is compared with it
        alike = False
        for number in range(self.repeats):
            current = self._experiment(experiment, number)
            data = build(current)
            _check(current, data)
            text = f"Run {number + 1} of {self.repeats}: {len(data.split('train')[0]):,} train, {len(data.split('test')[0]):,} test"
            trainer = yield from train(current, data, text, number / self.repeats, 1 / self.repeats)
            rows.append({"run": number + 1, "split_seed": current.split.seed, "weight_seed": current.seed, **_test(trainer)})
            yield Measured(rows[-1])
            alike = alike or (tested is not None and same_examples(tested, "test", data, "test"))
            tested = data if number == 0 else None
        yield self.verdict(rows, SAME_TEST if alike else "")

    def _experiment(self, experiment: Experiment, number: int) -> Experiment:
        split = experiment.split.replace(
            train=1.0 - self.test - self.validation, validation=self.validation, seed=(self.seed + number) % (HIGHEST_SEED + 1)
        )
        quiet = experiment.training.replace(diagnose=False)
        return seeded(experiment.replace(split=split, training=quiet), number if self.new_weights else 0)

    def picture(self, rows: Sequence[Values]) -> Picture:
        metric = _metrics(rows)[0]
        values = [float(row[metric.key]) for row in rows]
        mean, deviation = mean_and_deviation(values)
        runs = tuple(float(row["run"]) for row in rows)
        level = Level(f"mean {_text(metric, mean)} ± {_text(metric, deviation)}", mean, deviation)
        return Picture("run", f"test {_name(metric)}", (Points("test", runs, tuple(values), (0.0,) * len(values), joined=False),), (level,))

    def verdict(self, rows: Sequence[Values], note: str = "") -> Verdict:
        """Mean and deviation of every metric, in words."""
        found = []
        for metric in _metrics(rows):
            values = [float(row[metric.key]) for row in rows]
            mean, deviation = mean_and_deviation(values)
            found.append(f"{_name(metric)} {_text(metric, mean)} ± {_text(metric, deviation)}")
            if len(found) == 1:
                found[0] += f" (from {_text(metric, min(values))} to {_text(metric, max(values))})"
        text = f"On unseen examples, mean ± standard deviation of {len(rows)} runs: {', '.join(found)}.{note}"
        return Verdict(
            "estimate", text,
            "This is the figure to report, not the best run's. Once you have chosen a setting by it, it flatters: "
            "choose by the validation part, and test at the end.",
        )  # fmt: skip


def _check(experiment: Experiment, data: TrainingData) -> None:
    misfit = experiment.stop_rule.misfit(experiment, data.info)
    if misfit is not None and not experiment.split.validation:
        raise TrainingError(f"{experiment.stop_rule.title}: {misfit[1]}; here that is the study's own Validation share, under More")
    if not len(data.split("test")[0]):
        raise TrainingError("the test part is empty: give the study a larger test share, or take data with more examples")
    if same_examples(data, "train", data, "test"):
        count = len(data.split("test")[0])
        raise TrainingError(
            f"{count} examples are too few to hold some out, training and test would be the same: take data with more examples"
        )


def _test(trainer: Trainer) -> dict[str, float]:
    """The loss and all metrics of the task on the test part."""
    loss = trainer.evaluate("test")["test_loss"]
    predictions, y = trainer.predictions("test"), trainer.data.split("test")[1]
    metrics = default_metrics(trainer.data.info.task, every=True)
    values = {m.key: m.value(predictions, y) for m in metrics}
    finite(values[metrics[0].key], metrics[0].title)
    return {"loss": loss} | values


def _metrics(rows: Sequence[Values]) -> list[Metric]:
    """The metrics whose values every row has, that of the task first."""
    task = next(kind() for kind in Task.registry if Metric.registry.get(kind.metric).key in rows[0])
    return [m for m in default_metrics(task, every=True) if all(np.isfinite(row.get(m.key, np.nan)) for row in rows)]


def _name(metric: Metric) -> str:
    return metric.title if metric.title.isupper() or metric.title[:2].isupper() else metric.title[:1].lower() + metric.title[1:]


def _text(metric: Metric, value: Any) -> str:
    return f"{value * 100:.1f} %" if metric.percent else f"{value:.3g}"
