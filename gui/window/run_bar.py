"""The toolbar: run, pause, step, reset, the learning rate, and where the run is."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolBar, QToolButton, QVBoxLayout, QWidget

from vitrine.core.kernels import threads
from vitrine.gui.forms.rate_field import RateField
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
        self.rate = RateField(self.session)
        label.setBuddy(self.rate)
        layout.addWidget(label)
        layout.addWidget(self.rate)
        box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        return box

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
        self.rate.refresh()
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
