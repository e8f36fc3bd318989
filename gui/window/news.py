"""What the session and the files have to say, as messages above the canvas, with the remedy at hand; they go with their cause."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QDateTime

from vitrine.core.network.analysis import Problem
from vitrine.core.training.events import Diagnosis
from vitrine.gui.state.archive import Entry
from vitrine.gui.state.files.recovery import Found
from vitrine.gui.state.session import Session
from vitrine.gui.widgets.problem_list import sentence
from vitrine.gui.window.files import Files
from vitrine.gui.window.left_runs import news_of
from vitrine.gui.window.message_bar import MessageBar


class News:
    """Listens, and says it."""

    def __init__(self, session: Session, files: Files, messages: MessageBar) -> None:
        self.session, self.files, self.messages = session, files, messages
        self._refusal = ""  # why training can't start, as it was said
        self._failure = ""  # why the run broke, as it was said
        self._reason = ""  # of that, where the document knows it
        self._passing: list[str] = []  # said of the run as it came to be at this place of the undo stack
        self._told: dict[tuple[str, str | None], str] = {}  # what was said of diagnoses that stand
        session.message.connect(self._on_session_message)
        session.refused.connect(self._on_refused)
        session.state_changed.connect(self._on_state)
        session.document.undo_stack.indexChanged.connect(self._on_another_place)
        session.document.analysis_changed.connect(self._on_mended)
        session.runs.run_left.connect(self._on_run_left)
        session.runs.diagnosis.connect(self._on_diagnosis)
        for signal in (session.runs.recovered, session.runs.prepared, session.runs.current_changed):
            signal.connect(self._withdraw_what_is_over)
        files.recovery.offered.connect(self._on_lost_work)

    def _on_lost_work(self, found: Found) -> None:
        when = QDateTime.fromSecsSinceEpoch(int(found.time)).toString("d MMMM, HH:mm")
        text = f"Vitrine was not closed properly; unsaved work on “{found.name}” was kept ({when})."
        self.messages.show_message(
            "warning",
            text,
            ("Restore it", lambda: self.files.recover(found)),
            ("Later", lambda: None),
            ("Discard", lambda: self._discard(found)),
        )

    def _discard(self, found: Found) -> None:
        """Knowingly, and not for good until the window closes."""
        if self.files.recovery.discard(found):
            text = f"The unsaved work on “{found.name}” is discarded and goes when Vitrine is closed."
            self.messages.show_message("warning", text, ("Keep it", lambda: self.files.recovery.keep_after_all(found)))

    def _on_refused(self, problem: Problem) -> None:
        """Training can't start: why, with the remedy at hand; the words go when the reason has gone."""
        self._refusal = f"Training can't start. {sentence(str(problem)).rstrip('.')}."
        self._reason = str(problem)
        fix = problem.fixes[0] if problem.fixes else None
        self.messages.show_message("warning", self._refusal, *([(fix.title, partial(self.session.document.fix, fix))] if fix else []))
        if problem.node:
            self.session.document.select([problem.node])

    def _on_run_left(self, entry: Entry) -> None:
        self.messages.show_message("info", news_of(entry), ("Bring it back", lambda: self.session.bring_back(entry)))

    def _on_session_message(self, kind: str, text: str) -> None:
        if kind == "error" and self.session.state == "blocked":  # about data or settings: over once they are mended
            self.messages.withdraw(self._refusal)
            found = next((p for p in self.session.document.analysis.errors if str(p) == text), None)
            if found is not None:
                self._on_refused(found)
                return
            self._refusal = text
            self._reason = text if text == self.session.document.info_error else ""
        elif kind == "error" and text == self.session.runs.current.failure:
            text = self._failure = f"{sentence(text).rstrip('.')}."
        elif kind == "info":
            self._passing.append(text)
        self.messages.show_message(kind, text)

    def _on_another_place(self, _index: int) -> None:
        """An edit, undo or redo: what was said of the one before, what undo would bring say, is no longer so."""
        while self._passing:
            self.messages.withdraw(self._passing.pop())

    def _on_state(self, state: str) -> None:
        if state not in ("blocked", "preparing"):
            self.messages.withdraw(self._refusal)
        if state != "failed":
            self.messages.withdraw(self._failure)

    def _on_mended(self) -> None:
        """What was in the way is, though data may have to be loaded yet, or something else is in the way now."""
        document = self.session.document
        if self._reason and self._reason not in (document.info_error, *map(str, document.analysis.errors)):
            self.messages.withdraw(self._refusal)
            self._reason = ""

    def _on_diagnosis(self, diagnosis: Diagnosis) -> None:
        if diagnosis.severity == "error":  # the run stopped; a warning stands in the status line
            self.messages.withdraw(self._told.get((diagnosis.kind, diagnosis.node), ""))
            self._told[diagnosis.kind, diagnosis.node] = f"{diagnosis.message} {diagnosis.remedy}"
            self.messages.show_message("error", f"{diagnosis.message} {diagnosis.remedy}")
            if diagnosis.node:
                self.session.document.select([diagnosis.node])

    def _withdraw_what_is_over(self, _news: object = None) -> None:
        for found in [key for key in self._told if key not in self.session.runs.standing]:  # or of a run that is no longer shown
            self.messages.withdraw(self._told.pop(found))
