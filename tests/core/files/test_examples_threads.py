"""Every example gives the same bits whatever the number of threads: beside the window, by hand, and as the command line chooses."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from few_examples import few_examples

from vitrine import main
from vitrine.core.console.progress_bar import ProgressBar
from vitrine.core.errors import DataError
from vitrine.core.files.examples import Example, examples
from vitrine.core.files.project import load_project
from vitrine.core.kernels import lanes, threads
from vitrine.core.training.checkpoint import weights_sha256
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.base import Dataset

STEPS = 3


@pytest.fixture(autouse=True)
def one_thread_afterwards() -> Iterator[None]:
    yield
    threads.use(1)


@pytest.fixture(autouse=True)
def a_short_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """What "auto" chooses does not matter here: it measures each number of threads twice, not for 0.3 s."""
    monkeypatch.setattr(threads, "calibrate", partial(threads.calibrate, budget=0.0))


def data_of(path: str) -> Dataset | str:
    try:
        return few_examples(load_project(path).experiment)
    except DataError as error:
        return str(error)


def weights_after(example: Example, choose: int | str) -> str:
    data = data_of(str(example.path))
    if isinstance(data, str):
        pytest.skip(f"no data: {data}")
    trainer = Trainer(load_project(example.path).experiment, data)
    main._choose_threads(trainer, choose, ProgressBar(trainer, needed=True))
    for _ in trainer.run():
        if trainer.step >= STEPS:
            break
    assert trainer.step == STEPS or trainer.finished
    return weights_sha256(trainer.network.arrays())


@pytest.mark.parametrize("example", examples(), ids=lambda e: e.name)
def test_any_number_of_threads_gives_the_same_bits(example: Example) -> None:
    expected = weights_after(example, 1)
    assert lanes.threads() == 1
    for choose in (2, 3, "auto", 1):
        assert weights_after(example, choose) == expected, f"{choose} threads"


def test_whatever_blas_was_set_to_before() -> None:
    """A program that uses the engine may have had BLAS at any number of threads; a network holds it at one."""
    for library in threads._libraries():
        library.set_num_threads(2)
    threads._single = False
    example = next(e for e in examples() if e.name == "overfitting_dropout")
    experiment = load_project(example.path).experiment
    data = data_of(str(example.path))
    assert isinstance(data, Dataset)
    Trainer(experiment, data)
    assert [lib["num_threads"] for lib in threads.blas_libraries()] == [1] * len(threads.blas_libraries())
