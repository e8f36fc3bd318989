"""Edit > Bring back a run: trained runs that redo no longer leads to."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QDateTime
from PySide6.QtWidgets import QMenu, QWidget

from vitrine.gui.state.archive import Entry
from vitrine.gui.state.session import Session

MOST = 12


class LeftRunsMenu(QMenu):
    """One entry a run that an edit after an undo cut off, the latest first; gray without one."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__("Bring back a run", parent)
        self.setObjectName("left_runs")
        self.setToolTipsVisible(True)
        self.session = session
        self.aboutToShow.connect(self.refresh)
        session.runs.run_left.connect(self.refresh)
        session.runs.current_changed.connect(self.refresh)
        session.document.loaded.connect(self.refresh)
        self.refresh()

    def refresh(self, _news: object = None) -> None:
        """The entries as they are now."""
        self.clear()
        for entry in reversed(self.session.runs.archive.left[-MOST:]):
            action = self.addAction(_text(entry))
            action.setToolTip("Its network, its settings, its weights and its record; undo leads back to what is here now")
            action.triggered.connect(partial(self._bring_back, entry))
        self.menuAction().setEnabled(not self.isEmpty())

    def _bring_back(self, entry: Entry, _checked: bool = False) -> None:
        self.session.bring_back(entry)


def news_of(entry: Entry) -> str:
    """What to say when it came to be here."""
    if entry.restored:
        return f"The run of step {entry.step:,}, which only undo held, was kept too. Edit > Bring back a run has it."
    return f"Redo can't bring back the run of step {entry.step:,} after this edit. Edit > Bring back a run does."


def _text(entry: Entry) -> str:
    when = QDateTime.fromSecsSinceEpoch(int(entry.time)).toString("HH:mm")
    layers = len(entry.kept.experiment.graph.nodes)
    return f"Step {entry.step:,}, {layers} layers, left at {when}"
