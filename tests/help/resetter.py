"""A window that trains, throws its run away by a verb, and waits to be killed. `python resetter.py FOLDER VERB [undone] [on]`.

FOLDER/told holds step and hash of the weights before the verb, written when it is done. `undone`: the verb is undone once what it
threw away is kept against a crash. `on`: the run that is there then is trained.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from vitrine.core.files.examples import find
from vitrine.core.files.project import load_project
from vitrine.core.training.checkpoint import weights_sha256
from vitrine.gui.state.files import recovery
from vitrine.gui.state.files.beside import beside
from vitrine.gui.window.main_window import MainWindow

STEPS = 40
KEPT_EVERY = 1.5  # seconds of training on


def main(folder: Path, verb: str, undone: bool, on: bool) -> None:
    if on:
        recovery.TRAINED_SECONDS = KEPT_EVERY
    app = QApplication([])
    window: Any = MainWindow(load_project(find("digits_mlp")).experiment)
    session, document = window.session, window.document
    window.show()
    window.fill()

    def look() -> None:
        if session.state == "ready":
            session.run()
        elif session.state == "running" and session.runs.step >= STEPS:
            session.pause()
        elif session.state == "paused":
            timer.stop()
            session.runs.current.ask_trained(throw_away)

    def throw_away(trained: Any, _doubt: Any) -> None:
        if verb == "edit":
            document.set_layer("dense_1", document.graph["dense_1"].layer.replace(units=9))
        else:
            window.commands[verb].trigger()
        if undone:
            kept.timeout.connect(lambda: undo(trained) if beside(window.files.recovery.file) else None)
            kept.start()
        else:
            tell(trained)

    def undo(trained: Any) -> None:
        kept.stop()
        window.commands["undo"].trigger()
        tell(trained)

    def tell(trained: Any) -> None:
        if on:
            session.run()
        text = f"{trained.step} {weights_sha256(trained.checkpoint.weights)}"
        (folder / "telling").write_text(text)
        (folder / "telling").rename(folder / "told")

    kept = QTimer(interval=20)
    timer = QTimer(interval=20)
    timer.timeout.connect(look)
    timer.start()
    app.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], "undone" in sys.argv[3:], "on" in sys.argv[3:])
