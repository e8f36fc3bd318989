"""The live panels as docks: which run they show, and what their visibility means: a hidden panel asks for nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QLabel, QMainWindow
from shiboken6 import isValid

from vitrine.core.contributions import guarded
from vitrine.core.errors import GUEST
from vitrine.core.probes.base import Probe
from vitrine.core.training.events import Frame
from vitrine.gui.panels.base import Desk, Panel
from vitrine.gui.state.live_run import LiveRun
from vitrine.gui.state.session import Session
from vitrine.gui.widgets.half_made import bury
from vitrine.gui.window.dock import Dock
from vitrine.gui.window.guests.door import Door, Guest, modules_of

if TYPE_CHECKING:
    from vitrine.core.training.history import RunHistory

T = TypeVar("T")

HISTORY_TICKS = 6  # a redraw of the record every so many ticks of 33 ms
WIDEST, HIGHEST = 240, 300  # pixels that a panel may insist on
AREAS = {"bottom": Qt.DockWidgetArea.BottomDockWidgetArea, "right": Qt.DockWidgetArea.RightDockWidgetArea}


class PanelDocks:
    """Makes a dock for every panel, hands them the session's current run, and feeds the visible ones. A panel that raises is
    taken out, with a sentence in its place."""

    def __init__(self, window: QMainWindow, session: Session) -> None:
        self.window, self.session = window, session
        self.desk = Desk(session.document, session.focus, session.source, session.runs.around.courtesy)
        self.docks: dict[str, QDockWidget] = {}
        self.panels: dict[str, Panel[Any]] = {}
        self.door = Door("was taken out", self._take_out)
        self._kinds: dict[str, type[Panel[Any]]] = {}
        self._ticks = 0
        self._drawn: tuple[int, int] | None = None

    def fill(self) -> None:
        """Make them: only now, so that who is told of a panel that breaks at once finds the others' docks here."""
        session = self.session
        for kind in Panel.registry:
            self._kinds[kind.id] = kind
            self.door(_guest(kind), partial(self._add, kind))
        session.runs.frame.connect(self._on_frame)
        session.runs.ticked.connect(self._on_tick)
        session.runs.prepared.connect(self._on_prepared)
        session.runs.current_changed.connect(self._show_run)
        session.document.loaded.connect(self._on_loaded)
        session.closing.connect(self._end)
        self._show_run(session.runs.current)

    def _add(self, kind: type[Panel[Any]]) -> None:
        dock = Dock(kind.title, self.window, self.desk.courtesy)
        try:  # the house's own are made where they stay: a widget that moves is styled anew with all that it holds
            panel = kind(self.desk) if _guest(kind).foreign else kind(self.desk, dock)
        except GUEST as error:
            bury(error, kind)
            dock.deleteLater()
            raise
        panel.request_changed.connect(self.session.tick, Qt.ConnectionType.QueuedConnection)  # not in the middle of a tick
        panel.message.connect(self.session.message)
        dock.setObjectName(f"panel.{kind.id}")
        if kind.id in self.door.out:  # by what Qt called meanwhile
            dock.deleteLater()
            return
        self.docks[kind.id], self.panels[kind.id] = dock, panel
        dock.setWidget(panel)
        least = panel.minimumSizeHint().expandedTo(panel.minimumSize())  # asked once it lies there: a move styles all of it anew
        if least.width() > WIDEST:
            panel.setMinimumWidth(WIDEST)  # one wide panel behind others must not push its neighbours aside
        if least.height() > HIGHEST:
            panel.setMinimumHeight(HIGHEST)
        dock.toggleViewAction().setToolTip(kind.tip)
        self.session.runs.frames.sources[kind.id] = lambda: self._request(kind.id)
        panel.wanted.connect(dock.show)
        panel.wanted.connect(dock.raise_)
        dock.visibilityChanged.connect(lambda _visible: self._show_history(force=True))
        self.window.addDockWidget(AREAS.get(kind.area, AREAS["bottom"]), dock)
        if kind.behind in self.docks and kind.behind != kind.id:  # at once: all of them side by side would widen the window
            self.window.tabifyDockWidget(self.docks[kind.behind], dock)

    def spread(self, without: Collection[str] = ()) -> None:
        """All docks but `without` side by side along the bottom."""
        for dock in self.docks.values():
            dock.setFloating(False)
            dock.show()
        bottom = [panel_id for panel_id in self.docks if panel_id not in without]
        for panel_id in bottom:
            self.window.addDockWidget(AREAS["bottom"], self.docks[panel_id])
        for left, right in zip(bottom, bottom[1:], strict=False):
            self.window.splitDockWidget(self.docks[left], self.docks[right], Qt.Orientation.Horizontal)

    def arrange(self) -> None:
        """The first layout: side by side along the bottom, some behind each other."""
        kinds = self._kinds
        front = [panel_id for panel_id in self.docks if kinds[panel_id].behind not in self.docks or kinds[panel_id].behind == panel_id]
        behind = {panel_id: kinds[panel_id].behind for panel_id in self.docks if panel_id not in front}
        first, *others = self.docks.values()
        for dock in others:  # in a row of their own they would widen the window on their way
            self.window.tabifyDockWidget(first, dock)
        self.spread(without=behind)
        for hidden, shown in behind.items():
            self.window.tabifyDockWidget(self.docks[shown], self.docks[hidden])
        for shown in behind.values():
            self.docks[shown].raise_()
        self.window.resizeDocks([self.docks[i] for i in front], [kinds[i].share for i in front], Qt.Orientation.Horizontal)

    def make_room_for_new(self, known: Collection[str]) -> None:
        """Panels that a remembered layout does not have become tabs beside its last one in the row: Qt gives them what is left of
        the width, which may be nothing. known: the names of the docks that it has, none if nobody knows."""
        docks = self.docks.values()
        kept = [d for d in docks if d.objectName() in known and not d.isFloating() and self.window.dockWidgetArea(d) == AREAS["bottom"]]
        for dock in docks:
            if kept and dock.objectName() not in known and self.window.dockWidgetArea(dock) == AREAS["bottom"]:
                self.window.tabifyDockWidget(kept[-1], dock)
                QTimer.singleShot(0, dock, dock.raise_)  # once its tab is made

    def panel_visible(self, panel_id: str) -> bool:
        return bool(self._guarded(panel_id, lambda panel: panel.seen))

    def _request(self, panel_id: str) -> Probe[Any] | None:
        return self._guarded(panel_id, self._asked) if self.panel_visible(panel_id) else None

    def _asked(self, panel: Panel[Any]) -> Probe[Any] | None:
        probe = panel.request()
        if probe is not None:
            self.session.runs.frames.judge(probe)
        return probe

    def _guarded(self, panel_id: str, call: Callable[[Panel[Any]], T]) -> T | None:
        """What the panel answers; None where it raises, and then it is asked no more."""
        panel = self.panels.get(panel_id)
        return self.door(_guest(type(panel)), partial(call, panel)) if panel is not None else None

    # what breaks
    def blame(self, error: BaseException) -> bool:
        """Something that Qt called raised this: whether it is a panel's doing. That panel is taken out."""
        trace, found = error.__traceback__, ""
        while trace is not None:  # the innermost that belongs to one
            found = self._owner(trace.tb_frame.f_locals.get("self")) or found
            trace = trace.tb_next
        modules = modules_of(error.__traceback__)
        foreign = next((i for i, kind in self._kinds.items() if kind.__module__ in modules and _guest(kind).foreign), "")
        found = found or foreign
        if found:
            self.door.shut_out(_guest(self._kinds[found]), error)
        return bool(found)

    def _owner(self, thing: object) -> str:
        """The id of the panel that this is, or lies in; "" if none."""
        while isinstance(thing, QObject) and isValid(thing):
            if isinstance(thing, Panel) and type(thing).id in self._kinds:
                return type(thing).id
            thing = QObject.parent(thing)
        return ""

    def _take_out(self, guest: Guest, sentence: str) -> None:
        """It is not asked any more at once; its widget goes, and the word is said, when nobody is in the middle of a painting."""
        panel = self.panels.pop(guest.key, None)
        self.session.runs.frames.sources.pop(guest.key, None)
        QTimer.singleShot(0, self.window, lambda: self._replace(guest.key, panel, sentence))

    def _replace(self, panel_id: str, panel: Panel[Any] | None, sentence: str) -> None:
        self.session.message.emit("error", sentence)
        if panel is None:
            return
        text = QLabel(sentence)
        text.setWordWrap(True)
        text.setMargin(12)
        text.setTextFormat(Qt.TextFormat.PlainText)
        guarded(panel_id, panel.end)  # it may have a thread of its own
        self.docks[panel_id].setWidget(text)
        panel.deleteLater()

    def _on_frame(self, frame: Frame) -> None:
        for panel_id, answer in frame.answers.items():
            self._guarded(panel_id, partial(self._draw, frame.questions[panel_id], answer))

    @staticmethod
    def _draw(question: Probe[Any], answer: Any, panel: Panel[Any]) -> None:
        if question != panel.request():
            return  # it asks something else by now
        if answer is None:
            panel.draw_nothing()
        else:
            panel.draw(answer)

    def _on_tick(self) -> None:
        self._ticks += 1
        if self._ticks % HISTORY_TICKS == 0:
            self._show_history()

    def _show_history(self, force: bool = False) -> None:
        history = self.session.runs.history
        if history is None:
            return
        state = (history.steps.count, history.epochs.count)
        if state == self._drawn and not force:
            return
        self._drawn = state
        for panel_id in list(self.panels):
            if self.panel_visible(panel_id):
                self._guarded(panel_id, lambda panel: panel.draw_history(history))

    def _show_run(self, run: LiveRun) -> None:
        self._all(lambda panel: panel.show_run(run))

    def _on_prepared(self, _history: RunHistory | None) -> None:
        self._drawn = None
        self._all(lambda panel: panel.run_prepared())
        self._show_history(force=True)

    def _on_loaded(self) -> None:
        """Other work: what its data may take seconds to replace is not shown beside it."""
        if self.session.state == "preparing":
            self._all(lambda panel: panel.clear())

    def _end(self) -> None:
        self._all(lambda panel: panel.end())

    def _all(self, call: Callable[[Panel[Any]], object]) -> None:
        for panel_id in list(self.panels):
            self._guarded(panel_id, call)

    def theme_changed(self) -> None:
        self._all(lambda panel: panel.theme_changed())
        self._show_history(force=True)


def _guest(kind: type[Panel[Any]]) -> Guest:
    return Guest(kind.id, f"The panel {kind.title}", kind.__module__)
