"""The shipped examples in the menu, the first experiment, and the empty one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QMenu

from core.examples import examples, find
from core.experiment import Experiment
from core.graph import GraphSpec
from core.layers.base import Layer
from core.losses.base import Loss
from core.optimizers.base import Optimizer
from core.project import load_project
from core.spec import Registry

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
        dataset=Registry.all["dataset"].get("Digits")(),
        preprocessing=Registry.all["preprocessing"].get("Standardize")(),
        graph=GraphSpec.chain(Layer.registry.get("Input")()),
        loss=Loss.registry.get("CategoricalCrossEntropy")(),
        optimizer=Optimizer.registry.get("Adam")(learning_rate=0.001),
    )
