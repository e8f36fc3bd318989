"""What helps: keys, words about the experiment, the log, the versions."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog

from vitrine.core.contributions import plugin_folder
from vitrine.gui.canvas.commands import help_lines
from vitrine.gui.window.about import AboutDialog
from vitrine.gui.window.commands.base import Parts, command
from vitrine.gui.window.shortcuts_help import ShortcutsDialog


@command("shortcuts", "Help", 0, "Keyboard shortcuts", "F1", "All keys")
def shortcuts(parts: Parts) -> None:
    _show(ShortcutsDialog(parts.window, help_lines()))


@command("describe", "Help", 0, "About this experiment", "Shift+F1", "What the example shows and what to look for")
def describe(parts: Parts) -> None:
    experiment = parts.document.experiment
    text = experiment.description or "There is no description: this experiment does not come from an example."
    parts.say("info", f"{experiment.name}. {text}" if experiment.description else text)


@command("log", "Help", 0, "Open log folder", "", "Where Vitrine writes what went wrong", can=lambda parts: parts.log_folder is not None)
def log(parts: Parts) -> None:
    if parts.log_folder is not None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(parts.log_folder)))


@command("plugins", "Help", 0, "Open plugin folder", "", "Where Vitrine finds layers, datasets, panels and so on of your own")
def plugins(parts: Parts) -> None:
    folder = plugin_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        parts.say("error", f"The plugin folder {folder} can't be made: {error.strerror}.")
        return
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


@command("about", "Help", 10, "About Vitrine", "", "Versions, plugins and licence")
def about(parts: Parts) -> None:
    _show(AboutDialog(parts.window))


def _show(dialog: QDialog) -> None:
    """Until it is closed, and no longer: it is a child of the window."""
    dialog.exec()
    dialog.deleteLater()
