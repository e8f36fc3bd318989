"""The shipped examples in the menu, the first experiment, and the empty one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QMenu

from vitrine.core.files.examples import examples, find
from vitrine.core.files.project import load_project
from vitrine.core.layers.base import entry
from vitrine.core.losses.categorical_cross_entropy import CategoricalCrossEntropy
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.adam import Adam
from vitrine.core.training.experiment import Experiment
from vitrine.datasets.digits import Digits
from vitrine.datasets.preprocessing.standardize import Standardize

FIRST = "digits_cnn"
TOOLTIP = "<p style='white-space:normal; width:320px'>{}</p>"


def fill_examples_menu(menu: QMenu, open_example: Callable[[Path], object]) -> None:
    """One submenu a topic, one entry an example; the tooltip says what to look for."""
    topics: dict[str, QMenu] = {}
    for example in examples():
        if example.topic not in topics:
            topics[example.topic] = menu.addMenu(example.topic)
            topics[example.topic].setToolTipsVisible(True)
        action = topics[example.topic].addAction(example.title)
        action.setObjectName(f"example.{example.name}")
        action.setToolTip(TOOLTIP.format(example.description))
        action.triggered.connect(partial(_open, open_example, example.path))
    menu.setEnabled(not menu.isEmpty())


def _open(open_example: Callable[[Path], object], path: Path, _checked: bool = False) -> None:
    open_example(path)


def first_experiment() -> Experiment:
    """What a first start shows: digits, embedded, ready to run."""
    return load_project(find(FIRST)).experiment


def empty_experiment() -> Experiment:
    """An empty canvas but for the input, on the embedded digits."""
    return Experiment(
        dataset=Digits(),
        preprocessing=Standardize(),
        graph=GraphSpec.chain(entry()),
        loss=CategoricalCrossEntropy(),
        optimizer=Adam(learning_rate=0.001),
    )
