"""The entrants of a race: which run, in what colour, and the value each has reached."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QSizePolicy, QTreeWidget, QTreeWidgetItem, QWidget

from vitrine.core.optimizers.base import Optimizer
from vitrine.core.surfaces.race import Trail
from vitrine.gui.look import theme
from vitrine.gui.panels.race.race_view import trail_pen
from vitrine.gui.widgets.charts.axes import value_text

NAME, VALUE = 0, 1
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
SWATCH = QSize(16, 12)


class RaceTable(QTreeWidget):
    """One row for each optimizer there is, in a fixed order: a box to tick, the line of its trail, f at the step shown."""

    ticked_changed = Signal()
    pointed = Signal(object)  # the type's name under the mouse or chosen by key, or None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kinds: list[type[Optimizer]] = list(Optimizer.registry)
        self._rows: dict[str, QTreeWidgetItem] = {}
        self._best: str | None = None
        self.setHeaderLabels(["Optimizer", "f(x, y)"])
        self.headerItem().setTextAlignment(VALUE, RIGHT)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setIconSize(SWATCH)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(60)
        self.setObjectName("race_optimizers")
        self.setAccessibleName("Optimizers that race, and the value each has reached")
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(VALUE, QHeaderView.ResizeMode.Fixed)
        self.header().setSectionsClickable(False)
        for kind in self.kinds:
            item = QTreeWidgetItem(self, [kind.title, ""])
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable)
            item.setTextAlignment(VALUE, RIGHT)
            item.setCheckState(NAME, Qt.CheckState.Unchecked)
            self._rows[kind.__name__] = item
        self.setMouseTracking(True)
        self.itemEntered.connect(lambda item, _column: self.pointed.emit(self._name_of(item)))
        self.currentItemChanged.connect(lambda item, _old: self.pointed.emit(self._name_of(item)))
        self.itemChanged.connect(self._changed)
        self.retheme()

    def _name_of(self, item: QTreeWidgetItem | None) -> str | None:
        return next((name for name, row in self._rows.items() if row is item), None)

    def _changed(self, item: QTreeWidgetItem, column: int) -> None:
        if column == NAME:
            self.ticked_changed.emit()

    def retheme(self) -> None:
        """Swatches and boxes in the theme's colours, and widths for its font."""
        self.setStyleSheet(_boxes())
        self._fit()
        self.blockSignals(True)
        for index, item in enumerate(self._rows.values()):
            item.setIcon(NAME, _swatch(index))
        self.blockSignals(False)

    def show_values(self, on: bool) -> None:
        """With or without the column of values, which is then left to the picture's readout."""
        if on == self.isColumnHidden(VALUE):
            self.setColumnHidden(VALUE, not on)
            self._fit()

    def _fit(self) -> None:
        metrics = self.fontMetrics()
        self.header().resizeSection(VALUE, metrics.horizontalAdvance("\N{MINUS SIGN}1.234e-10") + 12)
        names = max(metrics.horizontalAdvance(kind.title) for kind in self.kinds)
        self.setFixedWidth(names + self.header().sectionSize(VALUE) + SWATCH.width() + 46)

    # what runs
    @property
    def ticked(self) -> list[str]:
        return [name for name, item in self._rows.items() if item.checkState(NAME) == Qt.CheckState.Checked]

    def tick(self, names: set[str]) -> None:
        """Tick these and no others."""
        self.blockSignals(True)
        for name, item in self._rows.items():
            item.setCheckState(NAME, Qt.CheckState.Checked if name in names else Qt.CheckState.Unchecked)
        self.blockSignals(False)
        self.ticked_changed.emit()

    def item_of(self, name: str) -> QTreeWidgetItem:
        return self._rows[name]

    # what they have reached
    def show_step(self, trails: Mapping[str, Trail], step: int) -> None:
        """The value of each at the step; the lowest in bold."""
        reached = {name: trail.at(step)[2] for name, trail in trails.items()}
        lowest = min(reached, key=lambda name: reached[name], default=None)
        best = lowest if step and len(reached) > 1 else None
        self.blockSignals(True)
        for name, item in self._rows.items():
            text = ""
            if name in reached:
                out = trails[name].ended and step > trails[name].steps
                text = "diverged" if out else value_text(reached[name]).replace("-", "\N{MINUS SIGN}")
            if item.text(VALUE) != text:
                item.setText(VALUE, text)
        if best != self._best:
            for changed in (self._best, best):
                if changed is not None:
                    font = self.font()
                    font.setBold(changed == best)
                    self._rows[changed].setFont(VALUE, font)
            self._best = best
        self.blockSignals(False)

    def explain(self, name: str, text: str) -> None:
        self.blockSignals(True)
        for column in (NAME, VALUE):
            self._rows[name].setToolTip(column, text)
        self.blockSignals(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter ticks the current row: Space belongs to the run."""
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            on = item.checkState(NAME) == Qt.CheckState.Checked
            item.setCheckState(NAME, Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is low the rows get the header's room."""
        needed = len(self.kinds) * self.sizeHintForRow(0) + self.header().sizeHint().height()
        self.setHeaderHidden(self.height() < needed)
        super().resizeEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(None)
        super().leaveEvent(event)


def _boxes() -> str:
    """The style of check boxes, as those of forms."""
    colors = theme.current()
    check = (Path(theme.__file__).parent / "arrows" / f"check_{colors.name}.svg").as_posix()
    return (
        f"QTreeView::indicator {{ width: 12px; height: 12px; border: 1px solid {colors.muted}; border-radius: 3px; background: {colors.surface}; }}"
        f"QTreeView::indicator:checked {{ background: {colors.accent}; border-color: {colors.accent}; image: url('{check}'); }}"
    )


def _swatch(index: int) -> QIcon:
    """A piece of the trail's line."""
    pixmap = QPixmap(SWATCH * 2)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(theme.color("surface"))
    with QPainter(pixmap) as painter:
        painter.setPen(trail_pen(index, 2.2))
        painter.drawLine(0, SWATCH.height() // 2, SWATCH.width(), SWATCH.height() // 2)
    return QIcon(pixmap)
