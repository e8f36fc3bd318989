"""The one window: canvas in the middle, data and palette left, inspector right, live panels below, the run on top."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QWidget

from core.analysis import Problem
from core.events import Diagnosis, Frame
from core.experiment import Experiment
from gui import theme
from gui.actions import COMMANDS, make_actions, refresh_icons
from gui.canvas.view import Canvas
from gui.data_panel import DataPanel
from gui.docks import PanelDocks
from gui.document import Document
from gui.examples import fill_examples_menu
from gui.files import Files
from gui.inspector import Inspector
from gui.palette import Palette
from gui.run_bar import RunBar
from gui.session import Session
from gui.settings import Settings
from gui.status_line import StatusLine
from gui.threads_menu import ThreadsMenu
from gui.widgets.error_bar import MessageBar
from gui.window_commands import WindowCommands

LAYOUT_VERSION = 1
MENUS = ("File", "Edit", "Train", "View", "Help")


CANVAS_MENU = {
    "Edit": (
        ("Cut", "Ctrl+X", "cut"), ("Copy", "Ctrl+C", "copy"), ("Paste", "Ctrl+V", "paste"), ("Duplicate", "Ctrl+D", "duplicate"),
        ("Delete", "Del", "delete"), ("Rename", "F2", "rename"), ("Select all", "Ctrl+A", "select_all"),
        ("Arrange", "Ctrl+L", "arrange"), ("Carry out the first remedy", "Ctrl+Return", "fix_first"),
    ),
    "View": (("Fit the network", "F", "fit"), ("Zoom in", "+", "zoom_in"), ("Zoom out", "-", "zoom_out"), ("Zoom to 100 %", "Ctrl+1", "zoom_reset")),
}  # fmt: skip


class MainWindow(WindowCommands):
    """Assembles the parts; what they do is theirs. `log_folder` is where the log file lies."""

    def __init__(self, experiment: Experiment, settings: Settings | None = None, log_folder: Path | None = None) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.settings = settings or Settings()
        self.log_folder = log_folder
        self.document = Document(experiment, self)
        self.session = Session(self.document, self)
        self.files = Files(self.session, self.settings, self)
        self.docks: PanelDocks | None = None
        self.files.message.connect(self.show_message)
        self._closing = False
        self._refusal = ""
        self.commands = make_actions(self, self._handler)
        self._build_center()
        self._build_sides()
        self.run_bar = RunBar(self.session, self.commands)
        self.addToolBar(self.run_bar)
        self._build_menus()
        self.status = StatusLine(self.statusBar(), self.session)
        self._connect()
        self.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)  # the palette is long
        self.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.BottomDockWidgetArea)
        self.setDockNestingEnabled(True)
        for name in ("light", "dark", "system"):
            self.commands[f"theme_{name}"].setChecked(name == self.settings.value("theme", "light"))
        self.resize(1280, 800)
        geometry = self.settings.value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        self._show_title()

    # assembly
    def _build_center(self) -> None:
        self.canvas = Canvas(self.document)
        self.canvas.setObjectName("canvas")
        self.files.arranged = self.canvas.arranged
        self.messages = MessageBar(above=self.canvas)
        self.canvas.covers = self.messages
        self.setCentralWidget(self.canvas)

    def _build_sides(self) -> None:
        self.inspector = Inspector(self.document, self.session)
        self.inspector.setObjectName("inspector")
        self.palette_ = Palette(self.document)
        self.palette_.setObjectName("palette")
        self.data_panel = DataPanel(self.document, self.session)
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        self.side_docks = {
            "data": self._side_dock("dock.data", "Data", self.data_panel, left),
            "palette": self._side_dock("dock.palette", "Layers", self.palette_, left),
            "inspector": self._side_dock("dock.inspector", "Inspector", self.inspector, right),
        }

    def _side_dock(self, name: str, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        return dock

    def _build_menus(self) -> None:
        self.menus = {name: self.menuBar().addMenu(f"&{name}") for name in MENUS}
        for command in COMMANDS:
            menu = self.menus[command.menu.lstrip("-")]
            if command.menu.startswith("-"):
                menu.addSeparator()
            menu.addAction(self.commands[command.id])
        self.recent_menu = self.menus["File"].addMenu("Recent")
        self.examples_menu = self.menus["File"].addMenu("Examples")
        self.examples_menu.setToolTipsVisible(True)
        self.recent_menu.setToolTipsVisible(True)
        for menu in (self.recent_menu, self.examples_menu):
            self.menus["File"].insertMenu(self.commands["save"], menu)
        self.menus["File"].insertSeparator(self.commands["save"])
        fill_examples_menu(self.examples_menu, self.files.open_example)
        self.menus["Train"].addMenu(ThreadsMenu(self.session, self.settings, self))
        for name, entries in CANVAS_MENU.items():
            self.menus[name].addSeparator()
            for text, keys, method in entries:  # the canvas has these keys while it has the focus
                self.menus[name].addAction(f"{text}\t{keys}").triggered.connect(partial(self._on_canvas, method))
        self._fill_recent()

    def _connect(self) -> None:
        session, document = self.session, self.document
        session.message.connect(self._on_session_message)
        session.refused.connect(self._on_refused)
        session.state_changed.connect(self._on_state)
        self.files.recent_changed.connect(self._fill_recent)
        session.diagnosis.connect(self._on_diagnosis)
        session.prepared.connect(self._on_prepared)
        session.frame.connect(self._on_frame)
        document.path_changed.connect(self._show_title)
        document.changed.connect(self._show_title)
        document.loaded.connect(self._on_loaded)
        stack = document.undo_stack
        for name, changed, text in (("undo", stack.canUndoChanged, stack.undoTextChanged), ("redo", stack.canRedoChanged, stack.redoTextChanged)):
            changed.connect(self.commands[name].setEnabled)
            text.connect(partial(self._name_action, name))
            self.commands[name].setEnabled(False)
        session.frames.sources["canvas"] = self._thumbnail_probe
        self.canvas.edit_requested.connect(lambda *_: self.inspector.setFocus())
        self.canvas.message.connect(self.show_message)
        self.messages.gone.connect(self._use_the_room)
        theme.switch().changed.connect(self._on_theme)

    def _name_action(self, name: str, text: str) -> None:
        self.commands[name].setText(f"{name.capitalize()} {text[:1].lower()}{text[1:]}" if text else name.capitalize())

    # life
    def fill(self) -> None:
        """The live panels (and pyqtgraph with them) and the run: after the first paint."""
        self.docks = PanelDocks(self, self.session)
        view = self.menus["View"]
        view.addSeparator()
        for dock in self._all_docks():
            view.addAction(dock.toggleViewAction())
        state = self.settings.value("layout")
        if not (isinstance(state, QByteArray) and self.restoreState(state, LAYOUT_VERSION)):
            self.reset_layout()
        elif closed := self.settings.value("closed"):  # Qt opens those again that share their place with others
            for dock in self._all_docks():
                dock.setHidden(dock.objectName() in closed)
        QTimer.singleShot(0, self, self._come_alive)  # once the docks have left the canvas its room
        left = self.files.left_behind()
        if left is not None:
            self.messages.show_message(
                "warning", "Vitrine was not closed properly; unsaved work was kept.", "Restore it", lambda: self.files.recover(left)
            )

    def _come_alive(self) -> None:
        if self.document.path is None and not self.document.dirty:
            experiment = self.document.experiment
            self.document.load(experiment.replace(graph=self.canvas.arranged(experiment.graph)))
        self.session.start()
        self.canvas.setFocus()
        self.canvas.fit()

    def _all_docks(self) -> list[QDockWidget]:
        return [*self.side_docks.values(), *(self.docks.docks.values() if self.docks is not None else ())]

    def reset_layout(self) -> None:
        for dock in self.side_docks.values():
            dock.setFloating(False)
            dock.show()
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        self.addDockWidget(left, self.side_docks["data"])
        self.addDockWidget(left, self.side_docks["palette"])
        self.addDockWidget(right, self.side_docks["inspector"])
        if self.docks is not None:
            self.docks.arrange()
            below = [d for d in self.docks.docks.values()]
            self.resizeDocks(below, [max(210, self.height() * 3 // 10)] * len(below), Qt.Orientation.Vertical)
        wide = self.width() >= 1500
        self.resizeDocks([self.side_docks["data"], self.side_docks["inspector"]], [250, 340 if wide else 300], Qt.Orientation.Horizontal)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._closing and not self.files.may_leave(then=self._close_saved):
            event.ignore()
            return
        self.settings.set("geometry", self.saveGeometry())
        if self.docks is not None:
            self.settings.set("layout", self.saveState(LAYOUT_VERSION))
            self.settings.set("closed", [d.objectName() for d in self._all_docks() if d.isHidden()])
        for dock in self._all_docks():
            if dock.isFloating():
                dock.hide()  # a window of its own
        self.messages.close()
        self.session.close()
        self.files.close()
        super().closeEvent(event)

    def _close_saved(self) -> None:
        self._closing = True
        self.close()

    # what happens
    def _on_canvas(self, method: str, _checked: bool = False) -> None:
        self.canvas.setFocus()
        getattr(self.canvas, method)()

    def _handler(self, name: str) -> Callable[..., Any]:
        def call(checked: bool = False) -> None:
            getattr(self, f"do_{name}")()

        return call

    def show_message(self, kind: str, text: str) -> None:
        self.messages.show_message(kind, text)

    def _on_refused(self, problem: Problem) -> None:
        """Training can't start: why, with the remedy at hand; the words go when the reason has gone."""
        self._refusal = f"Training can't start: {problem}"
        fix = problem.fixes[0] if problem.fixes else None
        self.messages.show_message("warning", self._refusal, fix.title if fix else "", partial(self.document.fix, fix) if fix else None)
        if problem.node:
            self.document.select([problem.node])

    def _on_session_message(self, kind: str, text: str) -> None:
        if kind == "error" and self.session.state == "blocked":  # about data or settings: over once they are mended
            self.messages.withdraw(self._refusal)
            self._refusal = text
        self.show_message(kind, text)

    def _on_state(self, state: str) -> None:
        if state not in ("blocked", "preparing"):
            self.messages.withdraw(self._refusal)

    def _on_diagnosis(self, diagnosis: Diagnosis) -> None:
        if diagnosis.severity == "error":  # the run stopped; a warning stands in the status line
            self.show_message("error", f"{diagnosis.message} {diagnosis.remedy}")
            if diagnosis.node:
                self.document.select([diagnosis.node])

    def _thumbnail_probe(self) -> Any:
        from core.probes.thumbnails import Thumbnails

        nodes = tuple(self.canvas.thumbnail_nodes())
        split, sample = self.session.sample
        return Thumbnails(nodes=nodes, split=split, sample=sample) if nodes else None

    def _on_frame(self, frame: Frame) -> None:
        images = frame.payloads.get("canvas")
        if images:
            self.canvas.set_thumbnails(images)

    def _on_prepared(self, _history: Any) -> None:
        self.canvas.clear_thumbnails()

    def _on_loaded(self) -> None:
        self._show_title()
        self.messages.drop_infos()
        QTimer.singleShot(0, self, self.canvas.fit)
        description = self.document.experiment.description
        if description and self.document.path is None:  # who saved it has read it
            self.show_message("info", description)

    def _use_the_room(self) -> None:
        """The message above the canvas is gone: show the network as large as it can be, unless that would disturb."""
        if self.canvas.follows and self.session.state != "running" and not QApplication.mouseButtons():
            self.canvas.fit()

    def _on_theme(self) -> None:
        refresh_icons(self.commands)
        if self.docks is not None:
            self.docks.theme_changed()

    def _show_title(self) -> None:
        name = self.document.path.name if self.document.path else self.document.experiment.name
        self.setWindowTitle(f"{name}[*] – Vitrine")
        self.setWindowModified(self.document.dirty)

    def _fill_recent(self) -> None:
        self.recent_menu.clear()
        for path in self.settings.recent():
            action = self.recent_menu.addAction(path.name)
            action.setToolTip(str(path))
            action.triggered.connect(partial(self._open_recent, path))
        self.recent_menu.setEnabled(not self.recent_menu.isEmpty())

    def _open_recent(self, path: Path, _checked: bool = False) -> None:
        self.files.open_recent(path)
