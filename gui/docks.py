"""The live panels as docks, and what their visibility means: a hidden panel asks for nothing."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow

from core.events import Frame
from core.probes.base import Probe
from gui.panels.base import Panel, load_panels
from gui.session import Session

if TYPE_CHECKING:
    from core.history import RunHistory

HISTORY_TICKS = 6  # a redraw of the record every so many ticks of 33 ms
WIDEST = 240  # pixels that a panel may insist on
AREAS = {"bottom": Qt.DockWidgetArea.BottomDockWidgetArea, "right": Qt.DockWidgetArea.RightDockWidgetArea}


class PanelDocks:
    """Makes a dock for every panel and feeds the visible ones."""

    def __init__(self, window: QMainWindow, session: Session) -> None:
        self.window, self.session = window, session
        self.docks: dict[str, QDockWidget] = {}
        self.panels: dict[str, Panel] = {}
        self._ticks = 0
        self._drawn: tuple[int, int] | None = None
        for kind in load_panels():
            self._add(kind)
        session.frame.connect(self._on_frame)
        session.ticked.connect(self._on_tick)
        session.prepared.connect(self._on_prepared)

    def _add(self, kind: type[Panel]) -> None:
        dock = QDockWidget(kind.title, self.window)
        dock.setObjectName(f"panel.{kind.id}")
        panel = kind(self.session)
        if panel.minimumSizeHint().width() > WIDEST:
            panel.setMinimumWidth(WIDEST)  # one wide panel behind others must not push its neighbours aside
        dock.setWidget(panel)
        dock.toggleViewAction().setToolTip(kind.tip)
        self.docks[kind.id], self.panels[kind.id] = dock, panel
        self.session.frames.sources[kind.id] = lambda: self._request(kind.id)
        panel.request_changed.connect(self.session.tick, Qt.ConnectionType.QueuedConnection)  # not in the middle of a tick
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
        self.window.resizeDocks([self.docks[i] for i in row], [self.panels[i].share for i in row], Qt.Orientation.Horizontal)

    def panel_visible(self, panel_id: str) -> bool:
        return not self.panels[panel_id].visibleRegion().isEmpty()

    def _request(self, panel_id: str) -> Probe | None:
        return self.panels[panel_id].request() if self.panel_visible(panel_id) else None

    def _on_frame(self, frame: Frame) -> None:
        for panel_id, payload in frame.payloads.items():
            panel = self.panels.get(panel_id)
            if panel is not None and payload is not None and self.session.frames.asked(panel_id) == panel.request():
                panel.draw(payload, frame)

    def _on_tick(self) -> None:
        self._ticks += 1
        if self._ticks % HISTORY_TICKS == 0:
            self._show_history()

    def _show_history(self, force: bool = False) -> None:
        history = self.session.history
        if history is None:
            return
        state = (history.steps.count, history.epochs.count)
        if state == self._drawn and not force:
            return
        self._drawn = state
        for panel_id, panel in self.panels.items():
            if self.panel_visible(panel_id):
                panel.draw_history(history)

    def _on_prepared(self, history: RunHistory | None) -> None:
        self._drawn = None
        for panel in self.panels.values():
            panel.clear()
        self._show_history(force=True)

    def theme_changed(self) -> None:
        for panel in self.panels.values():
            panel.theme_changed()
        self._show_history(force=True)
