"""Every command of the window in one table: name, keys, tip and menu; buttons, menus and the list of keys follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from gui.icons import DRAWINGS, icon


@dataclass(frozen=True)
class Command:
    """One action. `id` is its object name; "-" before the menu's name starts a new section there."""

    id: str
    menu: str
    text: str
    keys: str = ""
    tip: str = ""
    checkable: bool = False


COMMANDS = (
    Command("new", "File", "New", "Ctrl+N", "Start from an empty canvas"),
    Command("open", "File", "Open…", "Ctrl+O", "Open a project or an experiment"),
    Command("save", "-File", "Save", "Ctrl+S", "Save the experiment, its weights and its history in one file"),
    Command("save_as", "File", "Save as…", "Ctrl+Shift+S", "Save under another name"),
    Command("data_folder", "-File", "Choose data folder…", "", "The folder in which MNIST and other data files lie"),
    Command("quit", "-File", "Quit", "Ctrl+Q", "Close Vitrine"),
    Command("undo", "Edit", "Undo", "Ctrl+Z", "Take back the last edit"),
    Command("redo", "Edit", "Redo", "Ctrl+Shift+Z", "Do again what was taken back"),
    Command("find_layer", "-Edit", "Find a layer", "Ctrl+F", "Search the palette; Enter appends the first hit"),
    Command("run", "Train", "Run", "Space", "Train; press again to pause"),
    Command("pause", "Train", "Pause", "Ctrl+Space", "Pause after the current batch"),
    Command("step_batch", "-Train", "Step one batch", "B", "Learn from one batch, then pause"),
    Command("step_epoch", "Train", "Step one epoch", "E", "Learn to the end of the epoch, then pause"),
    Command("reset", "-Train", "Reset", "R", "Back to step 0 with the same first weights"),
    Command("new_weights", "Train", "New weights", "Shift+R", "Back to step 0 with newly drawn weights (another seed)"),
    Command("evaluate", "-Train", "Evaluate on test data", "Ctrl+T", "Loss and metrics on data that neither trained nor tuned the network"),
    Command("theme_light", "View", "Light theme", "", "", True),
    Command("theme_dark", "View", "Dark theme", "", "", True),
    Command("theme_system", "View", "Theme of the system", "", "", True),
    Command("reset_layout", "-View", "Reset layout", "", "Put all panels back where they were at first"),
    Command("full_screen", "View", "Full screen", "F11", "Fill the screen, for projecting", True),
    Command("shortcuts", "Help", "Keyboard shortcuts", "F1", "All keys"),
    Command("describe", "Help", "About this experiment", "Shift+F1", "What the example shows and what to look for"),
    Command("log", "Help", "Open log folder", "", "Where Vitrine writes what went wrong"),
    Command("about", "-Help", "About Vitrine", "", ""),
)


def make_actions(parent: QWidget, handlers: Callable[[str], Callable[..., object]]) -> dict[str, QAction]:
    """A QAction for every command, under its id, wired to `handlers(id)`."""
    made = {}
    for command in COMMANDS:
        action = QAction(command.text, parent)
        action.setObjectName(command.id)
        action.setCheckable(command.checkable)
        if command.keys:
            action.setShortcut(QKeySequence(command.keys))
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        if command.tip:
            action.setToolTip(f"{command.tip} ({shown})" if shown else command.tip)
            action.setStatusTip(command.tip)
        action.triggered.connect(handlers(command.id))
        parent.addAction(action)
        made[command.id] = action
    refresh_icons(made)
    return made


def refresh_icons(actions: dict[str, QAction]) -> None:
    """Draw the icons again, in the current theme; that of Run, which follows the run's state, is the run bar's."""
    for name in DRAWINGS:
        if name in actions and name != "run":
            actions[name].setIcon(icon(name, "text"))
