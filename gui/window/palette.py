"""The layers to choose from, by group, with a search; dragged to the canvas, or appended with Enter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QMimeData, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QDrag, QFont, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QLabel, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from vitrine.core.layers.base import Layer
from vitrine.gui.canvas import edits
from vitrine.gui.canvas.items.kinds import badge_icon, badge_pixmap, tooltip
from vitrine.gui.canvas.tools.dropping import layer_mime
from vitrine.gui.look import theme
from vitrine.gui.state.document import Document

_TYPE = Qt.ItemDataRole.UserRole


class LayerTree(QTreeWidget):
    """Groups and their layers. `chosen` when one is double-clicked or Enter is pressed on it."""

    chosen = Signal(str)
    back = Signal()  # Up on the first row: to the search field

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.groups: list[tuple[QTreeWidgetItem, list[QTreeWidgetItem]]] = []  # headers and their rows
        self.setObjectName("palette_list")
        self.setAccessibleName("Layers")
        self.setHeaderHidden(True)
        self.setIndentation(8)
        self.setIconSize(QSize(26, 20))
        self.setRootIsDecorated(False)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setExpandsOnDoubleClick(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemDoubleClicked.connect(lambda item, _column: self.choose(item))

    def choose(self, item: QTreeWidgetItem | None) -> None:
        if item is not None and item.data(0, _TYPE) and not item.isDisabled():
            self.chosen.emit(item.data(0, _TYPE))

    def entries(self) -> list[QTreeWidgetItem]:
        """The layers' rows that are shown, from top to bottom."""
        return [row for header, rows in self.groups if not header.isHidden() for row in rows if not row.isHidden()]

    def add_group(self, title: str, kinds: Iterable[type[Layer]]) -> None:
        header = QTreeWidgetItem([title])
        header.setFlags(Qt.ItemFlag.ItemIsEnabled)
        header.setSizeHint(0, QSize(100, 25))
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        header.setFont(0, font)
        self.addTopLevelItem(header)
        rows = []
        for kind in kinds:
            rows.append(QTreeWidgetItem(header, [kind.title]))
            rows[-1].setData(0, _TYPE, kind.__name__)
            rows[-1].setSizeHint(0, QSize(100, 26))
        header.setExpanded(True)
        self.groups.append((header, rows))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enabled = [row for row in self.entries() if not row.isDisabled()]
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.choose(self.currentItem())
        elif event.key() == Qt.Key.Key_Up and (not enabled or self.currentItem() is enabled[0]):
            self.back.emit()
        elif event.key() == Qt.Key.Key_Space:
            event.ignore()  # Space runs the network
            return
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def mimeData(self, items: Sequence[QTreeWidgetItem]) -> QMimeData:
        return layer_mime(items[0].data(0, _TYPE) if items else "")

    def startDrag(self, actions: Qt.DropAction) -> None:
        item = self.currentItem()
        if item is None or item.isDisabled() or not item.data(0, _TYPE):
            return
        drag = QDrag(self)
        drag.setMimeData(self.mimeData([item]))
        drag.setPixmap(badge_pixmap(Layer.registry.get(item.data(0, _TYPE)), 39, 30))
        drag.setHotSpot(QPoint(-8, -8))
        drag.exec(Qt.DropAction.CopyAction)


class Palette(QWidget):
    """Search field above the tree of layers. Enter in the field appends the first hit, Down goes to the tree."""

    appended = Signal(str)  # the new layer's id

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.setObjectName("palette")
        self.search = QLineEdit()
        self.search.setObjectName("palette_search")
        self.search.setPlaceholderText("Search layers")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.filter)
        self.search.returnPressed.connect(self.append_first)
        self.search.installEventFilter(self)
        self.tree = LayerTree()
        self.tree.chosen.connect(self.append)
        self.tree.back.connect(self.focus_search)
        self.nothing = QLabel()
        self.nothing.setProperty("role", "muted")
        self.nothing.setWordWrap(True)
        self.nothing.hide()
        self.note = QLabel("Drag onto the canvas, or double-click to append.")
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        box = QVBoxLayout(self)
        box.setContentsMargins(6, 6, 6, 6)
        box.setSpacing(5)
        box.addWidget(self.search)
        box.addWidget(self.nothing)
        box.addWidget(self.tree, 1)
        box.addWidget(self.note)
        self.setMinimumWidth(150)
        self._fill()
        document.graph_changed.connect(self._refresh)
        theme.switch().changed.connect(self._recolor)

    def sizeHint(self) -> QSize:
        return QSize(200, 420)

    def _fill(self) -> None:
        for group, kinds in Layer.registry.groups().items():
            self.tree.add_group(group, kinds)
        self._recolor()
        self._refresh()

    def _rows(self) -> list[QTreeWidgetItem]:
        return [row for _header, rows in self.tree.groups for row in rows]

    def _recolor(self) -> None:
        for row in self._rows():
            row.setIcon(0, badge_icon(Layer.registry.get(row.data(0, _TYPE))))
        for header, _rows in self.tree.groups:
            header.setForeground(0, theme.color("muted"))

    def _refresh(self) -> None:
        """A network takes one Input: offer it while there is none."""
        taken = edits.has_entry(self.document.graph)
        for row in self._rows():
            kind = Layer.registry.get(row.data(0, _TYPE))
            blocked = taken and kind.is_entry()
            row.setDisabled(blocked)
            row.setToolTip(0, tooltip(kind, "The network has its Input already." if blocked else ""))

    # searching
    def filter(self, text: str) -> None:
        """Show the layers whose name, group or summary has every word of the text."""
        words = text.lower().split()
        for header, rows in self.tree.groups:
            for row in rows:
                kind = Layer.registry.get(row.data(0, _TYPE))
                known = f"{kind.title} {kind.__name__} {kind.group} {kind.summary}".lower()
                row.setHidden(not all(word in known for word in words))
            header.setHidden(all(row.isHidden() for row in rows))
        self.nothing.setText(f"No layer matches “{text}”.")
        self.nothing.setVisible(not self.tree.entries())

    def focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def eventFilter(self, watched: object, event: object) -> bool:
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down:
                rows = [row for row in self.tree.entries() if not row.isDisabled()]
                if rows:
                    self.tree.setCurrentItem(rows[0])
                    self.tree.setFocus(Qt.FocusReason.TabFocusReason)
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return False

    # appending
    def append_first(self) -> None:
        rows = [row for row in self.tree.entries() if not row.isDisabled()]
        words = self.search.text().lower().split()
        if rows and words:  # a hit in the name goes before one in the description
            self.tree.choose(min(rows, key=lambda row: not all(word in row.text(0).lower() for word in words)))

    def append(self, type_name: str) -> None:
        """Add a layer of that type after the selected one, or the last."""
        new = edits.append(self.document, type_name)
        if new is not None:
            self.appended.emit(new)
