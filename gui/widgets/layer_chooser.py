"""Which layer a view shows: chosen from a list, or the one selected on the canvas."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from vitrine.gui.state.document import Document
from vitrine.gui.widgets.bar import choice
from vitrine.gui.widgets.glyph_button import GlyphButton


class LayerChooser(QWidget):
    """`accepts(id)` says which layers are offered, `prefers(ids)` which of them to begin with; `layer` is "" without any."""

    changed = Signal(str)
    chosen = Signal()  # before `changed`: another one is asked for, here or on the canvas; else the network changed

    def __init__(self, document: Document, accepts: Callable[[str], bool], prefers: Callable[[list[str]], str]) -> None:
        super().__init__()
        self.document, self.accepts, self.prefers = document, accepts, prefers
        self.layer = ""
        self._lost = ""  # the layer that vanished last: it may come back, perhaps under another name
        self._instead = ""  # what is shown in its place, unless somebody chose
        self.box = choice(elastic=True)
        self.box.setObjectName("layer")
        self.box.setAccessibleName("layer")
        self.box.setToolTip("The layer to look into")
        self.follow = GlyphButton("follow", "follow", "Show the layer that is selected on the canvas", checkable=True)
        self.follow.setChecked(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.box)
        row.addWidget(self.follow)
        self.box.activated.connect(lambda index: self._choose(self.box.itemData(index)))
        self.follow.toggled.connect(lambda _on: self._selection_changed(document.selection))
        document.analysis_changed.connect(self.refresh)
        document.selection_changed.connect(self._selection_changed)
        document.renamed.connect(self._renamed)
        self.refresh()
        self._selection_changed(document.selection)

    def refresh(self) -> None:
        """Offer what the network now has; the choice stays if it still can."""
        ids = [n for n in self.document.analysis.order if self.accepts(n)]
        if [self.box.itemData(i) for i in range(self.box.count())] != ids:
            self.box.clear()
            for node_id in ids:
                self.box.addItem(node_id, node_id)
        if self._lost in ids and self.layer == self._instead:
            self._show(self._lost)
        elif self.layer not in ids:
            lost, instead = self.layer, self.prefers(ids) if ids else ""
            if self._lost == "" or lost != self._instead:  # else it is still the first one that is to come back
                self._lost = lost
            self._instead = instead
            self._show(instead)
        self.box.setCurrentIndex(self.box.findData(self.layer))

    def _show(self, layer: str) -> None:
        if layer != self.layer:
            self.layer = layer
            self.changed.emit(layer)
        self.box.setCurrentIndex(self.box.findData(layer))

    def _choose(self, layer: str) -> None:
        """Chosen by hand: stay there."""
        if layer not in self.document.selection:
            self.follow.setChecked(False)
        self._lost = ""
        self._ask_for(layer)

    def _ask_for(self, layer: str) -> None:
        if layer != self.layer:
            self.chosen.emit()
        self._show(layer)

    def _selection_changed(self, ids: list[str]) -> None:
        if self.follow.isChecked():
            fitting = [n for n in ids if self.box.findData(n) >= 0]
            if fitting:
                self._lost = ""
                self._ask_for(fitting[0])

    def _renamed(self, before: str, after: str) -> None:
        if self._lost == before and self.box.findData(after) >= 0:
            self._lost = ""
            self._show(after)
