"""The application: log, crash file, theme, first window."""

from __future__ import annotations

import faulthandler
import logging
import math
import os
import sys
import threading
import time
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

from platformdirs import user_log_dir
from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from vitrine.core import contributions
from vitrine.core.errors import VitrineError
from vitrine.gui.look import theme
from vitrine.gui.window.guests.splash import Splash
from vitrine.gui.window.guests.staying import staying
from vitrine.gui.window.settings import Settings

log = logging.getLogger(__name__)

BROKEN = "Something went wrong inside {whom}: {place}. Your work is untouched; the log has the details."
AGAIN = 2.0  # seconds within which the same error of the same place is no news
LAST_SECONDS = 1.0  # that threads have to end by themselves once the window is gone


def run_app(project: str | None = None) -> int:
    """Open the window and stay until it is closed; returns the exit code."""
    with staying():
        return _run_app(project)


def _run_app(project: str | None) -> int:
    folder = start_log()
    QCoreApplication.setApplicationName("Vitrine")
    QCoreApplication.setOrganizationName("Vitrine")
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    settings = Settings()
    theme.apply(app, settings.text("theme", "light"))
    app.styleHints().colorSchemeChanged.connect(lambda _scheme: _follow_system(app, settings))
    stored = settings.text("data_folder")
    if stored and not os.environ.get("VITRINE_DATA"):
        os.environ["VITRINE_DATA"] = stored
    splash = Splash()
    contributions.begun = splash.tell
    window = make_window(settings, folder)
    catch_exceptions(window)
    if not settings.has("geometry"):
        _first_size(app, window)
    window.show()
    splash.deleteLater()
    contributions.begun = window.guests.announce
    QTimer.singleShot(0, window, lambda: _fill(window, project))
    code = app.exec()
    _end(window, code)
    return code


def _end(window: Any, code: int) -> None:
    """The window is gone; a file under way is finished, however long it takes. What else goes on has nothing to lose: a step in the
    middle of a training that is saved or not wanted, data that load. It ends with the process, at once."""
    window.end(LAST_SECONDS)
    window.files.saver.writer.join()
    if any(thread.name.startswith("vitrine-") for thread in threading.enumerate()):
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _follow_system(app: QApplication, settings: Settings) -> None:
    """The system went from light to dark or back: go along, if that is the wish."""
    if settings.text("theme", "light") == "system":
        theme.apply(app, "system")


def _first_size(app: QApplication, window: QWidget) -> None:
    """On a first start: all of a small screen, most of a larger one, but no larger than one can take in."""
    room = app.primaryScreen().availableGeometry()
    if room.width() < 1500:
        window.setGeometry(room)
        return
    window.resize(min(1680, round(room.width() * 0.96)), min(1050, round(room.height() * 0.92)))
    window.move(room.center() - window.rect().center())


def make_window(settings: Settings | None = None, log_folder: Path | None = None) -> Any:
    """The main window with the first experiment; `fill()` brings its panels and its run to life."""
    from vitrine.gui.window.examples import first_experiment
    from vitrine.gui.window.main_window import MainWindow

    return MainWindow(first_experiment(), settings, log_folder)


def _fill(window: Any, project: str | None) -> None:
    window.fill()
    if project:
        window.files.open_path(project)


def start_log() -> Path:
    """Write the log, and on a crash of the interpreter the stack, into the user's log folder."""
    folder = Path(user_log_dir("vitrine", appauthor=False))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(folder / "vitrine.log", maxBytes=1_000_000, backupCount=2, encoding="utf-8")
        crash = open(folder / "crash.log", "w", encoding="utf-8")  # stays open: the fault handler writes to it
        faulthandler.enable(crash)
    except OSError as error:
        print(f"no log is written: {error}", file=sys.stderr)
        return folder
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    return folder


def catch_exceptions(window: Any) -> None:
    """An exception that reaches the top goes to the log and the message bar; the window lives on. A panel that it comes from is
    taken out: Qt would go on calling it. One that comes again and again, from painting say, is told once."""
    last: dict[str, float] = {}

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        place = str(error) if issubclass(kind, VitrineError) else contributions.reason(error)
        again = time.monotonic() - last.get(place, -math.inf) < AGAIN
        last[place] = time.monotonic()
        if not again:
            log.error("unhandled exception", exc_info=(kind, error, trace))
        if threading.current_thread() is threading.main_thread():
            guest = contributions.guest_of(error)
            text = place if issubclass(kind, VitrineError) else BROKEN.format(place=place, whom=guest or "Vitrine")
            if issubclass(kind, VitrineError) or not (window.blame(error) or again):
                QTimer.singleShot(0, window, lambda: window.show_message("error", text))  # Qt may be in the middle of a painting
        _let_go(error, trace)

    sys.excepthook = hook


def _let_go(error: BaseException, trace: TracebackType | None) -> None:
    """Free at once what the functions held that broke off: a painter left in the middle of a paint event brings down Qt."""
    traceback.clear_frames(trace)
    for frame, _line in traceback.walk_tb(trace):
        _ = frame.f_locals  # who looked at them left a copy with the frame: another look empties it
    found: BaseException | None = error
    while found is not None:  # a frame that is still running may hold the error, and that the others
        found.__traceback__, found = None, found.__context__
