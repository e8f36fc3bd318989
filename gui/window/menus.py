"""The menu bar: every command in its place, with the menus that fill themselves between them."""

from __future__ import annotations

from PySide6.QtWidgets import QMainWindow, QMenu

from vitrine.gui.window.commands.actions import Actions

MENUS = ("File", "Edit", "Train", "View", "Help")


class Menus:
    """`menus` by name. Groups of entries are told apart by lines; `add` puts a menu of its own at the end of a group."""

    def __init__(self, window: QMainWindow, actions: Actions) -> None:
        self._groups: dict[str, list[tuple[int, QMenu | str]]] = {}
        self._bar, self._actions = window.menuBar(), actions
        self.menus: dict[str, QMenu] = {}
        for command in actions.commands.values():
            if command.menu:
                self._groups.setdefault(command.menu, []).append((command.group, command.id))

    def add(self, name: str, group: int, menu: QMenu) -> QMenu:
        """A submenu at the end of a group; before `fill`."""
        self._groups.setdefault(name, []).append((group, menu))
        return menu

    def fill(self) -> None:
        for name in [*MENUS, *(other for other in self._groups if other not in MENUS)]:
            menu = self.menus[name] = self._bar.addMenu(f"&{name}")
            menu.aboutToShow.connect(self._actions.refresh)
            last: int | None = None
            for group, entry in sorted(self._groups.get(name, []), key=lambda pair: pair[0]):
                if last is not None and group != last:
                    menu.addSeparator()
                last = group
                if isinstance(entry, QMenu):
                    menu.addMenu(entry)
                else:
                    menu.addAction(self._actions.by_id[entry])
