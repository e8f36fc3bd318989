"""Take the pictures of the window in this folder: `python docs/take_screenshots.py [--size 1600x1000] [--out FOLDER]`.

Opens the real window on the first example, trains it for a few epochs and saves it in both themes; no display needed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp()  # the pictures show a first start, whatever the user's layout is


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="1600x1000")
    parser.add_argument("--out", type=Path, default=HERE)
    parser.add_argument("--example", default="")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--select", default="")
    options = parser.parse_args()
    width, height = (int(part) for part in options.size.split("x"))

    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    from vitrine.core.files.examples import find
    from vitrine.gui.look import theme
    from vitrine.gui.app import make_window

    app = QApplication(sys.argv[:1])
    theme.apply(app, "light")
    window = make_window()
    window.resize(width, height)
    window.show()
    window.fill()
    window.resize(width, height)
    window.reset_layout()

    def wait(done: object = None, milliseconds: int = 120_000) -> None:
        """Run the event loop until `done()` or for that long."""
        loop = QEventLoop()
        poll = QTimer(interval=50)
        poll.timeout.connect(lambda: loop.quit() if callable(done) and done() else None)
        poll.start()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    if options.example:
        window.files.open_path(find(options.example))
    wait(lambda: window.session.state in ("ready", "paused"))
    window.canvas.fit()
    if options.epochs:
        window.session.run()
        wait(lambda: window.session.epoch >= options.epochs)
        window.session.pause()
    if options.select:
        window.document.select([options.select])
    window.messages.clear()  # both pictures show the same
    wait(milliseconds=1500)
    window.canvas.fit()
    for name in ("light", "dark"):
        theme.apply(app, name)
        wait(milliseconds=1200)
        window.grab().save(str(options.out / f"window-{name}.png"))
    window.document.undo_stack.setClean()
    window.session.close()
    window.files.close()


if __name__ == "__main__":
    main()
