"""Which example a view shows: part of the data, number, or one at random."""

from __future__ import annotations

import random
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QSpinBox, QWidget

from vitrine.gui.widgets.bar import choice
from vitrine.gui.widgets.glyph_button import GlyphButton

SPLITS = (("train", "train"), ("val.", "validation"), ("test", "test"))  # short texts: docks are narrow

SPLIT_TIP = "Which part of the data the examples come from: train (training), val. (validation) or test"


def settle_split(box: QComboBox, data: Any) -> None:
    """Away from a part of the data that holds nothing, to the first that does."""
    counts = {name: len(data.split(name)[0]) for _, name in SPLITS} if data is not None else {}
    if counts and not counts[box.currentData()]:
        box.setCurrentIndex(box.findData(next((name for name, count in counts.items() if count), "train")))


class SampleChooser(QWidget):
    """changed: split and index (from 0; shown from 1)."""

    changed = Signal(str, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.counts = {"train": 0, "validation": 0, "test": 0}
        self.box = choice(*SPLITS)
        self.box.setCurrentIndex(1)
        self.box.setObjectName("split")
        self.box.setAccessibleName("part of the data")
        self.box.setToolTip(SPLIT_TIP)
        self.number = QSpinBox()
        self.number.setObjectName("sample")
        self.number.setAccessibleName("example")
        self.number.setRange(1, 1)
        self.number.setWrapping(True)
        self.number.setKeyboardTracking(False)
        self.number.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.random = GlyphButton("die", "random_sample", "Another example by chance")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for widget in (self.box, self.number, self.random):
            row.addWidget(widget)
        self.box.currentIndexChanged.connect(self._split_changed)
        self.number.valueChanged.connect(lambda _value: self._emit())
        self.random.clicked.connect(self.draw)

    @property
    def split(self) -> str:
        return str(self.box.currentData())

    @property
    def index(self) -> int:
        return self.number.value() - 1

    def set_data(self, data: Any) -> None:
        """Offer a dataset's examples; the choice stays where it can. Without data (None) nothing changes."""
        if data is None:
            return
        self.counts = {name: len(data.split(name)[0]) for _, name in SPLITS}
        settle_split(self.box, data)
        self._limit()

    def choose(self, split: str, index: int) -> None:
        """Show this one; `changed` comes once, if it is another."""
        if (split, index) == (self.split, self.index):
            return
        self.box.blockSignals(True)
        self.number.blockSignals(True)
        self.box.setCurrentIndex(self.box.findData(split))
        self._limit()
        self.number.setValue(index + 1)
        self.box.blockSignals(False)
        self.number.blockSignals(False)
        self.box.updateGeometry()  # it hears of another text by a signal
        self._emit()

    def draw(self) -> None:
        self.number.setValue(random.randint(1, self.number.maximum()))

    def _limit(self) -> None:
        count = self.counts[self.split]
        self.number.setRange(1, max(1, count))
        self.number.setFixedWidth(self.fontMetrics().horizontalAdvance(str(max(100, count))) + 34)
        self.number.setToolTip(f"Example 1 to {count:,}; the arrows go on to the next" if count else "This part of the data is empty")
        self.number.setEnabled(count > 0)

    def _split_changed(self) -> None:
        self._limit()
        self._emit()

    def _emit(self) -> None:
        self.changed.emit(self.split, self.index)
