"""The one window: canvas in the middle, data and palette left, inspector right, live panels below, the run on top."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QMenu

from vitrine.core import contributions
from vitrine.core.training.events import Frame
from vitrine.core.training.experiment import Experiment
from vitrine.gui.canvas.view import Canvas
from vitrine.gui.data.data_panel import DataPanel
from vitrine.gui.inspector import Inspector
from vitrine.gui.look import theme
from vitrine.gui.state.courtesy import Courtesy
from vitrine.gui.state.document import Document
from vitrine.gui.state.garbage import Garbage
from vitrine.gui.state.session import Session
from vitrine.gui.window.commands.actions import Actions
from vitrine.gui.window.commands.base import Parts
from vitrine.gui.window.dock import WORK, Dock
from vitrine.gui.window.docks import PanelDocks
from vitrine.gui.window.examples import fill_examples_menu
from vitrine.gui.window.files import Files
from vitrine.gui.window.guests.shield import shield
from vitrine.gui.window.guests.telling import Guests
from vitrine.gui.window.left_runs import LeftRunsMenu
from vitrine.gui.window.menus import Menus
from vitrine.gui.window.message_bar import Action, MessageBar
from vitrine.gui.window.news import News
from vitrine.gui.window.palette import Palette
from vitrine.gui.window.run_bar import RunBar
from vitrine.gui.window.settings import Settings
from vitrine.gui.window.status_line import StatusLine
from vitrine.gui.window.threads_menu import ThreadsMenu

LAYOUT_VERSION = 1
AT_ONCE = 0.1  # seconds that closing waits for threads; the program waits longer, without a window


class MainWindow(QMainWindow):
    """Assembles the parts; what they do is theirs. `log_folder` is where the log file lies."""

    def __init__(self, experiment: Experiment, settings: Settings | None = None, log_folder: Path | None = None) -> None:
        self.courtesy: Courtesy | None = None
        super().__init__()
        self.setObjectName("main_window")
        contributions.brought = shield
        self.settings = settings or Settings()
        self.log_folder = log_folder
        self.document = Document(experiment, self)
        self.session = Session(self.document, self)
        self.courtesy = self.document.courtesy
        self.garbage = Garbage(self)
        self.files = Files(self.session, self.settings, self)
        self.docks: PanelDocks | None = None
        self.files.outdated.connect(lambda text: self.messages.withdraw(text))  # the bar is made later
        self._leaving = False  # the work is saved, or not wanted
        self._build_center()
        self._build_sides()
        self.actions_ = Actions(self._parts())
        self.commands = self.actions_.by_id
        self.run_bar = RunBar(self.session, self.commands)
        self.addToolBar(self.run_bar)
        self._build_menus()
        self.guests = Guests(self.show_message, self.statusBar(), self.session.under_way, self)
        self.news = News(self.session, self.files, self.messages)
        self.status = StatusLine(self.statusBar(), self.session)
        self._connect()
        self.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)  # the palette is long
        self.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.BottomDockWidgetArea)
        self.setDockNestingEnabled(True)
        self.resize(1280, 800)
        geometry = self.settings.state("geometry")
        if geometry is not None:
            self.restoreGeometry(geometry)
        self._show_title()

    def _parts(self) -> Parts:
        return Parts(
            window=self, document=self.document, session=self.session, files=self.files, settings=self.settings, canvas=self.canvas,
            inspector=self.inspector, palette=self.palette_, say=self.messages.answer, reset_layout=self.reset_layout, finish=self._finish_typing,
            log_folder=self.log_folder,
        )  # fmt: skip

    def _finish_typing(self) -> None:
        self.inspector.finish()
        self.run_bar.rate.finish()

    # assembly
    def _build_center(self) -> None:
        self.canvas = Canvas(self.document)
        self.canvas.setObjectName("canvas")
        self.files.arranged = self.canvas.verbs.arranged
        self.messages = MessageBar(above=self.canvas)
        self.canvas.covers = self.messages
        self.setCentralWidget(self.canvas)

    def _build_sides(self) -> None:
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        self.side_docks = {
            name: self._side_dock(f"dock.{name}", title, area)
            for name, title, area in (("data", "Data", left), ("palette", "Layers", left), ("inspector", "Inspector", right))
        }
        # each is made where it stays: a widget that moves is styled anew with all that it holds
        self.inspector = Inspector(self.document, self.session, self.side_docks["inspector"])
        self.inspector.setObjectName("inspector")
        self.palette_ = Palette(self.document, self.side_docks["palette"])
        self.palette_.setObjectName("palette")
        self.data_panel = DataPanel(self.document, self.session, self.side_docks["data"])
        for name, widget in (("data", self.data_panel), ("palette", self.palette_), ("inspector", self.inspector)):
            self.side_docks[name].setWidget(widget)

    def _side_dock(self, name: str, title: str, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = Dock(title, self, self.document.courtesy)
        dock.setObjectName(name)
        self.addDockWidget(area, dock)
        return dock

    def _build_menus(self) -> None:
        menus = Menus(self, self.actions_)
        self.recent_menu = menus.add("File", 0, QMenu("Recent", self))
        self.examples_menu = menus.add("File", 0, QMenu("Examples", self))
        for menu in (self.recent_menu, self.examples_menu):
            menu.setToolTipsVisible(True)
        fill_examples_menu(self.examples_menu, self.files.open_example)
        menus.add("Edit", 0, LeftRunsMenu(self.session, self))
        menus.add("Train", 40, ThreadsMenu(self.session, self.settings, self))
        menus.fill()
        self.menus = menus.menus
        self._fill_recent()

    def _connect(self) -> None:
        session, document = self.session, self.document
        self.status.text.pressed.connect(lambda: self._raise_diagnoses() if self.status.tells_of_trouble else None)
        self.files.recent_changed.connect(self._fill_recent)
        for signal in (session.runs.diagnosis, session.runs.recovered, session.runs.prepared, session.runs.current_changed):
            signal.connect(self._show_diagnoses)
        self.canvas.diagnoses_requested.connect(self._raise_diagnoses)
        session.runs.prepared.connect(self._on_prepared)
        session.runs.frame.connect(self._on_frame)
        document.path_changed.connect(self._show_title)
        document.changed.connect(self._show_title)
        document.loaded.connect(self._on_loaded)
        session.runs.frames.sources["canvas"] = self._thumbnail_probe
        self.canvas.edit_requested.connect(lambda *_: self.inspector.setFocus())
        for verbs in (self.files, self.canvas):
            verbs.message.connect(self.messages.answer)
        self.messages.shown.connect(self._keep_in_sight)
        self.messages.gone.connect(self._use_the_room)
        theme.switch().changed.connect(self._on_theme)

    def event(self, event: QEvent) -> bool:
        """Layouts and paintings of all that lies in the window happen in here: training waits meanwhile."""
        if self.courtesy is not None and event.type() in WORK:
            with self.courtesy:
                return super().event(event)
        return super().event(event)

    # life
    def fill(self) -> None:
        """The live panels and the run: after the first paint."""
        self.docks = PanelDocks(self, self.session)
        self.docks.fill()
        view = self.menus["View"]
        view.addSeparator()
        for dock in self._all_docks():
            view.addAction(dock.toggleViewAction())
        state = self.settings.state("layout")
        if not (state is not None and self.restoreState(state, LAYOUT_VERSION)):
            self.reset_layout()
        else:
            self.docks.make_room_for_new(self.settings.texts("docks"))
            if closed := self.settings.texts("closed"):  # Qt opens those again that share their place with others
                for dock in self._all_docks():
                    dock.setHidden(dock.objectName() in closed)
        QTimer.singleShot(0, self, self._come_alive)  # once the docks have left the canvas its room
        self.files.look_for_lost_work()

    def _come_alive(self) -> None:
        if self.document.path is None and not self.document.dirty and not self.files.reader.busy:  # which would end with the load
            experiment = self.document.experiment
            self.document.load(experiment.replace(graph=self.canvas.verbs.arranged(experiment.graph)))
        self.session.start()
        self.guests.start()
        self.canvas.setFocus()
        self.canvas.fit()
        self.garbage.begin()

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
        if not self._leaving:
            self.files.leave(self._leave)
        if not self._leaving:  # not yet, or not at all
            event.ignore()
            return
        self.settings.set("geometry", self.saveGeometry())
        if self.docks is not None:
            self.settings.set("layout", self.saveState(LAYOUT_VERSION))
            self.settings.set("docks", [d.objectName() for d in self._all_docks()])
            self.settings.set("closed", [d.objectName() for d in self._all_docks() if d.isHidden()])
        for dock in self._all_docks():
            if dock.isFloating():
                dock.hide()  # a window of its own
        self.messages.close()
        self.guests.close()
        self.session.stop()
        self.files.stop()
        self.garbage.end()
        self.end(AT_ONCE)
        super().closeEvent(event)

    def _leave(self) -> None:
        self._leaving = True
        self.close()  # does nothing where that is being done

    def end(self, timeout: float) -> bool:
        """After it was closed: wait for training and files; False if they have not ended within so many seconds."""
        until = time.monotonic() + timeout
        ended = self.session.join(timeout)
        return self.files.saver.writer.join(max(0.0, until - time.monotonic())) and ended

    # what happens
    def blame(self, error: BaseException) -> bool:
        """Whether an error that nobody caught is a panel's doing, which is said then, and the panel taken out."""
        return self.docks is not None and self.docks.blame(error)

    def show_message(self, kind: str, text: str, *actions: Action) -> None:
        self.messages.show_message(kind, text, *actions)

    def _show_diagnoses(self, _news: object = None) -> None:
        self.canvas.set_diagnoses(self.session.runs.standing.values())

    def _raise_diagnoses(self) -> None:
        dock = self.docks.docks.get("diagnosis") if self.docks is not None else None
        if dock is not None:
            dock.show()
            dock.raise_()

    def _thumbnail_probe(self) -> Any:
        from vitrine.core.probes.thumbnails import Thumbnails

        nodes = tuple(self.canvas.thumbnail_nodes())
        split, sample = self.session.focus.sample
        return Thumbnails(nodes=nodes, split=split, sample=sample) if nodes else None

    def _on_frame(self, frame: Frame) -> None:
        answer = frame.answers.get("canvas")
        if answer is not None:
            self.canvas.set_thumbnails(answer.pictures)

    def _on_prepared(self, _history: Any) -> None:
        self.canvas.clear_thumbnails()

    def _on_loaded(self) -> None:
        self.canvas.clear_thumbnails()
        self._show_title()
        self.messages.drop_infos()
        QTimer.singleShot(0, self, self.canvas.fit)
        description = self.document.experiment.description
        calm = self.messages.current is None  # else there is more urgent news: that the file named at the start can't be read, say
        if description and calm and self.document.path is None:  # who saved it has read it
            self.show_message("info", description)

    def _keep_in_sight(self) -> None:
        """A message lies above the canvas: no card below it."""
        if self.canvas.is_covered_above():
            self._use_the_room()

    def _use_the_room(self) -> None:
        """The room above the canvas is another: show the network as large as it can be, unless that would disturb."""
        if self.canvas.follows and self.session.state != "running" and not QApplication.mouseButtons():
            self.canvas.fit()

    def _on_theme(self) -> None:
        self.actions_.draw_icons()
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
        self.files.open_path(path)
