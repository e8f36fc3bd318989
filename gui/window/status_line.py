"""The line at the bottom that says in words how things stand, what is wrong and how to mend it."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QPushButton, QStatusBar

from vitrine.gui.state.session import Session
from vitrine.gui.widgets.labels import LineLabel

WORDS = {
    "preparing": "Preparing the data and drawing the first weights…",
    "ready": "Ready. Press Space to train, B for one batch, E for one epoch.",
    "running": "Training. Space pauses.",
    "paused": "Paused. Space resumes.",
    "finished": "Finished. Space trains on, R starts over.",
    "failed": "Training broke; see the message above. Space goes on from the last weights, R starts over.",
    "blocked": "There is no run. Space prepares one.",
}


class StatusLine:
    """Fills the window's status bar: the words, and what slow thing is under way with a button to cancel it."""

    def __init__(self, bar: QStatusBar, session: Session) -> None:
        self.session, self.document = session, session.document
        self.text = LineLabel()  # an ellipsis, never a wider window
        self.text.setObjectName("status_text")
        self.progress = QLabel()
        self.cancel = QPushButton("Cancel")
        self.cancel.setObjectName("cancel_preparing")
        self.cancel.clicked.connect(session.cancel_preparing)
        bar.addWidget(self.text, 1)
        bar.addPermanentWidget(self.progress)
        bar.addPermanentWidget(self.cancel)
        session.progress.connect(self.show_progress)
        session.state_changed.connect(self.refresh)
        session.prepared.connect(lambda _history: self.refresh())
        session.diagnosis.connect(lambda _diagnosis: self.refresh())
        session.recovered.connect(lambda _recovered: self.refresh())
        self.document.analysis_changed.connect(self.refresh)
        self.show_progress("")
        self.refresh()

    def show_progress(self, text: str) -> None:
        self.progress.setText(text)
        self.progress.setVisible(bool(text))
        self.cancel.setVisible(bool(text) and self.session.state == "preparing")

    def refresh(self, _state: str = "") -> None:
        text, role = self.words()
        self.text.setText(text)
        if self.text.property("role") != role:
            self.text.setProperty("role", role)
            self.text.style().polish(self.text)

    def words(self) -> tuple[str, str]:
        """The text and its role: "error", "warning" or "muted"."""
        if self.document.info_error:
            return self.document.info_error, "error"
        errors = [p for p in self.document.analysis.problems if p.severity == "error"]
        if errors:
            more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
            remedy = f" Remedy: {errors[0].fixes[0].title}." if errors[0].fixes else ""
            return f"{str(errors[0]).rstrip('.')}.{remedy}{more}", "error"
        found = next(reversed(self.session.standing.values()), None)
        if found is not None and self.session.state in ("running", "paused", "finished"):
            return f"{found.message} {found.remedy}", "error" if found.severity == "error" else "warning"
        return WORDS.get(self.session.state, ""), "muted"
