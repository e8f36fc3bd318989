"""A QAction for every command: named, with its keys and tip, and as gray or ticked as things stand."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from shiboken6 import isValid

from vitrine.core.contributions import reason
from vitrine.core.errors import VitrineError, shown
from vitrine.gui.canvas.commands import BY_KEY, spelled
from vitrine.gui.look.icons import DRAWINGS, icon
from vitrine.gui.widgets.command import Command
from vitrine.gui.window.commands.base import COMMANDS, Parts, WindowCommand
from vitrine.gui.window.guests.door import Door, Guest

log = logging.getLogger(__name__)


class Actions(QObject):
    """The window's actions by their commands' ids. One whose own code breaks is told of; where it is asked what can be done now, it
    is switched off."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.window)
        self.parts = parts
        self.door = Door("was switched off", self._switch_off)
        self._refreshing = False
        self._taken = _keys_of_the_tree()
        self.commands: dict[str, WindowCommand] = {command.id: command for command in COMMANDS}
        self.by_id: dict[str, QAction] = {command.id: self._make(command) for command in self.commands.values()}
        self.draw_icons()
        session, document = parts.session, parts.document
        stack = document.undo_stack
        for changed in (session.state_changed, session.runs.prepared, document.changed, document.loaded, document.selection_changed):
            changed.connect(self.refresh)
        stack.indexChanged.connect(self.refresh)  # with it, what can be undone and redone, and how it is called
        self.refresh()

    def _make(self, command: WindowCommand) -> QAction:
        action = QAction(f"{command.text}\t{spelled(command.keys[0])}" if command.local else command.text, self.parts.window)
        action.setObjectName(command.id)
        action.setCheckable(command.checked is not None)
        if command.keys and not command.local and self._may_have(command):
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

    def _may_have(self, command: WindowCommand) -> bool:
        """Whether its keys are free. Keys of two commands do nothing at all: a guest's must not disable Save."""
        guest = _guest(command)
        if not guest.foreign:
            return True
        keys = _portable(command.keys[0])
        owner, text = self._taken.setdefault(keys, (command.id, command.text))
        if owner == command.id and keys:
            return True
        why = f"{text} has them" if keys else "there are no such keys"
        self.parts.say("warning", f"{guest.words} goes without its keys, {command.keys[0]}: {why}.")
        return False

    def _carry_out(self, command: WindowCommand, _checked: bool = False) -> None:
        """Commands may be contributed: what they raise is told, and the window lives on."""
        guest = _guest(command)
        try:
            command.do(self.parts)
        except VitrineError as error:
            self.parts.say("error", f"{command.text}: {error}")
        except BaseException as error:  # a guest may even try to end the program
            if isinstance(error, KeyboardInterrupt) and not guest.foreign:
                raise
            log.exception("%s (%s) broke", guest.words, guest.module)
            text = f"{guest.words} went wrong: {reason(error)}. What was done before it stands; the log has the details."
            self.parts.say("error", text)
        finally:
            self.refresh()

    def refresh(self, *_: object) -> None:
        """Gray what makes no sense now, tick what is on."""
        if not isValid(self.parts.document.undo_stack):  # the window is being taken down; a stack tells of its emptying even then
            return
        if self._refreshing:  # by a guest that changes what it is asked about
            return
        self._refreshing = True
        try:
            self._refresh()
        finally:
            self._refreshing = False

    def _refresh(self) -> None:
        for name, command in self.commands.items():
            guest, look = _guest(command), partial(self._look, command, self.by_id[name])
            if guest.foreign:
                self.door(guest, look)
            else:
                look()

    def _look(self, command: WindowCommand, action: QAction) -> None:
        """As things stand, by what the command says of itself."""
        enabled = command.enabled(self.parts)
        text = action.text() if command.name is None else command.name(self.parts)
        if not isinstance(text, str):
            raise TypeError(f"its name must be text, not {shown(text)}")
        action.setEnabled(bool(enabled))
        if command.checked is not None:
            action.setChecked(bool(command.checked(self.parts)))
        action.setText(text)

    def _switch_off(self, guest: Guest, sentence: str) -> None:
        action = self.by_id[guest.key]
        action.setEnabled(False)
        action.setToolTip(sentence)
        self.parts.say("error", sentence)

    def draw_icons(self) -> None:
        """Draw the icons again, in the current theme; that of Run, which follows the run's state, is the run bar's."""
        for name in DRAWINGS:
            if name in self.by_id and name != "run":
                self.by_id[name].setIcon(icon(name, "text"))


def _guest(command: WindowCommand) -> Guest:
    return Guest(command.id, f"The command {command.text}", command.module)


def _portable(keys: str) -> str:
    """Keys as Qt compares them; "" for what it does not know."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.PortableText)


def _keys_of_the_tree() -> dict[str, tuple[str, str]]:
    """Keys that are spoken for, with the id and text of whose they are: of the window's own commands and of the canvas."""
    own = [(key, command) for command in COMMANDS if not _guest(command).foreign for key in (*command.keys, *command.also)]
    found: list[tuple[str, Command[Any]]] = [*own, *BY_KEY.items()]
    return {_portable(key): (command.id, command.text) for key, command in found}
