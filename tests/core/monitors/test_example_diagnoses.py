"""No example gets a diagnosis but those that are there to show one; these get it, and soon."""

from __future__ import annotations

import os
import time

import pytest

from vitrine.core.errors import DataError
from vitrine.core.files.examples import Example, examples
from vitrine.core.files.project import load_project
from vitrine.core.training.events import Diagnosis
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.build import build

SHOWN = {  # by example: what is said of it, and the step by which it is
    "xor_deep_sigmoid": ("VanishingGradients", 60),
    "activation_sigmoid": ("VanishingGradients", 60),
    "init_zeros": ("Guessing", 15),
    "init_small": ("Guessing", 190),
    "overfitting": ("Overfitting", 3 * 44),  # visible in epoch 42; the least validation loss is that of epoch 22
}
# Seconds that each is trained for, which is the end for most; "inf" takes some ten minutes.
SECONDS = float(os.environ.get("VITRINE_DIAGNOSES", "2"))


def said(example: Example, seconds: float) -> dict[str, int]:
    """What is said of the example in so many seconds, and at which step first."""
    experiment = load_project(example.path).experiment
    try:
        run = Trainer(experiment, build(experiment.dataset, experiment.preprocessing, experiment.split))  # type: ignore[arg-type]
    except DataError as error:
        pytest.skip(f"no data: {error}")
    found: dict[str, int] = {}
    end = time.monotonic() + seconds
    for event in run.run():
        if isinstance(event, Diagnosis):
            found.setdefault(event.kind, event.step)
        if run.step > 20 and time.monotonic() > end:
            run.control.stop()
    return found


@pytest.mark.slow
@pytest.mark.timeout(300 if SECONDS < 200 else 3600)
@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_is_told_what_it_shows(example: Example) -> None:
    found = said(example, SECONDS)
    kind, by = SHOWN.get(example.name, ("", 0))
    assert set(found) == ({kind} if kind else set()), found
    assert all(step <= by for step in found.values()), found


def test_all_that_show_something_are_there() -> None:
    assert set(SHOWN) <= {example.name for example in examples()}
