"""What all views look at together: one unit, one example."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Focus(QObject):
    """The chosen unit (layer id, number) and the example (part of the data, place in it) that views share."""

    unit_changed = Signal(str, int)
    sample_changed = Signal(str, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.unit: tuple[str, int] | None = None
        self.sample: tuple[str, int] = ("validation", 0)

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
