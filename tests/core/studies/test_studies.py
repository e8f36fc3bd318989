"""Studies over several runs: verdicts on nets that are known to be too simple or too large, seeds, cancelling, bad input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from vitrine.core.errors import SpecError, TrainingError
from vitrine.core.layers.base import Layer
from vitrine.core.losses.base import Loss
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.stop_rules.base import StopRule
from vitrine.core.studies.base import Measured, Progress, Study, StudyEvent, Verdict, csv_text, mean_and_deviation
from vitrine.core.studies.learning_curve import LearningCurve
from vitrine.core.studies.repeated_holdout import RepeatedHoldout
from vitrine.core.tasks.base import Task
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.settings import Split, Training
from vitrine.datasets.base import Dataset, DatasetSpec
from vitrine.datasets.build import build as build_parts
from vitrine.datasets.preprocessing.base import Preprocessing

QUICK = LearningCurve(sizes=4, repeats=2)


def experiment(dataset: str, *units: int, outputs: str = "Softmax", rate: float = 0.01, epochs: int = 20, **settings: Any) -> Experiment:
    """A classifier of two classes (one linear output for "Curve") with hidden ReLU layers of these widths."""
    dense = Layer.registry.get("Dense")
    last = dense(units=2, activation="Softmax") if outputs == "Softmax" else dense(units=1)
    split = settings.pop("split", Split())
    training = Training(**{"batch_size": 16, "epochs": epochs} | settings.pop("training", {}))
    return Experiment(
        dataset=DatasetSpec.registry.get(dataset)(**settings), preprocessing=Preprocessing.registry.get("Standardize")(),
        graph=GraphSpec.chain(Layer.registry.get("Input")(), *(dense(units=n, activation="ReLU") for n in units), last),
        loss=Loss.registry.get("CategoricalCrossEntropy" if outputs == "Softmax" else "MeanSquaredError")(),
        optimizer=Optimizer.registry.get("Adam")(learning_rate=rate), split=split, training=training,
    )  # fmt: skip


def build(current: Experiment) -> Dataset:
    return build_parts(current.dataset, current.preprocessing, current.split)  # type: ignore[arg-type]


def conclude(events: Iterator[StudyEvent]) -> tuple[list[Any], Verdict]:
    """The rows and the verdict, which must be the last event."""
    found = list(events)
    assert isinstance(found[-1], Verdict) and sum(isinstance(e, Verdict) for e in found) == 1
    return [e.values for e in found if isinstance(e, Measured)], found[-1]


# -- the learning curve -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{"dataset": "Circles", "samples": 300}, {"dataset": "Xor", "repeat": 60, "noise": 0.1}])
def test_a_line_through_what_no_line_parts_has_high_bias(settings: dict[str, Any]) -> None:
    rows, verdict = conclude(QUICK.run(experiment(**settings), build))
    assert verdict.kind == "high bias" and "more examples will not help" in verdict.remedy
    assert min(row["train_error"] for row in rows if row["examples"] > 100) > 0.2


def test_a_large_net_on_thirty_noisy_points_has_high_variance() -> None:
    noisy = experiment("Circles", 64, 64, samples=230, noise=0.5, split=Split(train=30 / 230, validation=0.6), epochs=60)
    rows, verdict = conclude(QUICK.run(noisy, build))
    assert verdict.kind == "high variance" and "more examples" in verdict.remedy
    last = [row for row in rows if row["examples"] == 30]
    assert len(last) == 2 and all(row["train_error"] < 0.05 and row["validation_error"] > 0.1 for row in last)


def test_a_net_that_suits_its_points_is_fine() -> None:
    _, verdict = conclude(QUICK.run(experiment("Circles", 16, samples=400), build))
    assert verdict.kind == "fine" and verdict.text.startswith("Fine")


def test_a_gap_that_may_be_chance_is_called_so() -> None:
    rows = [{"examples": n, "repeat": 1, "train_error": 0.0, "validation_error": 0.1, "guess_error": 0.5} for n in (5, 50)]
    assert QUICK.verdict(rows, Task.named("classification"), 10).kind == "unclear"
    assert QUICK.verdict(rows, Task.named("classification"), 1000).kind == "high variance"


def test_a_regression_is_judged_by_its_unexplained_variance() -> None:
    line, curve = experiment("Curve", outputs="linear"), experiment("Curve", 32, 32, outputs="linear", epochs=60)
    rows, verdict = conclude(QUICK.run(line, build))
    assert verdict.kind.startswith("high bias") and "RMSE" in verdict.text
    assert rows[-1]["guess_error"] == pytest.approx(float(np.std(build(line).split("validation")[1])), rel=0.2)
    assert not conclude(QUICK.run(curve, build))[1].kind.startswith("high bias")


def test_sizes_grow_from_the_smallest_to_all_and_get_equal_steps() -> None:
    sizes = LearningCurve(sizes=5, smallest=0.2).counts(100)
    assert sizes == [20, 40, 60, 80, 100]
    assert LearningCurve(sizes=20).counts(4) == [2, 3, 4], "no size twice"
    steps = [LearningCurve()._paced(experiment("Circles", epochs=10), n, 160).training.epochs * -(-n // 16) for n in (16, 48, 160)]
    assert steps == [100, 102, 100]
    dropping = experiment("Circles", epochs=10, training={"batch_size": 16, "epochs": 10, "drop_last": True})
    steps = [(LearningCurve()._paced(dropping, n, 160).training, n) for n in (24, 40, 168)]
    assert [training.epochs * training.steps_of(n) for training, n in steps] == [100, 100, 100], "an incomplete batch is no step"
    assert LearningCurve()._paced(experiment("Circles", epochs=1_000_000), 16, 160).training.problems() == []
    assert LearningCurve(effort="epochs")._paced(experiment("Circles", epochs=10), 16, 160).training.epochs == 10


def test_a_size_that_leaves_a_last_batch_of_one_is_tried_too() -> None:
    """Batch normalization takes two: the study broke off at the first such size, though all examples together leave none."""
    plain = experiment("Circles", 4, samples=300, epochs=2)
    normed = plain.replace(graph=plain.graph.insert_on_edge(plain.graph.edges[1], Layer.registry.get("BatchNorm")())[0])
    study, whole = LearningCurve(sizes=2, smallest=33 / 210, repeats=1), len(build(plain).split("train")[0])
    assert [n % 16 for n in study.counts(whole)] == [1, 2]
    rows, _verdict = conclude(study.run(normed, build))
    assert [row["examples"] for row in rows] == [33, 210]


def test_any_first_examples_hold_both_classes() -> None:
    data = build(experiment("Circles", samples=300))
    order = QUICK._order(data, 0)
    y = data.split("train")[1]
    assert sorted(order) == list(range(len(y))) and not np.array_equal(order, QUICK._order(data, 1))
    assert all(abs(y[order[:n]].mean() - y.mean()) < 1 / n + 0.02 for n in (2, 10, 31, 100))


def test_the_picture_holds_means_and_deviations() -> None:
    rows = [
        {"examples": n, "repeat": r, "train_error": 0.1 * r, "validation_error": 0.5, "guess_error": 0.6} for n in (10, 20) for r in (1, 2)
    ]
    picture = QUICK.picture(rows)
    train, validation = picture.points
    assert train.x == (10, 20) and train.y == pytest.approx((0.15, 0.15)) and train.spread[0] == pytest.approx(0.1 / 2**0.5)
    assert validation.name == "validation" and validation.spread == (0, 0) and picture.levels[0].y == 0.6


# -- the repeated holdout ---------------------------------------------------------------------------------------------------------------


def test_every_run_has_a_split_of_its_own_of_two_thirds_and_one_third() -> None:
    asked: list[Experiment] = []

    def noted(current: Experiment) -> Dataset:
        asked.append(current)
        return build(current)

    rows, verdict = conclude(RepeatedHoldout(repeats=4).run(experiment("Circles", 8, samples=300, noise=0.2), noted))
    assert [e.split.seed for e in asked] == [0, 1, 2, 3] and [e.seed for e in asked] == [0, 1, 2, 3]
    assert {tuple(build(e).counts().values()) for e in asked} == {(200, 0, 100)}
    values = [row["accuracy"] for row in rows]
    assert len(set(values)) > 1 and verdict.kind == "estimate"
    assert f"{np.mean(values) * 100:.1f} % ± {np.std(values, ddof=1) * 100:.1f} %" in verdict.text
    assert {"precision", "recall", "f1", "loss", "split_seed"} <= set(rows[0])


def test_the_test_part_changes_nothing_of_the_training() -> None:
    """Other test examples, the same weights: they can't have been used to choose."""
    current = experiment("Circles", 8, samples=120, noise=0.2)
    study = RepeatedHoldout(repeats=2, validation=0.2)

    def spoiled(e: Experiment) -> Dataset:
        data = build(e)
        x, y = data.parts["test"]
        data.parts["test"] = (x, 1 - y)
        return data

    plain, turned = (conclude(study.run(current, source))[0] for source in (build, spoiled))
    assert [1 - row["accuracy"] for row in turned] == pytest.approx([row["accuracy"] for row in plain])


def test_a_source_with_a_test_part_of_its_own_is_told() -> None:
    fixed = experiment("Circles", samples=60, epochs=2)
    same = build(fixed)
    _, verdict = conclude(RepeatedHoldout(repeats=2).run(fixed, lambda _e: same))
    assert "tested on the same examples" in verdict.text


def test_the_holdout_of_a_regression() -> None:
    rows, verdict = conclude(RepeatedHoldout(repeats=3).run(experiment("Curve", 16, outputs="linear"), build))
    assert "RMSE" in verdict.text and {"rmse", "r2", "mae"} <= set(rows[0])
    picture = RepeatedHoldout().picture(rows)
    assert not picture.points[0].joined and picture.levels[0].y == pytest.approx(np.mean([row["rmse"] for row in rows]))


# -- all studies ------------------------------------------------------------------------------------------------------------------------


def small() -> list[Study]:
    return [LearningCurve(sizes=3, repeats=1), RepeatedHoldout(repeats=2)]


@pytest.mark.parametrize("study", small(), ids=lambda s: type(s).__name__)
def test_same_seeds_same_results(study: Study) -> None:
    current = experiment("Circles", 8, samples=100, noise=0.2, epochs=5)
    assert conclude(study.run(current, build)) == conclude(study.run(current, build))
    other = conclude(study.replace(seed=7).run(current, build))[0]
    assert csv_text(other) != csv_text(conclude(study.run(current, build))[0])


@pytest.mark.parametrize("study", small(), ids=lambda s: type(s).__name__)
def test_progress_grows_to_the_end_and_comes_every_step(study: Study) -> None:
    current = experiment("Circles", samples=100, epochs=5)
    events = study.run(current, build)
    seen = [e.done for e in events if isinstance(e, Progress)]
    assert seen[0] == 0 and seen == sorted(seen) and seen[-1] == pytest.approx(1.0)
    steps = -(-len(build(current).split("train")[0]) // 16) * 5
    assert len(seen) > steps


@pytest.mark.parametrize("study", small(), ids=lambda s: type(s).__name__)
def test_numbers_that_leave_the_range_end_the_study_in_words(study: Study) -> None:
    wild = experiment("Circles", 8, samples=100).replace(optimizer=Optimizer.registry.get("SGD")(learning_rate=1e30))
    with pytest.raises(TrainingError, match="run 1|Run 1"):
        list(study.run(wild, build))


@pytest.mark.parametrize("study", small(), ids=lambda s: type(s).__name__)
def test_too_few_examples_are_refused(study: Study) -> None:
    with pytest.raises(TrainingError, match="too few"):
        list(study.run(experiment("Xor", repeat=1), build))


def test_bad_settings_and_missing_parts_are_refused_with_what_to_do() -> None:
    with pytest.raises(TrainingError, match="validation part: give it a share"):
        list(QUICK.run(experiment("Circles", samples=60, split=Split(train=0.7, validation=0.0)), build))
    with pytest.raises(SpecError, match="leave something to train on"):
        list(RepeatedHoldout(test=0.5, validation=0.5).run(experiment("Circles"), build))
    patient = experiment("Circles", samples=60).replace(stop_rule=StopRule.registry.get("Patience")())
    with pytest.raises(TrainingError, match="own Validation share"):
        list(RepeatedHoldout().run(patient, build))
    assert conclude(RepeatedHoldout(repeats=2, validation=0.2).run(patient, build))[1].kind == "estimate"


def test_csv_has_a_line_a_row_and_empty_places() -> None:
    assert csv_text([{"a": 1, "b": 0.5}, {"a": 2, "c": 3}]) == "a,b,c\n1,0.5,\n2,,3\n"
    assert mean_and_deviation([2.0]) == (2.0, 0.0) and mean_and_deviation([1.0, 3.0]) == (2.0, pytest.approx(2**0.5))
