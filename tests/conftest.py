"""What every test stands on: no window, none of the user's own files, nothing left running.

Set in the environment before Qt is imported, so that processes a test starts have it too. The `data_dir`, `mnist_dir` and `lecture_dir`
fixtures give real data or skip; `torch` gives PyTorch or skips.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
HOME_FOLDERS = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")

# Threads that other tools keep alive for a whole session, by the start of their name. "Dummy-" is any thread Qt or C started.
FOREIGN_THREADS = ("Dummy-", "pytest_timeout", "execnet", "QThreadPool", "TMonitor", "QueueFeederThread")
GRACE_SECONDS = 2.0

os.environ["QT_QPA_PLATFORM"] = os.environ.get("VITRINE_TEST_PLATFORM", "offscreen")
_home = Path(tempfile.mkdtemp(prefix="vitrine-tests-"))
for _name in HOME_FOLDERS:
    os.environ[_name] = str(_home / "session" / _name.lower())
if "VITRINE_DATA" not in os.environ and (ROOT.parent / "shared" / "data").is_dir():
    os.environ["VITRINE_DATA"] = str(ROOT.parent / "shared" / "data")

# Shared machines are slow at odd moments: no deadline for one example. In CI the same examples every time.
settings.register_profile("vitrine", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ)
settings.load_profile("vitrine")


def pytest_unconfigure() -> None:
    shutil.rmtree(_home, ignore_errors=True)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """With a failure, the order it happened in: a dependence on what ran before shows in that order only."""
    seed = config.getoption("randomly_seed", None)
    if isinstance(seed, int) and (terminalreporter.stats.get("failed") or terminalreporter.stats.get("error")):
        terminalreporter.write_line(f'The same order again: make test ARGS="--randomly-seed={seed}"')


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, data, cache and state folders of the test's own, empty."""
    home = Path(tempfile.mkdtemp(dir=_home))
    for name in HOME_FOLDERS:
        monkeypatch.setenv(name, str(home / name.lower()))
    core = sys.modules.get("PySide6.QtCore")
    if core is not None:  # Qt reads the variable once; later it must be told.
        for form in (core.QSettings.Format.NativeFormat, core.QSettings.Format.IniFormat):
            core.QSettings.setPath(form, core.QSettings.Scope.UserScope, str(home / "xdg_config_home"))
    return home


# -- an application as at the start of the program ------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def fresh_application(own_home: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """For tests that have an application: as the program begins it, whatever the tests before did to it.

    Light theme, the first font, the pointer off every window, no mouse button held, no popup, no override cursor, an empty clipboard, and
    windows that were closed are gone. The rest of what a process shares is put back for every test: excepthook, root log, number of threads.
    """
    hook, handlers, level = sys.excepthook, list(logging.getLogger().handlers), logging.getLogger().level
    threads, lanes = sys.modules.get("vitrine.core.kernels.threads"), sys.modules.get("vitrine.core.kernels.lanes")
    before = lanes._threads if lanes is not None else 1
    if threads is not None:
        monkeypatch.setattr(threads, "_current", threads._current)  # put back at the end
    app = request.getfixturevalue("qapp") if "qapp" in request.fixturenames else None
    if app is not None:
        _begin_application(app)
    yield
    if app is not None:
        _end_application(app)
    sys.excepthook = hook
    root = logging.getLogger()
    for handler in [h for h in root.handlers if h not in handlers]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    if lanes is not None and lanes._threads != before:
        sys.modules["vitrine.core.kernels.threads"].set_threads(before)


_fonts: list[Any] = []  # the application's own, kept from the first test on


def _begin_application(app: Any) -> None:
    from PySide6.QtGui import QCursor

    from vitrine.gui.look import theme

    if not _fonts:
        _fonts.append(app.font())
    if app.font() != _fonts[0]:
        app.setFont(_fonts[0])
    if theme.current() is not theme.LIGHT or app.styleSheet() != theme.style_sheet(theme.LIGHT):
        theme.apply(app, "light")
    QCursor.setPos(0, 0)


def _end_application(app: Any) -> None:
    from PySide6.QtCore import QCoreApplication, QEvent, Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QToolTip, QWidget

    QToolTip.hideText()
    for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton):
        if app.mouseButtons() & button:  # a drag that a test broke off; others would find the mouse held down
            QTest.mouseRelease(QWidget(), button)
    popup = app.activePopupWidget()
    if popup is not None:
        popup.close()
    while app.overrideCursor() is not None:
        app.restoreOverrideCursor()
    app.clipboard().clear()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


# -- nothing left running ---------------------------------------------------------------------------------------------------------


def _leaked_threads(before: set[threading.Thread]) -> list[threading.Thread]:
    """Threads started since, other tools' excepted, that do not end within a short grace."""
    started = [t for t in threading.enumerate() if t not in before and not t.name.startswith(FOREIGN_THREADS)]
    until = time.monotonic() + GRACE_SECONDS
    for thread in started:
        thread.join(max(0.0, until - time.monotonic()))
    return [t for t in started if t.is_alive()]


def _top_level_widgets() -> list:
    """All top-level widgets; none unless the test has an application."""
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or not isinstance(widgets.QApplication.instance(), widgets.QApplication):
        return []
    return widgets.QApplication.topLevelWidgets()


def _addresses(widgets: list) -> set[int]:
    if not widgets:
        return set()
    import shiboken6

    return {shiboken6.getCppPointer(widget)[0] for widget in widgets}


def _leaked_widgets(before: set[int]) -> list[str]:
    """Windows opened since that are still shown, or that are hidden but whose repeating timers still run."""
    faults = []
    for widget in _top_level_widgets():
        if _addresses([widget]) <= before:
            continue
        name = f"{type(widget).__name__} {widget.objectName()!r}"
        if widget.isVisible():
            faults.append(f"{name} is still shown")
            widget.hide()
        timers = [t for t in widget.findChildren(sys.modules["PySide6.QtCore"].QTimer) if t.isActive() and not t.isSingleShot()]
        for timer in timers:
            faults.append(f"{name} has a running timer {timer.objectName()!r} of {timer.interval()} ms")
            timer.stop()
    return faults


@pytest.fixture(autouse=True)
def nothing_left_running(own_home: Path) -> Iterator[None]:
    """Fails a test that leaves a Python thread, a shown window or a window's timer behind."""
    threads, widgets = set(threading.enumerate()), _addresses(_top_level_widgets())
    yield
    faults = [f"thread {thread.name!r} still runs" for thread in _leaked_threads(threads)] + _leaked_widgets(widgets)
    if faults:
        pytest.fail("the test leaves behind: " + "; ".join(faults), pytrace=False)


# -- what some tests need and not every machine has ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder with real data: VITRINE_DATA, or `shared/data` beside the checkout."""
    named = os.environ.get("VITRINE_DATA")
    if not named:
        pytest.skip("no data: set VITRINE_DATA to a folder with mnist/*.gz and so on")
    if not Path(named).is_dir():
        pytest.skip(f"no data: VITRINE_DATA names {named}, which is not a folder")
    return Path(named)


def _subfolder(data_dir: Path, name: str, first_file: str) -> Path:
    if not (data_dir / name / first_file).is_file():
        pytest.skip(f"no data: {name}/{first_file} is not in {data_dir}")
    return data_dir / name


@pytest.fixture(scope="session")
def mnist_dir(data_dir: Path) -> Path:
    """The folder with MNIST's four idx files."""
    return _subfolder(data_dir, "mnist", "train-images-idx3-ubyte.gz")


@pytest.fixture(scope="session")
def lecture_dir(data_dir: Path) -> Path:
    """The folder with the lecture's small tables."""
    return _subfolder(data_dir, "lecture", "ex1data1.txt")


@pytest.fixture(scope="session")
def torch() -> ModuleType:
    """PyTorch, on one thread, as the reference to compare with."""
    module = pytest.importorskip("torch", reason="PyTorch is not installed; the `bench` extra brings it")
    module.set_num_threads(1)
    return module
