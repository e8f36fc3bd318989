"""What the window's commands do, by their ids: `do_save` for "save"."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QApplication, QFileDialog, QMainWindow

from gui import theme
from gui.document import Document
from gui.examples import empty_experiment
from gui.files import Files
from gui.inspector import Inspector
from gui.palette import Palette
from gui.session import Session
from gui.settings import Settings

if TYPE_CHECKING:
    from gui.canvas.view import Canvas


class WindowCommands(QMainWindow):
    """The window's side that actions call; `MainWindow` assembles the parts that it works on."""

    document: Document
    session: Session
    files: Files
    settings: Settings
    inspector: Inspector
    palette_: Palette
    canvas: Canvas
    commands: dict[str, QAction]
    log_folder: Path | None

    def show_message(self, kind: str, text: str) -> None:
        raise NotImplementedError("the window has a message bar")

    def reset_layout(self) -> None:
        raise NotImplementedError("the window has docks")

    def do_new(self) -> None:
        self.files.new(empty_experiment())

    def do_open(self) -> None:
        self.files.ask_open()

    def do_save(self) -> None:
        self.inspector.finish()
        self.files.save()

    def do_save_as(self) -> None:
        self.inspector.finish()
        self.files.save_as()

    def do_data_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder with data files (MNIST and others)", self.settings.value("data_folder", ""))
        if folder:
            self.settings.set("data_folder", folder)
            os.environ["VITRINE_DATA"] = folder  # where datasets look, for as long as the app runs
            self.document.reanalyze()
            self.session.reset()

    def do_quit(self) -> None:
        self.close()

    def do_undo(self) -> None:
        self.document.undo_stack.undo()

    def do_redo(self) -> None:
        self.document.undo_stack.redo()

    def do_run(self) -> None:
        self.inspector.finish()  # what is still being typed counts
        self.session.toggle()

    def do_pause(self) -> None:
        self.session.pause()

    def do_step_batch(self) -> None:
        self.session.step_batch()

    def do_step_epoch(self) -> None:
        self.session.step_epoch()

    def do_reset(self) -> None:
        self.session.reset()

    def do_new_weights(self) -> None:
        self.session.new_weights()

    def do_evaluate(self) -> None:
        if self.session.ask(lambda trainer: trainer.evaluate("test"), self._show_evaluation):
            self.session.progress.emit("Evaluating on test data…")
        else:
            self.show_message("warning", "There is no network to evaluate yet.")

    def _show_evaluation(self, values: Any) -> None:
        self.session.progress.emit("")
        if not values:
            self.show_message("warning", "The test part is empty: give train and validation smaller shares in the split.")
            return
        parts = [f"{name.removeprefix('test_')} {value:.4g}" for name, value in values.items()]
        self.show_message("info", f"On test data, at step {self.session.step:,}: {', '.join(parts)}.")

    def do_theme_light(self) -> None:
        self._set_theme("light")

    def do_theme_dark(self) -> None:
        self._set_theme("dark")

    def do_theme_system(self) -> None:
        self._set_theme("system")

    def _set_theme(self, name: str) -> None:
        self.settings.set("theme", name)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, name)
        for other in ("light", "dark", "system"):
            self.commands[f"theme_{other}"].setChecked(other == name)

    def do_find_layer(self) -> None:
        self.palette_.focus_search()

    def do_reset_layout(self) -> None:
        self.reset_layout()

    def do_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def do_shortcuts(self) -> None:
        from gui.canvas.keys import HELP
        from gui.shortcuts_help import ShortcutsDialog

        ShortcutsDialog(self, HELP).exec()

    def do_log(self) -> None:
        if self.log_folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.log_folder)))

    def do_describe(self) -> None:
        """What the example is about, once more."""
        experiment = self.document.experiment
        text = experiment.description or "There is no description: this experiment does not come from an example."
        self.show_message("info", f"{experiment.name}. {text}" if experiment.description else text)

    def do_about(self) -> None:
        from gui.about import AboutDialog

        AboutDialog(self).exec()
