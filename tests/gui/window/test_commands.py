"""The table of commands: each has a handler, a name and a tip, keys are unique, and menus and buttons show what can be done now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication
from window_help import opened

from vitrine.gui.canvas.commands import BY_KEY
from vitrine.gui.window.commands.base import COMMANDS
from vitrine.gui.window.main_window import MainWindow
from vitrine.gui.window.menus import MENUS

ALL = list(COMMANDS)
each = pytest.mark.parametrize("command", ALL, ids=lambda command: command.id)


@pytest.fixture
def window(qtbot: Any) -> Iterator[MainWindow]:
    yield from opened(qtbot, 1400, 900)


@each
def test_every_command_has_a_handler_a_name_a_tip_and_a_place(command: Any) -> None:
    assert callable(command.do) and re.fullmatch(r"[a-z_]+", command.id)
    assert command.text[0].isupper() and not command.text.endswith(".")
    assert len(command.tip) > 4 and command.tip[0].isupper() and not command.tip.endswith(".")
    assert command.menu in MENUS


def test_the_named_actions_other_programs_rely_on() -> None:
    wanted = {"run", "pause", "step_batch", "step_epoch", "reset", "new_weights", "undo", "redo", "open", "save"}
    assert wanted <= {command.id for command in ALL}


def test_keys_are_unique() -> None:
    def spelled(key: str) -> str:
        return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)

    keys = [spelled(key) for command in ALL if not command.local for key in command.keys] + [spelled(key) for key in BY_KEY]
    assert sorted(keys) == sorted(set(keys)), sorted(key for key in keys if keys.count(key) > 1)
    assert all(keys), "a key that Qt does not know"


def test_every_command_is_in_its_menu_and_has_its_keys(window: MainWindow) -> None:
    shown = {action.objectName(): name for name, menu in window.menus.items() for action in menu.actions() if action.objectName()}
    for command in ALL:
        action = window.commands[command.id]
        assert shown[command.id] == command.menu
        if not command.local:
            assert [k.toString() for k in action.shortcuts()] == [QKeySequence(key).toString() for key in command.keys]


def test_menus_stand_as_people_know_them(window: MainWindow) -> None:
    def entries(name: str) -> list[str]:
        return ["-" if a.isSeparator() else a.text().partition("\t")[0] for a in window.menus[name].actions()]

    assert entries("File") == ["New", "Open…", "Recent", "Examples", "-", "Save", "Save as…", "-", "Choose data folder…", "-", "Quit"]
    assert entries("Edit")[:7] == ["Undo", "Redo", "Bring back a run", "-", "Find a layer", "-", "Cut"]
    assert entries("Train")[-2:] == ["-", "Threads"]


def test_what_makes_no_sense_is_gray(window: MainWindow, qtbot: Any) -> None:
    def grays() -> set[str]:
        window.menus["Edit"].aboutToShow.emit()
        return {name for name, action in window.commands.items() if not action.isEnabled()}

    assert {"undo", "redo", "pause", "cut", "copy", "delete", "rename"} <= grays()
    window.document.select([window.document.graph.nodes[1].id])
    assert not {"cut", "copy", "delete", "rename"} & grays()
    window.commands["duplicate"].trigger()
    assert "undo" not in grays() and window.commands["undo"].text().startswith("Undo dupl")
    window.commands["undo"].trigger()
    assert "undo" in grays() and "redo" not in grays() and window.commands["redo"].text().startswith("Redo dupl")
    qtbot.waitUntil(lambda: window.session.state == "ready", timeout=30_000)
    window.commands["run"].trigger()
    qtbot.waitUntil(lambda: window.session.state == "running", timeout=30_000)
    assert "pause" not in grays() and {"step_batch", "step_epoch"} <= grays()
    window.commands["pause"].trigger()
    qtbot.waitUntil(lambda: window.session.state == "paused", timeout=30_000)
    assert "pause" in grays() and not {"step_batch", "step_epoch"} & grays()


def test_the_theme_that_is_on_is_ticked(window: MainWindow) -> None:
    def ticked() -> list[str]:
        return [name for name, action in window.commands.items() if name.startswith("theme_") and action.isChecked()]

    assert ticked() == ["theme_light"]
    try:
        window.commands["theme_dark"].trigger()
        assert ticked() == ["theme_dark"] and window.settings.text("theme") == "dark"
    finally:
        window.commands["theme_light"].trigger()
    window.commands["theme_light"].trigger()  # once more: it stays on
    assert ticked() == ["theme_light"]


def test_canvas_entries_work_from_the_menu_wherever_the_focus_is(window: MainWindow, qtbot: Any) -> None:
    entry = next(a for a in window.menus["Edit"].actions() if isinstance(a, QAction) and a.text() == "Select all\tCtrl+A")
    window.palette_.search.setFocus()
    entry.trigger()
    assert len(window.document.selection) == len(window.document.graph.nodes)
    assert QApplication.focusWidget() is window.canvas
