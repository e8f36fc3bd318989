"""What the tests of forms, inspector and data panel share: a small experiment, and finding shown texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from vitrine.core.layers.dense import Dense
from vitrine.core.layers.flatten import Flatten
from vitrine.core.layers.input import Input
from vitrine.core.losses.categorical_cross_entropy import CategoricalCrossEntropy
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.sgd import SGD
from vitrine.core.training.experiment import Experiment
from vitrine.datasets.base import DatasetSpec
from vitrine.datasets.preprocessing.base import Preprocessing


def experiment() -> Experiment:
    """Digits through two dense layers: input_1, flatten_1, dense_1 (32), dense_2 (10)."""
    return Experiment(
        dataset=DatasetSpec.registry.get("Digits")(),
        preprocessing=Preprocessing.registry.get("Standardize")(),
        graph=GraphSpec.chain(Input(), Flatten(), Dense(units=32, activation="ReLU"), Dense(units=10, activation="Softmax")),
        loss=CategoricalCrossEntropy(),
        optimizer=SGD(),
    )


def exposed(qtbot: Any, made: Any, width: int, height: int) -> Iterator[Any]:
    """A panel beside the canvas, shown at this size; its session is closed afterwards."""
    qtbot.addWidget(made)
    made.resize(width, height)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.session.close()


def texts(widget: QWidget) -> list[str]:
    """The texts of all labels that can be seen on `widget`."""
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget) and label.text()]


def retype(qtbot, box: QWidget, text: str, key: Qt.Key = Qt.Key.Key_Return) -> None:
    """Replace a field's text through the keyboard and commit it with `key`; keys go where a person's would."""
    box.setFocus()
    line = box if isinstance(box, QLineEdit) else box.findChild(QLineEdit)
    target = line.focusProxy() or line
    line.selectAll()
    qtbot.keyClick(target, Qt.Key.Key_Delete)
    qtbot.keyClicks(target, text)
    qtbot.keyClick(target, key)


def pick(qtbot, combo, title: str) -> None:
    """Choose the item of that title as a person would, with the popup and the keyboard."""
    index = combo.findText(title)
    assert index >= 0, f"{title} is not offered; there is {[combo.itemText(i) for i in range(combo.count())]}"
    combo.showPopup()
    combo.view().setCurrentIndex(combo.model().index(index, 0))
    qtbot.keyClick(combo.view(), Qt.Key.Key_Return)
