"""The shipped examples in the menu, the first experiment, and the empty one."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QMenu

from vitrine.core.errors import FileError
from vitrine.core.files.examples import examples, find
from vitrine.core.files.project import load_project
from vitrine.core.layers.base import Layer
from vitrine.core.network.graph import GraphSpec
from vitrine.core.training.experiment import Experiment

log = logging.getLogger(__name__)

FIRST = "digits_cnn"
EMPTY = {
    "format": 1, "dataset": "Digits", "preprocessing": "Standardize", "loss": "CategoricalCrossEntropy",
    "optimizer": {"type": "Adam", "learning_rate": 0.001},
}  # fmt: skip
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
    """What a first start shows: digits, embedded, ready to run. Where a type that they need is left out, the next example without it."""
    for path in (find(FIRST), *(example.path for example in examples())):
        try:
            return load_project(path).experiment
        except FileError as error:
            log.warning("%s", error)
    return empty_experiment()


def empty_experiment() -> Experiment:
    """An empty canvas but for the input, on the embedded digits."""
    entries = (kind() for kind in Layer.registry if kind.is_entry())
    return Experiment.from_json(EMPTY | {"graph": GraphSpec.chain(*itertools.islice(entries, 1)).to_json()})
