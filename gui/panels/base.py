"""What a panel is: a live view that asks for a probe and draws what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QWidget

from core.probes.base import Probe

if TYPE_CHECKING:
    from core.events import Frame
    from core.history import RunHistory
    from gui.session import Session


PANELS: dict[str, type[Panel]] = {}


class Panel(QWidget):
    """A dock's content. Subclasses register by being defined, in one file of `gui/panels`, found by itself.

    The main window asks `request()` whenever a frame is due and the panel is visible, then calls `draw` with the
    probe's payload; a hidden panel is asked nothing. `draw_history` comes a few times a second while visible.
    `session.unit` and `session.unit_changed` share the selected (layer, unit) between panels.
    """

    id: ClassVar[str] = ""
    title: ClassVar[str] = ""
    rank: ClassVar[int] = 100
    tip: ClassVar[str] = ""
    area: ClassVar[str] = "bottom"
    share: ClassVar[int] = 240  # of the width, beside the others' in the first layout
    behind: ClassVar[str] = ""  # the panel that it is a tab behind in the first layout

    request_changed = Signal()  # ask again at once: another layer or sample was chosen
    wanted = Signal()  # come to the front: what was asked for elsewhere shows here

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.id:
            PANELS[cls.id] = cls

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.document = session.document
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def request(self) -> Probe | None:
        """The question to the network, or None while there is none."""
        return None

    def draw(self, payload: dict[str, Any], frame: Frame) -> None:
        """Show what `request()`'s probe answered."""

    def draw_history(self, history: RunHistory) -> None:
        """Show the run so far; called with the same object while one run lasts."""

    def clear(self) -> None:
        """Another run or network: forget what was drawn (an empty state with a word of advice)."""

    def theme_changed(self) -> None:
        """Colours are others: see `gui.theme.current()`."""


def load_panels() -> list[type[Panel]]:
    """All panels, in the order of their rank."""
    import importlib
    import pkgutil

    import gui.panels as package

    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
    return sorted(PANELS.values(), key=lambda panel: panel.rank)
