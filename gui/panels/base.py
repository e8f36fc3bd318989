"""What a panel is: a live view of one run, that asks for a probe and draws what comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from PySide6.QtCore import QPoint, QRect, Qt, Signal, SignalInstance
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget

from vitrine.core.errors import shown
from vitrine.core.probes.base import Probe
from vitrine.core.registry import Registry
from vitrine.datasets.base import Dataset, Info
from vitrine.gui.state.courtesy import Courtesy
from vitrine.gui.state.data_source import DataSource
from vitrine.gui.state.document import Document
from vitrine.gui.state.focus import Focus
from vitrine.gui.state.live_run import LIVE, LiveRun
from vitrine.gui.widgets.placeholder import Placeholder

if TYPE_CHECKING:
    from vitrine.core.training.history import RunHistory


AnswerT = TypeVar("AnswerT")
AREAS = ("bottom", "right")
NO_DATA = "The data are not here. The Diagnosis panel says what to do."
NOT_YET = "It shows here as soon as the data and the network stand."
NO_START = "The network can't be trained yet. The Diagnosis panel says why, and how to mend it."


@dataclass(frozen=True)
class Desk:
    """What the panels of a window share: what is edited, what all look at together, where data come from, and how a
    thread of theirs lets the window in."""

    document: Document
    focus: Focus
    source: DataSource
    courtesy: Courtesy


class Panel(QWidget, Generic[AnswerT]):
    """A dock's content: `class FeatureMapsPanel(Panel[FeatureMapsAnswer])`, or `Panel[Never]` for one that asks nothing.
    Subclasses register by being defined, in one file of `gui/panels`, found by itself.

    It shows `run`, which `show_run` gives it, and may be there more than once, each showing a run of its own. While it is
    visible it is asked for its `request()` whenever a frame is due, and `draw` gets the probe's answer; a hidden panel
    is asked nothing. `draw_history` comes a few times a second while visible. `focus` has what all panels look at.
    """

    registry: ClassVar[Registry[Panel[Any]]] = Registry("panel", "id")
    id: ClassVar[str] = ""
    title: ClassVar[str] = ""
    rank: ClassVar[int] = 100
    tip: ClassVar[str] = ""
    area: ClassVar[str] = "bottom"
    share: ClassVar[int] = 240  # of the width, beside the others' in the first layout
    behind: ClassVar[str] = ""  # the panel that it is a tab behind in the first layout
    awaits_run: ClassVar[bool] = True  # while it is empty, it says what keeps the run from starting

    request_changed = Signal()  # ask again at once: another layer or sample was chosen
    wanted = Signal()  # come to the front: what was asked for elsewhere shows here
    message = Signal(str, str)  # kind ("info", "warning", "error"), text: something to say to the person

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.id:
            Panel.registry.add(cls)

    @classmethod
    def prove(cls) -> None:
        """Raises TypeError where what a contributed panel declares can't be laid out."""
        if type(cls.share) is not int or not 0 < cls.share <= 10_000:
            raise TypeError(f"share must be a whole number of at least 1, not {shown(cls.share)}")
        if cls.area not in AREAS:
            raise TypeError(f"area must be one of {', '.join(AREAS)}, not {shown(cls.area)}")

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk, self.document, self.focus = desk, desk.document, desk.focus
        self.run: LiveRun | None = None
        self._listening: list[tuple[SignalInstance, Callable[..., object]]] = []
        self._hindrance = ""
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        if self.awaits_run:
            self.document.analysis_changed.connect(self._say_hindrance)

    def lay_out(self, *parts: QWidget) -> None:
        """One under the other without a gap; the last, what the panel is about, takes what room there is."""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part in parts:
            layout.addWidget(part, part is parts[-1])

    def _say_hindrance(self, _state: str = "") -> None:
        document = self.document
        begun = any(node.layer.inputs[1] != 0 for node in document.graph.nodes)  # else a panel's own words say how to
        words = NO_DATA if document.info_error else NO_START if begun and not document.analysis.ok else ""
        if self.run is not None and self.run.step and self.run.state in ("preparing", "blocked"):
            words = f"Trained for {self.run.step:,} steps. {words or NOT_YET}"
        if words != self._hindrance:
            self._hindrance = words
            for body in self.findChildren(Placeholder):
                body.hinder(words)

    # the run
    def show_run(self, run: LiveRun) -> None:
        """Show this run from now on. What is drawn stays until it is prepared, if it is not yet."""
        for signal, slot in self._listening:
            signal.disconnect(slot)
        self.run, self._listening = run, self.signals(run)
        if self.awaits_run:
            self._say_hindrance()
        for signal, slot in self._listening:
            signal.connect(slot)
        if run.state in LIVE:
            self.run_prepared()
            if run.history is not None and self.seen:
                self.draw_history(run.history)

    def signals(self, run: LiveRun) -> list[tuple[SignalInstance, Callable[..., object]]]:
        """What to listen to beside, and what then to call."""
        return [(run.state_changed, self._say_hindrance)] if self.awaits_run else []

    def run_prepared(self) -> None:
        """The run stands now, or its data are gone: begin anew."""
        self.clear()
        self.prepared()

    def prepared(self) -> None:
        """The run stands, on `data`; or it is gone, and there are none."""

    @property
    def data(self) -> Dataset | None:
        """The run's."""
        return None if self.run is None else self.run.data

    @property
    def info(self) -> Info | None:
        """What is known of the run's data."""
        return None if self.data is None else self.data.info

    @property
    def seen(self) -> bool:
        """Whether any of it is in its window: a dock behind another's tab is moved away, not hidden."""
        return self.isVisible() and self.window().rect().intersects(QRect(self.mapTo(self.window(), QPoint()), self.size()))

    def end(self) -> None:
        """The window goes: whoever has a thread of its own ends it now."""

    # asking and drawing
    def request(self) -> Probe[AnswerT] | None:
        """The question to the network, or None while there is none."""
        return None

    def draw(self, answer: AnswerT) -> None:
        """Show what `request()`'s probe answered."""

    def draw_nothing(self) -> None:
        """The probe found nothing to see: say why."""

    def draw_history(self, history: RunHistory) -> None:
        """Show the run so far; called with the same object while one run lasts."""

    def clear(self) -> None:
        """Another run or network: forget what was drawn (an empty state with a word of advice)."""

    def theme_changed(self) -> None:
        """Colours are others: see `vitrine.gui.look.theme.current()`."""
