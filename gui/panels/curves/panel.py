"""Loss and accuracy as the run goes: train and validation, by step or by epoch."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Never

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QContextMenuEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFileDialog, QLabel, QMenu, QSlider, QWidget

from vitrine.core.errors import FileError
from vitrine.core.files.history_csv import write_csv
from vitrine.core.metrics.base import metric_of
from vitrine.core.pictures.curves import Curves
from vitrine.gui.panels.base import Desk, Panel
from vitrine.gui.panels.curves.chart import Chart
from vitrine.gui.widgets.bar import Bar, choice, toggle
from vitrine.gui.widgets.placeholder import Placeholder

if TYPE_CHECKING:
    from vitrine.core.training.history import RunHistory

EMPTY = "Press Space to train: loss and accuracy are drawn here as they come."
REDRAW_SECONDS = 0.1
SLICE_SECONDS = 0.006  # of taking in a long record before the window gets its turn
LABELLED = 285  # pixels: from this width on the bar has room for the slider's label
SLIDER = 30  # steps of the smoothing slider, up to 10 ** 3


class CurvesPanel(Panel[Never]):
    """Two charts over one axis, beside each other where there is room."""

    id: ClassVar[str] = "curves"
    title: ClassVar[str] = "Curves"
    rank: ClassVar[int] = 10
    share: ClassVar[int] = 310
    tip: ClassVar[str] = "Loss and accuracy of training and validation; wheel to zoom, drag to move, double-click for all"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.curves = Curves(SLICE_SECONDS)
        self.charts = [Chart("Loss"), Chart("Accuracy")]
        for chart in self.charts:
            chart.hovered.connect(self._hover)
            chart.ranged.connect(self._set_range)
        self._history: RunHistory | None = None
        self._drawn_at = 0.0
        self._later = QTimer(self, singleShot=True, interval=round(1000 * REDRAW_SECONDS))
        self._later.timeout.connect(self._refresh)
        self._more = QTimer(self, singleShot=True, interval=1)
        self._more.timeout.connect(self._take_more)
        room = QWidget()
        self.pair = QBoxLayout(QBoxLayout.Direction.LeftToRight, room)
        self.pair.setContentsMargins(0, 0, 0, 0)
        self.pair.setSpacing(0)
        for chart in self.charts:
            self.pair.addWidget(chart, 1)
        self.body = Placeholder(room, EMPTY, self)
        self.lay_out(self._controls(), self.body)

    def _controls(self) -> QWidget:
        bar = Bar(self)
        self.axis = choice(("steps", "step"), ("epochs", "epoch"))
        bar.add(self.axis, "Horizontal axis: every training step, or the mean of each epoch", "axis")
        self.log = toggle("Log")
        bar.add(self.log, "Logarithmic scale for the loss: equal ratios are equally far apart", "log_axis")
        self.smooth_label = QLabel("Smooth")
        self.smooth_label.setProperty("role", "muted")
        bar.add(self.smooth_label)
        self.smooth = QSlider(Qt.Orientation.Horizontal)
        self.smooth.setRange(0, SLIDER)
        self.smooth.setValue(10)
        self.smooth.setMinimumWidth(36)
        self.smooth.setMaximumWidth(120)
        bar.add(self.smooth, "", "smoothing")
        bar.stretch()
        self.shown = choice(("both", "both"), ("loss", "loss"), ("accuracy", "accuracy"))
        bar.add(self.shown, "Which charts to show: loss, the other measure, or both", "shown")
        self.axis.currentIndexChanged.connect(self._settings_changed)
        self.shown.currentIndexChanged.connect(self._settings_changed)
        self.log.toggled.connect(self._settings_changed)
        self.smooth.valueChanged.connect(self._settings_changed)
        self._settings_changed()
        return bar

    @property
    def span(self) -> float:
        """Steps that smoothing averages over: 1 to 1,000, in equal ratios."""
        return math.pow(10.0, 3 * self.smooth.value() / SLIDER)

    def _settings_changed(self) -> None:
        self.curves.span = self.span
        steps = round(self.span)
        tip = "Smoothing: none" if steps == 1 else f"Smoothing: running average over about {steps} steps; measured values stay behind it"
        self.smooth.setToolTip(tip)
        self.smooth_label.setToolTip(tip)
        self.smooth.setEnabled(self.axis.currentData() == "step")
        self.charts[0].plot.log = self.log.isChecked()
        for chart in self.charts:
            if chart.x_name != self.axis.currentData():
                chart.x_name = self.axis.currentData()
                chart.set_view(None)
        self._refresh()

    # drawing
    def draw_history(self, history: RunHistory) -> None:
        """Redraws at most ten times a second; what came between is drawn by the timer."""
        self._history = history
        changed = self.curves.update(history)
        if self.curves.behind:
            self._more.start()
        if self._later.isActive() or not (changed or self.curves.behind):
            return
        if time.perf_counter() - self._drawn_at < REDRAW_SECONDS:
            self._later.start()
        else:
            self._refresh()

    def _take_more(self) -> None:
        """A long record comes in piece by piece."""
        if self._history is not None and self.seen:
            self.draw_history(self._history)

    def _refresh(self) -> None:
        metrics = self.curves.metrics
        if self._history is None or not (self._history.steps.count or self._history.epochs.count):
            self.body.say(EMPTY)
            return
        self._drawn_at = time.perf_counter()
        second = next((m for m in metrics if m != "loss"), "accuracy")
        for chart, metric in zip(self.charts, ("loss", second)):
            chart.title = _title(metric)
            if metric == "loss" and self.document.experiment.penalties:
                chart.title = "Loss, without penalty"
            axis = chart.x_name
            chart.show_lines(self.curves.lines(metric, axis), self.curves.best(metric, axis), self.curves.marks(axis))
        longest = max(chart.extent[1] for chart in self.charts)
        if self.axis.currentData() == "step":  # also while the record is yet coming in
            longest = max(longest, self._history.steps.last("step", 0.0))
        if self.curves.behind:
            self._more.start()
        for chart in self.charts:  # one axis for both
            chart.set_extent(longest)
        name = self.charts[1].title.lower() if second == "accuracy" else self.charts[1].title
        if self.shown.itemText(2) != name:
            self.shown.setItemText(2, name)
        wished = self.shown.currentData()
        measured = bool(self.charts[1].lines) or second == "accuracy" and self._classes
        self.charts[0].setVisible(wished in ("both", "loss") or not measured)
        self.charts[1].setVisible(wished in ("both", "accuracy") and measured)
        self.body.show_content()

    @property
    def _classes(self) -> bool:
        """Whether the run learns classes, so that accuracy will come even if nothing is measured yet."""
        info = self.info
        return info is None or bool(info.task.has_classes)

    def clear(self) -> None:
        self._history = None
        self._drawn_at = 0.0
        self.curves.update(None)
        self._set_range(math.nan, math.nan)
        for chart in self.charts:
            chart.show_lines([], None, [])
        self.body.say(EMPTY)

    def theme_changed(self) -> None:
        for chart in self.charts:
            chart.retheme()

    # the mouse
    def _hover(self, x: float) -> None:
        for chart in self.charts:
            chart.set_cursor(x)

    def _set_range(self, low: float, high: float) -> None:
        for chart in self.charts:
            chart.set_view(None if math.isnan(low) else (low, high))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.smooth_label.setVisible(self.width() >= LABELLED)
        wide = self.width() >= 1.15 * self.height()
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self.pair.direction() != direction:
            self.pair.setDirection(direction)

    # taking it elsewhere
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.make_menu()
        menu.exec(event.globalPos())
        menu.deleteLater()

    def make_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction("Show all", lambda: self._set_range(math.nan, math.nan))
        menu.addSeparator()
        picture = menu.addAction("Save picture…", self._ask_picture)
        values = menu.addAction("Save values as CSV…", self._ask_csv)
        for action in (picture, values):
            action.setEnabled(not self.body.text)
        return menu

    def _ask_picture(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, "Save picture", "curves.png", "PNG pictures (*.png)")
        if path:
            self.save_picture(Path(path))

    def _ask_csv(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, "Save values", "run.csv", "Comma-separated values (*.csv)")
        if path:
            self.save_csv(Path(path))

    def save_picture(self, path: Path) -> None:
        """The charts as they stand, as a PNG file."""
        if not path.suffix:
            path = path.with_suffix(".png")
        if self.body.content.grab().save(str(path)):
            self.message.emit("info", f"Saved {path}.")
        else:
            self.message.emit("error", f"{path} can't be written; choose another folder or the ending .png.")

    def save_csv(self, path: Path) -> None:
        if self._history is None:
            return
        try:
            written = write_csv(self._history, path if path.suffix else path.with_suffix(".csv"))
        except FileError as error:
            self.message.emit("error", str(error))
            return
        self.message.emit("info", f"Saved {', '.join(str(p) for p in written)}.")


def _title(key: str) -> str:
    """The metric's own title; the loss has none of its own."""
    kind, variant = metric_of(key)
    return key.capitalize() if kind is None else kind.title + variant
