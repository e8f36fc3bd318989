"""The toolbar: run, pause, step, reset, the learning rate, and where the run is."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QToolBar, QToolButton, QVBoxLayout, QWidget

from vitrine.core.kernels import threads
from vitrine.gui.forms.number import format_number
from vitrine.gui.look import theme
from vitrine.gui.look.icons import icon
from vitrine.gui.state.session import Session

ORDER = ("run", "pause", "step_batch", "step_epoch", "reset", "new_weights")

RUN_WORDS = {"": "Run", "running": "Pause", "finished": "Train on", "paused": "Resume"}


class Readout(QWidget):
    """A number over its name, of a width that does not follow the number."""

    def __init__(self, name: str, widest: str, tip: str) -> None:
        super().__init__()
        self.value = QLabel("–")
        label = QLabel(name)
        label.setProperty("role", "muted")
        for part in (self.value, label):
            part.setAlignment(Qt.AlignmentFlag.AlignRight)
        font = label.font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        label.setFont(font)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 0, 6, 0)
        layout.setSpacing(0)
        layout.addWidget(self.value)
        layout.addWidget(label)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance(widest) + 14)
        self.setToolTip(tip)

    def show_text(self, text: str) -> None:
        if text != self.value.text():
            self.value.setText(text)


class RunBar(QToolBar):
    """Buttons for the run's actions and live readouts."""

    def __init__(self, session: Session, actions: dict[str, QAction]) -> None:
        super().__init__("Training")
        self.setObjectName("run_bar")
        self.setMovable(False)
        self.setIconSize(QSize(20, 20))
        self.session = session
        self.actions_by_id = actions
        self._drawn: tuple[str, theme.Theme] | None = None
        actions["run"].setIcon(icon("run", "on_accent"))
        for name in ORDER:
            self.addAction(actions[name])
            button = self.widgetForAction(actions[name])
            button.setObjectName(f"{name}_button")
            if name == "run" and isinstance(button, QToolButton):
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
                button.setMinimumWidth(self._widest(button, actions[name]))
        self.addSeparator()
        for name in ("undo", "redo"):
            self.addAction(actions[name])
        self.addSeparator()
        self.addWidget(self._rate_field())
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(spacer)
        self.readouts = {
            "loss": Readout("loss", "0.0000e-00", "Loss of the latest batch"),
            "epoch": Readout("epoch", "1000 / 1000", "Epochs finished, of those planned"),
            "step": Readout("step", "10,000,000", "Batches learnt"),
            "rate": Readout("samples/s", "10,000,000", "Examples learnt a second"),
            "left": Readout("time left", "100 h 00 min", "At the present speed"),
        }
        for readout in self.readouts.values():
            self.addWidget(readout)
        session.state_changed.connect(lambda _state: self.refresh())
        session.runs.ticked.connect(self.refresh_numbers)
        theme.switch().changed.connect(self.refresh)
        session.runs.prepared.connect(lambda _history: self.refresh_numbers())
        session.document.changed.connect(self.refresh)
        self.refresh()

    @staticmethod
    def _widest(button: QToolButton, action: QAction) -> int:
        """The width of the button under its longest name, so that nothing moves when training begins."""
        before, widths = action.text(), []
        for text in RUN_WORDS.values():
            action.setText(text)
            button.ensurePolished()
            widths.append(button.sizeHint().width())
        action.setText(before)
        return max(widths)

    def _rate_field(self) -> QWidget:
        box = QWidget()
        layout = QHBoxLayout(box)
        layout.setContentsMargins(6, 0, 6, 0)
        label = QLabel("Learning rate")
        self.rate = QLineEdit()
        self.rate.setObjectName("learning_rate")
        self.rate.setFixedWidth(84)
        self.rate.setToolTip("Size of a step; may be changed while training. Up and down: factors of about three.")
        self.rate.editingFinished.connect(self._rate_edited)
        self.rate.installEventFilter(self)
        label.setBuddy(self.rate)
        layout.addWidget(label)
        layout.addWidget(self.rate)
        box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        return box

    def eventFilter(self, watched: object, event: object) -> bool:
        if watched is self.rate and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                self._nudge(1 if event.key() == Qt.Key.Key_Up else -1)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.refresh()
                return True
        return False

    def _nudge(self, direction: int) -> None:
        """To the next of 1, 3, 10, 30, … up or down."""
        value = self.session.document.experiment.optimizer.learning_rate
        if not isinstance(value, int | float) or not math.isfinite(value):
            return
        ladder = [m * 10.0**e for e in range(-9, 4) for m in (1, 3)]
        larger = [v for v in ladder if v > value * 1.0001]
        smaller = [v for v in ladder if v < value * 0.9999]
        found = larger[:1] if direction > 0 else smaller[-1:]
        if found:
            self.session.set_learning_rate(float(f"{found[0]:g}"))

    def _rate_edited(self) -> None:
        try:
            value = float(self.rate.text().replace(",", "."))
        except ValueError:
            value = math.nan
        field = self.session.document.experiment.optimizer.field("learning_rate")
        problem = "must be a number such as 0.01" if math.isnan(value) else field.problem(value)
        self.rate.setProperty("invalid", problem is not None)
        self.rate.style().polish(self.rate)
        if problem:
            self.session.message.emit("warning", f"Learning rate {problem}. It stays at {self._shown_rate()}.")
            self.rate.setText(self._shown_rate())
            self.rate.setProperty("invalid", False)
            self.rate.style().polish(self.rate)
        else:
            self.session.set_learning_rate(value)

    def _shown_rate(self) -> str:
        return format_number(self.session.document.experiment.optimizer.learning_rate)  # what the form holds, empty or not

    def refresh(self) -> None:
        """Buttons that can't be used are gray; Run says what it will do."""
        state = self.session.state
        running = state == "running"
        actions = self.actions_by_id
        self.readouts["loss"].setToolTip(f"Loss of the latest batch: {self.session.document.experiment.loss_text}")
        actions["run"].setText(RUN_WORDS.get(state, RUN_WORDS[""]))
        drawn = "pause" if running else "run", theme.current()
        if drawn != self._drawn:
            self._drawn = drawn
            actions["run"].setIcon(icon(drawn[0], "on_accent"))
        if not self.rate.hasFocus() or not self.rate.isModified():
            self.rate.setText(self._shown_rate())
            self.rate.setModified(False)
        self.refresh_numbers()

    def refresh_numbers(self) -> None:
        session, shown = self.session, self.readouts
        planned = session.document.experiment.training.epochs
        epochs = planned if isinstance(planned, int) else 0  # the form's field may be empty
        shown["epoch"].show_text(f"{session.runs.epoch} / {epochs or '–'}")
        shown["step"].show_text(f"{session.runs.step:,}")
        history = session.runs.history
        loss = history.last_loss() if history is not None else None
        shown["loss"].show_text("–" if loss is None else f"{loss:.4g}")
        speed = history.steps_per_second() if history is not None and session.state == "running" else 0.0
        if not speed:
            shown["rate"].show_text("–")
            shown["left"].show_text("–")
            return
        assert history is not None
        per_epoch = max(1, session.runs.steps_per_epoch)
        shown["rate"].setToolTip(f"Examples learnt a second, with {threads.current()}")
        shown["rate"].show_text(f"{speed * session.runs.examples_per_epoch / per_epoch:,.0f}")
        shown["left"].show_text(duration(history.steps_left(epochs, per_epoch) / speed))


def duration(seconds: float) -> str:
    """Time in the two units that matter."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
