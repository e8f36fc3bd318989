"""The live panels as docks: which run they show, and what their visibility means: a hidden panel asks for nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QLabel, QMainWindow

from vitrine.core.contributions import reason
from vitrine.core.errors import GUEST
from vitrine.core.probes.base import Probe
from vitrine.core.training.events import Frame
from vitrine.gui.panels.base import Desk, Panel
from vitrine.gui.state.live_run import LiveRun
from vitrine.gui.state.session import Session

if TYPE_CHECKING:
    from vitrine.core.training.history import RunHistory

log = logging.getLogger(__name__)
T = TypeVar("T")

HISTORY_TICKS = 6  # a redraw of the record every so many ticks of 33 ms
WIDEST = 240  # pixels that a panel may insist on
AREAS = {"bottom": Qt.DockWidgetArea.BottomDockWidgetArea, "right": Qt.DockWidgetArea.RightDockWidgetArea}


class PanelDocks:
    """Makes a dock for every panel, hands them the session's current run, and feeds the visible ones. A panel that raises is
    taken out, with a sentence in its place."""

    def __init__(self, window: QMainWindow, session: Session) -> None:
        self.window, self.session = window, session
        self.desk = Desk(session.document, session.focus, session.source)
        self.docks: dict[str, QDockWidget] = {}
        self.panels: dict[str, Panel[Any]] = {}
        self._ticks = 0
        self._drawn: tuple[int, int] | None = None
        for kind in Panel.registry:
            self._add(kind)
        session.runs.frame.connect(self._on_frame)
        session.runs.ticked.connect(self._on_tick)
        session.runs.prepared.connect(self._on_prepared)
        session.runs.current_changed.connect(self._show_run)
        session.closing.connect(self._end)
        self._show_run(session.runs.current)

    def _add(self, kind: type[Panel[Any]]) -> None:
        dock = QDockWidget(kind.title, self.window)
        dock.setObjectName(f"panel.{kind.id}")
        try:
            panel = kind(self.desk)
        except GUEST as error:
            self._say_broken(kind, error)
            dock.deleteLater()
            return
        if panel.minimumSizeHint().width() > WIDEST:
            panel.setMinimumWidth(WIDEST)  # one wide panel behind others must not push its neighbours aside
        dock.setWidget(panel)
        dock.toggleViewAction().setToolTip(kind.tip)
        self.docks[kind.id], self.panels[kind.id] = dock, panel
        self.session.runs.frames.sources[kind.id] = lambda: self._request(kind.id)
        panel.request_changed.connect(self.session.tick, Qt.ConnectionType.QueuedConnection)  # not in the middle of a tick
        panel.message.connect(self.session.message)
        panel.wanted.connect(dock.show)
        panel.wanted.connect(dock.raise_)
        dock.visibilityChanged.connect(lambda _visible: self._show_history(force=True))
        self.window.addDockWidget(AREAS.get(kind.area, AREAS["bottom"]), dock)
        if kind.behind in self.docks:  # at once: all of them side by side would widen the window
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
        behind = {panel_id: panel.behind for panel_id, panel in self.panels.items() if panel.behind in self.docks}
        first, *others = self.docks.values()
        for dock in others:  # in a row of their own they would widen the window on their way
            self.window.tabifyDockWidget(first, dock)
        self.spread(without=behind)
        for hidden, front in behind.items():
            self.window.tabifyDockWidget(self.docks[front], self.docks[hidden])
        for front in behind.values():
            self.docks[front].raise_()
        row = [panel_id for panel_id in self.docks if panel_id not in behind]
        self.window.resizeDocks(
            [self.docks[i] for i in row],
            [self.panels[i].share if i in self.panels else Panel.share for i in row],
            Qt.Orientation.Horizontal,
        )

    def panel_visible(self, panel_id: str) -> bool:
        return panel_id in self.panels and self.panels[panel_id].seen

    def _request(self, panel_id: str) -> Probe[Any] | None:
        return self._guarded(panel_id, lambda panel: panel.request()) if self.panel_visible(panel_id) else None

    def _guarded(self, panel_id: str, call: Callable[[Panel[Any]], T]) -> T | None:
        """What the panel answers; None where it raises, and then it is asked no more."""
        panel = self.panels.get(panel_id)
        if panel is None:
            return None
        try:
            return call(panel)
        except GUEST as error:
            del self.panels[panel_id]
            self.session.runs.frames.sources.pop(panel_id, None)
            text = QLabel(self._say_broken(type(panel), error))
            text.setWordWrap(True)
            text.setMargin(12)
            self.docks[panel_id].setWidget(text)
            panel.deleteLater()
            return None

    def _say_broken(self, kind: type[Panel[Any]], error: BaseException) -> str:
        log.error("the panel %s is taken out", kind.id, exc_info=error)
        text = f"The panel {kind.title} is out of order and was taken out: {reason(error)}. The run goes on; the log has the details."
        self.session.message.emit("error", text)
        return text

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

    def _end(self) -> None:
        self._all(lambda panel: panel.end())

    def _all(self, call: Callable[[Panel[Any]], object]) -> None:
        for panel_id in list(self.panels):
            self._guarded(panel_id, call)

    def theme_changed(self) -> None:
        self._all(lambda panel: panel.theme_changed())
        self._show_history(force=True)
