"""A QAction for every command: named, with its keys and tip, and as gray or ticked as things stand."""

from __future__ import annotations

import logging
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from shiboken6 import isValid

from vitrine.core.errors import VitrineError
from vitrine.gui.canvas.commands import spelled
from vitrine.gui.look.icons import DRAWINGS, icon
from vitrine.gui.window.commands.base import COMMANDS, Parts, WindowCommand

log = logging.getLogger(__name__)


class Actions(QObject):
    """The window's actions by their commands' ids."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.window)
        self.parts = parts
        self.commands: dict[str, WindowCommand] = {command.id: command for command in COMMANDS}
        self.by_id: dict[str, QAction] = {command.id: self._make(command) for command in self.commands.values()}
        self.draw_icons()
        session, document = parts.session, parts.document
        stack = document.undo_stack
        for changed in (session.state_changed, session.runs.prepared, document.changed, document.loaded, document.selection_changed):
            changed.connect(self.refresh)
        for changed in (stack.canUndoChanged, stack.canRedoChanged, stack.undoTextChanged, stack.redoTextChanged):
            changed.connect(self.refresh)
        self.refresh()

    def _make(self, command: WindowCommand) -> QAction:
        action = QAction(f"{command.text}\t{spelled(command.keys[0])}" if command.local else command.text, self.parts.window)
        action.setObjectName(command.id)
        action.setCheckable(command.checked is not None)
        if command.keys and not command.local:
            action.setShortcut(QKeySequence(command.keys[0]))
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        if command.tip:
            action.setToolTip(f"{command.tip} ({shown})" if shown else command.tip)
            action.setStatusTip(command.tip)
        action.triggered.connect(partial(self._carry_out, command))
        if not command.local:
            self.parts.window.addAction(action)
        return action

    def _carry_out(self, command: WindowCommand, _checked: bool = False) -> None:
        """Commands may be contributed: what they raise is told, and the window lives on."""
        try:
            command.do(self.parts)
        except VitrineError as error:
            self.parts.say("error", f"{command.text}: {error}")
        finally:
            self.refresh()

    def refresh(self, *_: object) -> None:
        """Gray what makes no sense now, tick what is on."""
        if not isValid(self.parts.document.undo_stack):  # the window is being taken down; a stack tells of its emptying even then
            return
        for name, command in self.commands.items():
            action = self.by_id[name]
            if command.can is not None:
                action.setEnabled(command.can(self.parts))
            if command.checked is not None:
                action.setChecked(command.checked(self.parts))
            if command.name is not None:
                action.setText(command.name(self.parts))

    def draw_icons(self) -> None:
        """Draw the icons again, in the current theme; that of Run, which follows the run's state, is the run bar's."""
        for name in DRAWINGS:
            if name in self.by_id and name != "run":
                self.by_id[name].setIcon(icon(name, "text"))
