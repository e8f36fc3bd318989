"""All layers in a table: name, output shape, parameters."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from vitrine.gui.inspector.page import shape_text
from vitrine.gui.state.document import Document

COLUMNS = ("Layer", "Gives", "Parameters")


class NetworkTable(QTableWidget):
    """One row a layer, in the order the data takes; a click or Enter selects the layer."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(0, len(COLUMNS), parent)
        self.document = document
        self._shown: list[tuple[str, str, str]] = []
        self.setObjectName("network_table")
        self.setHorizontalHeaderLabels(COLUMNS)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(22)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        self.cellClicked.connect(lambda row, _column: self._select(row))
        self.cellActivated.connect(lambda row, _column: self._select(row))

    def _select(self, row: int) -> None:
        self.document.select([self._shown[row][0]])

    def refresh(self) -> None:
        """Bring the rows to the document's state; as tall as they are many."""
        analysis = self.document.analysis
        ids = [*analysis.order, *(n.id for n in self.document.graph.nodes if n.id not in analysis.order)]
        rows = []
        for n in ids:
            shape = analysis.shapes.get(n)
            rows.append((n, "?" if shape is None else shape_text(shape), f"{analysis.param_count(n):,}" if shape is not None else "?"))
        if rows != self._shown:
            self._shown = rows
            self.setRowCount(len(rows))
            for r, cells in enumerate(rows):
                for c, text in enumerate(cells):
                    self._set(r, c, text)
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + 22 * len(rows) + 2)

    def _set(self, row: int, column: int, text: str) -> None:
        item = self.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            if column == 2:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.setItem(row, column, item)
        if item.text() != text:
            item.setText(text)
            item.setToolTip(text)
