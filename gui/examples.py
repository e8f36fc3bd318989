"""The shipped examples in the menu, the first experiment, and the empty one."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QMenu

from core.experiment import Experiment
from core.graph import GraphSpec
from core.layers.base import Layer
from core.losses.base import Loss
from core.optimizers.base import Optimizer
from core.spec import Registry

FOLDER = Path(__file__).resolve().parent.parent / "examples"
FIRST = "digits_cnn"


def fill_examples_menu(menu: QMenu, open_example: Callable[[Path], object]) -> None:
    """One entry an example, by topic; the tooltip says what to look for."""
    topics: dict[str, QMenu] = {}
    for path in sorted(FOLDER.glob("*.json")):
        try:
            data = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            continue
        topic = str(data.get("topic") or "Examples")
        target = menu
        if topic != "Examples":
            if topic not in topics:
                topics[topic] = menu.addMenu(topic)
                topics[topic].setToolTipsVisible(True)
            target = topics[topic]
        action = target.addAction(str(data.get("name", path.stem)))
        action.setObjectName(f"example.{path.stem}")
        action.setToolTip(str(data.get("description", "")))
        action.triggered.connect(partial(_open, open_example, path))
    menu.setEnabled(not menu.isEmpty())


def _open(open_example: Callable[[Path], object], path: Path, _checked: bool = False) -> None:
    open_example(path)


def first_experiment() -> Experiment:
    """What a first start shows: digits, embedded, ready to run."""
    return Experiment.from_json(json.loads((FOLDER / f"{FIRST}.json").read_text("utf-8")))


def empty_experiment() -> Experiment:
    """An empty canvas but for the input, on the embedded digits."""
    return Experiment(
        dataset=Registry.all["dataset"].get("Digits")(),
        preprocessing=Registry.all["preprocessing"].get("Standardize")(),
        graph=GraphSpec.chain(Layer.registry.get("Input")()),
        loss=Loss.registry.get("CategoricalCrossEntropy")(),
        optimizer=Optimizer.registry.get("Adam")(learning_rate=0.001),
    )


def use_data_folder(folder: str) -> None:
    """Look for data files there, for as long as the app runs."""
    os.environ["VITRINE_DATA"] = folder
