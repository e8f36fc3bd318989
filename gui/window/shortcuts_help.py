"""The list of keys, read off the window's own actions."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLineEdit,
    QMainWindow,
    QMenu,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

OTHER = "Elsewhere"
CANVAS = "On the canvas"


def keyed_actions(window: QWidget) -> dict[str, list[QAction]]:
    """Actions that have keys, by the menu they stand in; those in no menu come last."""
    groups: dict[str, list[QAction]] = {}
    seen: set[QAction] = set()
    if isinstance(window, QMainWindow):
        for top in window.menuBar().actions():
            menu = top.menu()
            if isinstance(menu, QMenu):
                _collect(menu, plain(top.text()), groups, seen)
    rest = [a for a in window.findChildren(QAction) if a not in seen and a.shortcuts() and a.text()]
    if rest:
        groups[OTHER] = rest
    return groups


def _collect(menu: QMenu, name: str, groups: dict[str, list[QAction]], seen: set[QAction]) -> None:
    for action in menu.actions():
        inner = action.menu()
        if isinstance(inner, QMenu):
            _collect(inner, name, groups, seen)
        elif action.shortcuts() and action not in seen:
            seen.add(action)
            groups.setdefault(name, []).append(action)


def plain(text: str) -> str:
    """Without the mark of the access key."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")


class ShortcutsDialog(QDialog):
    """Every action with keys, grouped as in the menus, the canvas's own keys, and a field to search them."""

    def __init__(self, window: QWidget, canvas_keys: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(window)
        self.setObjectName("shortcuts_dialog")
        self.setWindowTitle("Keyboard shortcuts")
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.tree = QTreeWidget(self)
        self.tree.setHeaderLabels(["Action", "Keys"])
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(12)
        self.tree.setSelectionMode(QTreeWidget.SelectionMode.NoSelection)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.header().setStretchLastSection(False)
        self._rows: list[tuple[QTreeWidgetItem, QTreeWidgetItem]] = []
        self._fill(window)
        if canvas_keys:
            group = self._group(CANVAS)
            for text, keys in canvas_keys:
                self._rows.append((group, QTreeWidgetItem(group, [text, keys])))
        self.tree.expandAll()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (self.search, self.tree, buttons):
            layout.addWidget(widget)
        self.resize(440, 520)
        self.search.setFocus()

    def _fill(self, window: QWidget) -> None:
        for name, actions in keyed_actions(window).items():
            group = self._group(name)
            for action in actions:
                keys = ", ".join(k.toString(QKeySequence.SequenceFormat.NativeText) for k in action.shortcuts())
                row = QTreeWidgetItem(group, [plain(action.text()), keys])
                row.setToolTip(0, action.toolTip())
                self._rows.append((group, row))

    def _group(self, name: str) -> QTreeWidgetItem:
        group = QTreeWidgetItem(self.tree, [name])
        font = group.font(0)
        font.setBold(True)
        group.setFont(0, font)
        group.setFlags(Qt.ItemFlag.ItemIsEnabled)
        return group

    def rows(self) -> list[tuple[str, str]]:
        """Name and keys of the actions that are listed now."""
        return [(row.text(0), row.text(1)) for _group, row in self._rows if not row.isHidden()]

    def _filter(self, text: str) -> None:
        wanted = text.strip().lower()
        shown = set()
        for group, row in self._rows:
            fits = wanted in f"{row.text(0)} {row.text(1)}".lower()
            row.setHidden(not fits)
            if fits:
                shown.add(group.text(0))
        for group, _row in self._rows:
            group.setHidden(group.text(0) not in shown)
