"""The line at the bottom that says in words how things stand, what is wrong and how to mend it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QStatusBar

from vitrine.core.network.analysis import Problem
from vitrine.gui.state.session import Session
from vitrine.gui.widgets.labels import LineLabel
from vitrine.gui.widgets.problem_list import sentence

MARGIN = 8
WORDS = {  # how things stand, and what to do next
    "preparing": ("Preparing the data and the weights…", ""),
    "ready": ("Ready.", "Press Space to train, B for one batch, E for one epoch."),
    "running": ("Training.", "Space pauses."),
    "paused": ("Paused.", "Space resumes."),
    "finished": ("Finished.", "Space trains on, R starts over."),
    "failed": ("Training broke.", "Space goes on from the last weights, R starts over."),
    "blocked": ("There is no run.", "Space prepares one."),
}
FAILED = {"failed": WORDS["failed"][1], "blocked": "Space tries again."}


class StatusLine:
    """Fills the window's status bar: the words, and what slow thing is under way with a button to cancel it."""

    def __init__(self, bar: QStatusBar, session: Session) -> None:
        self.session, self.document = session, session.document
        self.text = LineLabel()  # an ellipsis, never a wider window
        self.text.setObjectName("status_text")
        bar.setContentsMargins(MARGIN, 0, 0, 0)
        self.progress = QLabel()
        self.cancel = QPushButton("Cancel")
        self.cancel.setObjectName("cancel_work")
        self.cancel.clicked.connect(session.under_way.cancel)
        bar.addWidget(self.text, 1)
        bar.addPermanentWidget(self.progress)
        bar.addPermanentWidget(self.cancel)
        session.under_way.changed.connect(self.show_progress)
        session.state_changed.connect(self.refresh)
        session.runs.prepared.connect(lambda _history: self.refresh())
        session.runs.current_changed.connect(lambda _run: self.refresh())
        session.runs.diagnosis.connect(lambda _diagnosis: self.refresh())
        session.runs.recovered.connect(lambda _recovered: self.refresh())
        self.document.analysis_changed.connect(self.refresh)
        self.show_progress()
        self.refresh()

    def show_progress(self) -> None:
        work = self.session.under_way.shown
        self.progress.setText(work.text if work is not None else "")
        self.progress.setVisible(work is not None)
        self.cancel.setVisible(work is not None and work.cancel is not None)

    def refresh(self, _state: str = "") -> None:
        text, role = self.words()
        self.text.setText(text)
        if self.text.property("role") != role:
            self.text.setProperty("role", role)
            self.text.style().polish(self.text)
            self.text.setCursor(Qt.CursorShape.ArrowCursor if role == "muted" else Qt.CursorShape.PointingHandCursor)

    @property
    def tells_of_trouble(self) -> bool:
        """Whether the Diagnosis panel has more of what is said."""
        return bool(self.text.property("role") != "muted")

    def words(self) -> tuple[str, str]:
        """The text and its role: "error", "warning" or "muted"."""
        analysis, state, run = self.document.analysis, self.session.state, self.session.runs.current
        if self.document.info_error:
            kept = f"{trained}, and that is kept. " if (trained := self._trained()) else ""  # first: the rest may be long
            return f"{kept}{self.document.info_error}", "error"
        if analysis.errors:
            more = f" ({len(analysis.errors) - 1} more)" if len(analysis.errors) > 1 else ""
            return f"{_with_remedy(analysis.errors[0])}{more}", "error"
        if run.failure and state in FAILED:
            return f"{sentence(run.failure).rstrip('.')}. {FAILED[state]}", "error"
        stood, go_on = WORDS.get(state, ("", ""))
        if state in ("preparing", "blocked") and (trained := self._trained()):
            stood = f"{stood} {trained}."
        if state == "finished" and run.outcome:
            stood = f"Finished: {run.outcome}."
        found = next(reversed(run.standing.values()), None)
        if found is not None and state in ("running", "paused", "finished"):
            told = f"{found.message} {found.remedy}"
            return told if state == "running" else f"{stood} {told}", "error" if found.severity == "error" else "warning"
        if analysis.urgent and state in ("ready", "running", "paused", "finished"):
            return f"{stood} {go_on} Advice: {_with_remedy(analysis.urgent[0])}", "warning"
        return f"{stood} {go_on}".strip(), "muted"

    def _trained(self) -> str:
        """What the network that does not stand yet was trained for, if it was."""
        step, epoch = self.session.runs.step, self.session.runs.epoch
        if not step:
            return ""
        return f"It is trained for {step:,} step{'s' if step > 1 else ''} ({epoch:,} epoch{'s' if epoch != 1 else ''})"


def _with_remedy(problem: Problem) -> str:
    remedy = f" Remedy: {problem.fixes[0].title}." if problem.fixes else ""
    return f"{sentence(str(problem)).rstrip('.')}.{remedy}"
