"""What lies above the canvas: how to begin while it is empty, and the zoom buttons in its corner."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout

from vitrine.core.layers.base import entry
from vitrine.gui.canvas import edits
from vitrine.gui.canvas.commands import BY_ID, CanvasCommand, spelled
from vitrine.gui.canvas.ground import Ground
from vitrine.gui.canvas.verbs import Verbs
from vitrine.gui.look import theme

_BEGIN = (
    "Then double-click layers in the palette to append them, or drag them here\n"
    "and draw connections from a card's right port to the next card."
)


_GO_ON = "Drag layers from the palette here, or double-click them: each joins the end of the network."


class EmptyState(QFrame):
    """Says how to begin, with a button that does it; once there is an input and no more, how to go on."""

    def __init__(self, canvas: Ground) -> None:
        super().__init__(canvas)  # not the viewport: that takes its children along when it scrolls
        self.setObjectName("canvas_empty")
        self.canvas = canvas
        self.title = title = QLabel("A network begins with an Input layer")
        title.setProperty("role", "title")
        self.text = text = QLabel(_BEGIN)
        text.setProperty("role", "muted")
        self.button = QPushButton("Add an Input")
        self.button.setObjectName("canvas_begin")
        self.button.clicked.connect(self._begin)
        box = QVBoxLayout(self)
        box.setSpacing(10)
        for widget in (title, text, self.button):
            box.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        title.setWordWrap(False)
        text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        text.setWordWrap(True)

    def _begin(self) -> None:
        self.canvas.setFocus()
        edits.add_entry(self.canvas.document, entry())

    def refresh(self) -> None:
        nodes = self.canvas.document.graph.nodes
        begun = bool(nodes)
        self.setVisible(all(node.layer.is_entry() for node in nodes))
        if self.isHidden():
            return
        self.title.setVisible(not begun)
        self.button.setVisible(not begun)
        self.text.setText(_GO_ON if begun else _BEGIN)
        room = self.canvas.viewport().rect()
        width = max(160, min(420, room.width() - 60))
        self.text.setFixedSize(width, self.text.heightForWidth(width))
        self.resize(self.sizeHint())
        middle = (room.height() - self.height()) // 2
        low = room.height() - self.height() - 48  # below the card and clear of the zoom buttons
        self.move((room.width() - self.width()) // 2, max(8, low if begun else middle))


def _carry_out(command: CanvasCommand, verbs: Verbs, _checked: bool = False) -> None:
    command.do(verbs)


class ZoomBar(QFrame):
    """Zoom out, the zoom itself, zoom in, fit, arrange."""

    def __init__(self, verbs: Verbs) -> None:
        super().__init__(verbs.ground)  # not the viewport: that takes its children along when it scrolls
        self.setObjectName("zoom_bar")
        self.canvas = verbs.ground
        box = QHBoxLayout(self)
        box.setContentsMargins(2, 2, 2, 2)
        box.setSpacing(0)
        made = {}
        for name, text in (("zoom_out", "−"), ("zoom_reset", "100 %"), ("zoom_in", "+"), ("fit", "Fit"), ("arrange", "Arrange")):
            command = BY_ID[name]
            button = QToolButton()
            button.setObjectName(f"canvas_{name}")
            button.setText(text)
            button.setToolTip(f"{command.tip} ({spelled(command.keys[0])})")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(partial(_carry_out, command, verbs))
            box.addWidget(button)
            made[name] = button
        self.percent = made["zoom_reset"]
        self.percent.setMinimumWidth(self.percent.fontMetrics().horizontalAdvance("100 %") + 22)
        self._look = ""
        self.canvas.zoom_changed.connect(self.show_zoom)

    def show_zoom(self, zoom: float) -> None:
        self.percent.setText(f"{zoom:.0%}".replace("%", " %"))

    def refresh(self) -> None:
        """In its corner, in the theme's colors. A new style sheet is costly, and every resize comes by here."""
        colors = theme.current()
        look = (
            f"QFrame#zoom_bar {{ background: {colors.surface}; border: 1px solid {colors.border}; border-radius: 5px; }}"
            "QFrame#zoom_bar QToolButton { padding: 2px 6px; }"
        )
        if look != self._look:
            self._look = look
            self.setStyleSheet(look)
            self.adjustSize()
            self.percent.setFixedSize(self.percent.sizeHint())  # another number asks for no other layout
            self.adjustSize()
        room = self.canvas.viewport().rect()
        self.move(room.width() - self.width() - 8, room.height() - self.height() - 8)
