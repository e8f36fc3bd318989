"""A panel's row of controls, low enough for a small dock."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QHelpEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QToolButton,
    QToolTip,
    QWidget,
)  # fmt: skip

from vitrine.gui.widgets.labels import LineLabel

NARROWEST = 46  # pixels of a choice whose text is cut


class Bar(QWidget):
    """Widgets side by side; `note` is a line of text, `stretch` pushes the rest to the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(4, 2, 4, 2)
        self.row.setSpacing(4)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def add(self, widget: QWidget, tip: str = "", name: str = "") -> QWidget:
        if tip:
            widget.setToolTip(tip)
        if name:
            widget.setObjectName(name)
            widget.setAccessibleName(name.replace("_", " "))
        self.row.addWidget(widget)
        return widget

    def note(self) -> QLabel:
        """A muted line that takes the room there is and ends in an ellipsis where it must."""
        label = LineLabel("muted")
        self.row.addWidget(label, 1)
        return label

    def stretch(self) -> None:
        self.row.addStretch(1)


class KeyButton(QToolButton):
    """A tool button that Enter presses too: Space belongs to the run."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class Choice(QComboBox):
    """A combo box as wide as the text it shows. An elastic one may be made narrower: the text then ends in an
    ellipsis and stands in the tooltip."""

    def __init__(self, elastic: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.elastic = elastic
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setMinimumContentsLength(1)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.currentTextChanged.connect(lambda _text: self.updateGeometry())

    def sizeHint(self) -> QSize:
        size, metrics = super().sizeHint(), self.fontMetrics()
        texts = [metrics.horizontalAdvance(self.itemText(i)) for i in range(self.count())]
        shown = metrics.horizontalAdvance(self.currentText() or "0")
        return QSize(size.width() - max([metrics.horizontalAdvance("0"), *texts]) + shown + 2, size.height())

    def minimumSizeHint(self) -> QSize:
        size = self.sizeHint()
        return QSize(min(size.width(), NARROWEST), size.height()) if self.elastic else size

    def _option(self) -> tuple[QStyleOptionComboBox, bool]:
        """How to draw it, and whether the text is cut."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self).width()
        option.currentText = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room)
        return option, option.currentText != self.currentText()

    @property
    def cut(self) -> bool:
        return self._option()[1]

    def paintEvent(self, event: QPaintEvent) -> None:
        option, _ = self._option()
        with QPainter(self) as painter:
            self.style().drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option, painter, self)
            self.style().drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option, painter, self)

    def showPopup(self) -> None:
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + 12)
        super().showPopup()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self.cut:
            QToolTip.showText(event.globalPos(), f"{self.currentText()}\n{self.toolTip()}".strip(), self)
            return True
        return super().event(event)


def choice(*entries: tuple[str, str], elastic: bool = False) -> Choice:
    """A choice of (text, data)."""
    box = Choice(elastic)
    for text, data in entries:
        box.addItem(text, data)
    return box


def toggle(text: str, checked: bool = False) -> QToolButton:
    """A button that stays pressed."""
    button = KeyButton()
    button.setText(text)
    button.setCheckable(True)
    button.setChecked(checked)
    button.setProperty("role", "toggle")
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
