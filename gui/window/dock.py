"""The window's docks: floating, each is a window of its own, and just as courteous as the main one."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow

from vitrine.gui.state.courtesy import Courtesy

WORK = {QEvent.Type.UpdateRequest, QEvent.Type.Resize, QEvent.Type.LayoutRequest}  # layouts and paintings of all that lies in a window


class Dock(QDockWidget):
    """Training waits while it is laid out and painted."""

    courtesy: Courtesy | None = None  # Qt sends events before a constructor is through

    def __init__(self, title: str, window: QMainWindow, courtesy: Courtesy) -> None:
        super().__init__(title, window)
        self.courtesy = courtesy

    def event(self, event: QEvent) -> bool:
        if self.courtesy is not None and event.type() in WORK:
            with self.courtesy:
                return super().event(event)
        return super().event(event)
