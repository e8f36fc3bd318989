"""Studies over several runs: a learning curve with its verdict, a repeated holdout; and whatever type joins them."""

from __future__ import annotations

import logging
from typing import ClassVar, Never

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from vitrine.core.contributions import reason
from vitrine.core.errors import GUEST
from vitrine.core.studies.base import Study, Values, checked_picture, csv_text
from vitrine.core.training.continuing import change_between
from vitrine.core.training.experiment import Experiment
from vitrine.gui.forms import SpecForm
from vitrine.gui.panels.base import Desk, Panel
from vitrine.gui.panels.studies.study_chart import StudyChart
from vitrine.gui.panels.studies.study_run import StudyRunner, StudyThread, data_through
from vitrine.gui.widgets.bar import Bar, KeyButton, choice, toggle
from vitrine.gui.widgets.labels import LineLabel
from vitrine.gui.widgets.placeholder import Placeholder

log = logging.getLogger(__name__)

POLL_MS = 80
NARROW = 620  # pixels of width under which the settings make room for the results
SETTINGS_WIDTH = 214
LEAST_RESULTS = 180  # pixels of width beside the settings; with less, either is shown
WORDS_HEIGHT = 62  # of the verdict; more of it scrolls
BESIDE = "It trains networks of its own; the live run goes on, but the two share the processor."


class StudiesPanel(Panel[Never]):
    """Choose a study, set it, start it; progress, results so far and at the end a verdict in words."""

    id: ClassVar[str] = "studies"
    title: ClassVar[str] = "Studies"
    rank: ClassVar[int] = 80
    behind: ClassVar[str] = "curves"
    tip: ClassVar[str] = "Several runs at a stretch: more examples or a larger network? How good on unseen data, and how surely?"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.runner = StudyRunner()
        self.rows: list[Values] = []
        self._met = False  # somebody has seen it
        self._studies: dict[str, Study] = {cls.__name__: cls() for cls in Study.registry}
        self._disabled: dict[str, str] = {}  # by the study's type: why it can't be used any more
        self._measured: tuple[Study, Experiment] | None = None  # what the rows are of
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._poll)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._make_bar())
        layout.addLayout(self._make_middle(), 1)
        layout.addWidget(self._make_foot())
        self._set_running(False)
        self._choose()
        self.document.changed.connect(self._mark_old)
        self.destroyed.connect(self.runner.stop)

    # parts
    def _make_bar(self) -> Bar:
        bar = Bar(self)
        self.kind = choice(*((study.title, name) for name, study in self._studies.items()), elastic=True)
        bar.add(self.kind, "Which study", "study")
        self.start_button, self.cancel_button, self.copy_button = (KeyButton() for _ in range(3))
        for button, text, tip, slot in (
            (self.start_button, "Start", f"Begin the study. {BESIDE}", self.start),
            (self.cancel_button, "Cancel", "End the study after the step under way; what was measured stays", self.cancel),
            (self.copy_button, "CSV", "Copy every run's values as comma-separated text, for a spreadsheet", self.copy_csv),
        ):
            button.setText(text)
            button.setProperty("role", "toggle")
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(slot)
            bar.add(button, tip, f"study_{text.lower().replace(' ', '_')}")
        self.settings_button = toggle("Settings", checked=True)
        bar.add(self.settings_button, "Show or hide the study's settings", "study_settings")
        self.note = bar.note()
        self.kind.currentIndexChanged.connect(lambda _index: self._choose())
        self.settings_button.toggled.connect(lambda _on: self._share_room())
        return bar

    def _share_room(self) -> None:
        """Settings beside the results, or in their place where the panel is narrow."""
        both, wanted = self.width() >= SETTINGS_WIDTH + LEAST_RESULTS, self.settings_button.isChecked()
        self.settings.setMinimumWidth(SETTINGS_WIDTH if both else 0)
        self.settings.setMaximumWidth(SETTINGS_WIDTH if both else 16_777_215)
        self.settings.setVisible(wanted)
        self.body.setVisible(both or not wanted)

    def showEvent(self, event: QShowEvent) -> None:
        if not self._met and self.width() < SETTINGS_WIDTH + LEAST_RESULTS:
            self.settings_button.setChecked(False)  # first what it is about
        self._met = True
        super().showEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._share_room()
        super().resizeEvent(event)

    def _make_middle(self) -> QHBoxLayout:
        self.form = SpecForm(next(iter(self._studies.values())))
        self.form.edited.connect(lambda spec, _path: self._studies.update({type(spec).__name__: spec}))
        holder = QWidget(self)
        column = QVBoxLayout(holder)
        column.setContentsMargins(8, 4, 6, 4)
        column.addWidget(self.form)
        column.addStretch(1)
        self.settings = _scrolling(holder, self)
        self.chart = StudyChart()
        self.body = Placeholder(self.chart, "", self)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.settings)
        row.addWidget(self.body, 1)
        return row

    def _make_foot(self) -> QWidget:
        foot = QWidget(self)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(8)
        self.doing = LineLabel("muted")
        self.progress.setAccessibleName("Progress of the study")
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setMargin(6)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.words_area = _scrolling(self.words, foot)
        self.words_area.setMaximumHeight(WORDS_HEIGHT)
        layout = QVBoxLayout(foot)
        layout.setContentsMargins(6, 0, 6, 4)
        layout.setSpacing(2)
        layout.addWidget(self.doing)
        layout.addWidget(self.progress)
        layout.addWidget(self.words_area)
        return foot

    # verbs
    @property
    def study(self) -> Study:
        """The chosen one with its settings."""
        return self._studies[self.kind.currentData()]

    def start(self) -> None:
        """Begin the chosen study of the document's experiment as it is now."""
        if self.runner.thread is not None:
            return
        self.form.finish()
        reason = self._obstacle()
        if reason:
            self._say(reason, "error")
            return
        study, experiment = self.study, self.document.experiment
        self.rows, self._measured = [], (study, experiment)
        self.body.say("The first result shows here when its run is over.")
        self._say("")
        self.note.setText("")
        if self.width() < NARROW:
            self.settings_button.setChecked(False)
        self.runner.start(study, experiment, data_through(self.desk.source, experiment), self.desk.courtesy)
        self._set_running(True)
        self._poll()

    def cancel(self) -> None:
        if self.runner.thread is not None:
            self.runner.thread.cancel()
            self.cancel_button.setEnabled(False)

    def copy_csv(self) -> None:
        QGuiApplication.clipboard().setText(csv_text(self.rows))
        self.note.setText(f"{len(self.rows)} row{'s' * (len(self.rows) != 1)} copied")

    def _obstacle(self) -> str:
        """Why no study can start, or an empty text."""
        disabled = self._disabled.get(type(self.study).__name__)
        if disabled:
            return disabled
        found = self.study.problems()
        if found:
            self.settings_button.setChecked(True)
            return f"The study can't start: {found[0]}."
        if self.document.info is None:
            return f"The study can't start: {self.document.info_error or 'there is no data'}"
        faults = self.document.analysis.errors
        return f"The study can't start: {faults[0]}" if faults else ""

    # what happens
    def _choose(self) -> None:
        """Another type of study: its form; its results, if they are what was measured last."""
        self.form.set_spec(self.study)
        self.kind.setToolTip(self.study.summary)
        if self._measured is None or not self.rows:
            self.body.say(f"{self.study.summary} Press Start. {BESIDE}")

    def _poll(self) -> None:
        thread = self.runner.thread
        if thread is None:
            return
        over = thread.over  # before the rows: none is left behind then
        found = thread.take_rows()
        if found:
            self.rows += found
            self.copy_button.setEnabled(True)
            self._draw(thread.study)
            if self.runner.thread is None:
                return
        self.progress.setValue(round(thread.progress.done * 1000))
        self.doing.setText(f"{thread.progress.done * 100:.0f} % \N{MIDDLE DOT} {thread.progress.text}")
        if over:
            self._finish(thread)

    def _draw(self, study: Study) -> None:
        """Show the rows so far. A contributed study may have no picture for them: it is disabled, the others go on."""
        try:
            self.chart.show_picture(checked_picture(study.picture(self.rows)))
        except GUEST as error:
            log.exception("%s can't be drawn", type(study).__name__)
            sentence = (
                f"The study {study.title} is out of order and was disabled: {reason(error)}. The others go on; the log has the details."
            )
            self._disabled[type(study).__name__] = sentence
            self.runner.stop()
            self._set_running(False)
            self._say(sentence, "error")
            self.body.say("There is no picture of this study. Its values can be copied: CSV.")
        else:
            self.body.show_content()

    def _finish(self, thread: StudyThread) -> None:
        self.runner.stop()
        self._set_running(False)
        if thread.failure:
            self._say(f"{thread.study.title} stopped. {thread.failure}", "error")
        elif thread.verdict is not None:
            self._say(f"<b>{thread.study.title}.</b> {_plain(thread.verdict.text)} <i>{_plain(thread.verdict.remedy)}</i>")
        else:
            self._say(f"Cancelled after {len(self.rows)} run{'s' * (len(self.rows) != 1)}; there is no verdict.", "muted")
        if not self.rows:
            self._measured = None
            self._choose()
        self._mark_old()

    def end(self) -> None:
        """Cancel the study; its thread ends by itself, after the step under way."""
        self._timer.stop()
        if self.runner.thread is not None:
            self.runner.stop()
            self._set_running(False)
            self._say("Cancelled; there is no verdict.", "muted")

    def _set_running(self, running: bool) -> None:
        (self._timer.start if running else self._timer.stop)()
        before, after = (self.start_button, self.cancel_button) if running else (self.cancel_button, self.start_button)
        focused = before.hasFocus()
        self.cancel_button.setEnabled(running)
        after.show()
        if focused:
            after.setFocus()
        before.hide()
        self.kind.setEnabled(not running)
        self.form.setEnabled(not running)
        self.progress.setVisible(running)
        self.doing.setVisible(running)
        self.words_area.setVisible(not running and bool(self.words.text()))
        self.copy_button.setEnabled(bool(self.rows))

    def _say(self, text: str, role: str = "") -> None:
        self.words.setTextFormat(Qt.TextFormat.PlainText if role else Qt.TextFormat.RichText)
        self.words.setText(text)
        self.words.setProperty("role", role)
        self.words.style().polish(self.words)
        self.words_area.setVisible(bool(text))

    def _mark_old(self) -> None:
        """Say so where the results are not the present experiment's."""
        if self._measured is None or not self.rows:
            return
        changed = change_between(self._measured[1], self.document.experiment) != "none"
        self.note.setText("The experiment has changed since." if changed else "")

    def theme_changed(self) -> None:
        self.chart.retheme()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.end()
        super().closeEvent(event)


def _plain(text: str) -> str:
    """Without signs that rich text would take for its own."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _scrolling(widget: QWidget, parent: QWidget) -> QScrollArea:
    area = QScrollArea(parent)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(widget)
    return area
