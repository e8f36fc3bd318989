"""A stored run that can't be: refused in words that name the entry, and the run that should take it up stays as it was."""

from __future__ import annotations

import copy
import dataclasses
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vitrine.core.errors import FileError
from vitrine.core.files.project import load_project
from vitrine.core.training.checkpoint import Checkpoint
from vitrine.core.training.events import StepDone
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.build import build


def trainer() -> Trainer:
    experiment: Any = load_project(Path(__file__).parents[3] / "examples" / "xor.json").experiment
    experiment = experiment.replace(stop_rule=type(experiment.stop_rule).registry.get("Patience")())
    experiment = experiment.replace(training=experiment.training.replace(batch_size=3), split=experiment.split.replace(validation=0.2))
    return Trainer(experiment, build(experiment.dataset, experiment.preprocessing, experiment.split))


@pytest.fixture(scope="module")
def good() -> Checkpoint:
    run = trainer()
    for event in run.run():
        if isinstance(event, StepDone) and event.step == 5:
            break
    run.history.mark(5, "stopped here")
    return run.checkpoint()


def same(a: Checkpoint, b: Checkpoint) -> bool:
    arrays = all(
        getattr(a, part).keys() == getattr(b, part).keys()
        and all(np.array_equal(x, getattr(b, part)[key], equal_nan=True) for key, x in getattr(a, part).items())
        for part in ("weights", "optimizer", "history")
    )
    return arrays and a.meta == b.meta


def refused(checkpoint: Checkpoint, words: str) -> None:
    run = trainer()
    before = run.checkpoint()
    with pytest.raises(FileError, match=words) as caught:
        run.restore(checkpoint)
    assert len(str(caught.value)) < 400 and same(run.checkpoint(), before), "the refused run was half taken up"


def test_the_good_one_is_taken_up(good: Checkpoint) -> None:
    run = trainer()
    run.restore(good)
    assert run.step == 5 and same(run.checkpoint(), good)


@pytest.mark.parametrize(
    ("entry", "value", "words"),
    [
        ("step", 10**400, "step is a number of about 401 digits"),
        ("step", -1, "step is -1"),
        ("step", 2.5, "step is 2.5"),
        ("step", [3], "step is \\[3\\]"),
        ("epoch", None, "epoch is None"),
        ("position", 5, "it stands at example 5 of 4"),
        ("position", True, "position is True"),
        ("seconds", math.nan, "seconds is nan"),
        ("seconds", 10**400, "seconds is a number of about 401 digits"),
        ("learning_rate", math.inf, "learning_rate is inf"),
        ("learning_rate", "0.1", "learning_rate is '0.1'"),
        ("learning_rate", {}, "learning_rate is an object"),
        ("seed", -1, "seed is -1"),
        ("optimizer_step", "x" * 9999, "optimizer_step is 'xxx"),
        ("best", {"epoch": 1}, "best is an object"),
        ("best", [[], {}], "best is \\[\\]|best is a list"),
        ("best", [1, math.nan], "best is nan"),
        ("best", "ab", "best is 'ab'"),
        ("sums", [10**400, 1.0, 1], "sums is a number"),
        ("sums", [4, 1.0, 5], "sums is 5"),
        ("sums", 7, "sums is 7"),
        ("marks", {"a": 1}, "marks is an object"),
        ("marks", [[5, "a", "b"]], "marks is"),
        ("marks", [["x", "a"]], "marks is 'x'"),
        ("generators", {}, "it lacks"),
        ("generators", [], "damaged"),
        ("generators", {"shuffle": 3, "dropout": 3, "noise": 3}, "damaged"),
        ("epoch_state", {"bit_generator": "MT19937"}, "damaged"),
        ("finished", "yes", "finished is 'yes'"),
        ("examples", 10**400, "the run was stored with"),
        ("batch_size", "x" * 9999, "the run was stored with"),
    ],
)
def test_entries_that_can_not_be(good: Checkpoint, entry: str, value: Any, words: str) -> None:
    refused(dataclasses.replace(good, meta=copy.deepcopy(good.meta) | {entry: value}), words)


@pytest.mark.parametrize("entry", ["step", "epoch", "position", "seconds", "learning_rate", "seed", "generators", "optimizer_step"])
def test_entries_that_are_absent(good: Checkpoint, entry: str) -> None:
    refused(dataclasses.replace(good, meta={k: v for k, v in good.meta.items() if k != entry}), f"it lacks '{entry}'")


@pytest.mark.parametrize(
    ("part", "key", "change", "words"),
    [
        ("weights", "dense_1/W", lambda a: a.astype(np.int32), "are not floating-point numbers"),
        ("weights", "dense_1/W", lambda a: a.reshape(-1), "don't fit the network"),
        ("history", "steps/loss", lambda a: a[:, None], "'steps/loss' of the history is no list of numbers"),
        ("history", "epochs/train_loss", lambda a: a[:, None], "'epochs/train_loss' of the history is no list"),
        ("history", "steps/loss", lambda a: a > 0, "no list of numbers"),
        ("history", "steps/loss", lambda a: np.float64(3), "no list of numbers"),
        ("history", "steps/loss", lambda a: a[:-1], "unequal length"),
    ],
)
def test_arrays_that_can_not_be(good: Checkpoint, part: str, key: str, change: Any, words: str) -> None:
    arrays = dict(getattr(good, part))
    arrays[key] = np.asarray(change(np.asarray(arrays[key])))
    refused(dataclasses.replace(good, **{part: arrays}), words)


def test_a_column_that_no_record_has(good: Checkpoint) -> None:
    refused(dataclasses.replace(good, history=good.history | {"steps/extra": good.history["steps/loss"]}), "has a column 'steps/extra'")
