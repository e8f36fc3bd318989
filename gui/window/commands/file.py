"""Files, and leaving."""

from __future__ import annotations

import os

from PySide6.QtWidgets import QFileDialog

from vitrine.gui.window.commands.base import Parts, command
from vitrine.gui.window.examples import empty_experiment


@command("new", "File", 0, "New", "Ctrl+N", "Start from an empty canvas")
def new(parts: Parts) -> None:
    parts.files.new(empty_experiment())


@command("open", "File", 0, "Open…", "Ctrl+O", "Open a project or an experiment")
def open_(parts: Parts) -> None:
    parts.files.ask_open()


@command("save", "File", 10, "Save", "Ctrl+S", "Save the experiment, its weights and its history in one file")
def save(parts: Parts) -> None:
    parts.finish()  # what is still being typed counts
    parts.files.save()


@command("save_as", "File", 10, "Save as…", "Ctrl+Shift+S", "Save under another name")
def save_as(parts: Parts) -> None:
    parts.finish()
    parts.files.save_as()


@command("data_folder", "File", 20, "Choose data folder…", "", "The folder in which MNIST and other data files lie")
def data_folder(parts: Parts) -> None:
    before = parts.settings.text("data_folder")
    folder = QFileDialog.getExistingDirectory(parts.window, "Folder with data files (MNIST and others)", before)
    if folder:
        parts.settings.set("data_folder", folder)
        os.environ["VITRINE_DATA"] = folder  # where datasets look, for as long as the app runs
        parts.session.source.forget()
        parts.document.reanalyze()
        parts.session.prepare_again()


@command("quit", "File", 30, "Quit", "Ctrl+Q", "Close Vitrine")
def quit_(parts: Parts) -> None:
    parts.window.close()
