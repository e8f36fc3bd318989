"""What all views look at together: one unit, one example, one kind of mistake."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Focus(QObject):
    """The chosen unit (layer id, number) and the example (part of the data, place in it) that views share, and the
    pair of classes (part of the data, true, predicted) that examples are narrowed down to, if any."""

    unit_changed = Signal(str, int)
    sample_changed = Signal(str, int)
    pair_changed = Signal(object)  # (part of the data, true class, predicted class) or None

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.unit: tuple[str, int] | None = None
        self.sample: tuple[str, int] = ("validation", 0)
        self.pair: tuple[str, int, int] | None = None

    def select_unit(self, node_id: str, unit: int) -> None:
        """Choose one unit (a map, a neuron) for all views."""
        if self.unit != (node_id, unit):
            self.unit = (node_id, unit)
            self.unit_changed.emit(node_id, unit)

    def select_sample(self, split: str, index: int) -> None:
        """Choose the example that all views send through the network."""
        if self.sample != (split, index):
            self.sample = (split, index)
            self.sample_changed.emit(split, index)

    def select_pair(self, pair: tuple[str, int, int] | None) -> None:
        """Narrow the examples down to one cell of the confusion matrix, or no longer. Said again even if it is the same:
        whoever asks twice wants to see it."""
        if pair is not None or self.pair is not None:
            self.pair = pair
            self.pair_changed.emit(pair)
