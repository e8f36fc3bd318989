"""A slim bar for messages, in place of message boxes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QColor, QCursor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from vitrine.gui.look import theme

KINDS = {"info": ("accent", "i"), "warning": ("warning", "!"), "error": ("error", "×")}
INFO_MS = 6_000  # at the least
ACTION_MS = 20_000  # where there is something to press
READING_MS = 60  # a character
MOST_WAITING = 20
MOST_ACTIONS = 3
LINES = 3  # of a long text until the reader wants all of it


Action = tuple[str, Callable[[], object]]  # what a button says and does


@dataclass(frozen=True)
class Message:
    """kind: "info", "warning" or "error". actions: a button for each."""

    kind: str
    text: str
    actions: tuple[Action, ...] = ()

    @property
    def reading_time(self) -> int:
        return max(ACTION_MS if self.actions else INFO_MS, READING_MS * len(self.text))


class MessageBar(QWidget):
    """Shows one message at a time; others wait. Errors and warnings stay until dismissed (Esc), infos fade once there
    was time to read them, though not under the mouse; what stood before them comes back then. A long text shows three
    lines and a button for the rest.

    `above`: lies on the upper edge of that widget, which keeps its size and place when messages come and go.
    """

    shown = Signal()  # a message has come up
    gone = Signal()  # the last message was dismissed

    def __init__(self, parent: QWidget | None = None, above: QWidget | None = None) -> None:
        super().__init__(above or parent)
        self.setObjectName("message_bar")
        self._above = above
        if above is not None:
            above.installEventFilter(self)
            self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)  # a click here is none on what lies below
        self.current: Message | None = None
        self._waiting: deque[Message] = deque(maxlen=MOST_WAITING)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._fade)
        self._pointer = QCursor.pos()
        self.label = QLabel(self)
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.label.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.fold = QToolButton(self)
        self.fold.setObjectName("message_fold")
        self.fold.setCheckable(True)
        self.fold.setText("More")
        self.fold.setStyleSheet("padding: 1px 6px;")
        self.fold.setToolTip("Show all of the message")
        self.fold.toggled.connect(self._unfold)
        self.buttons: list[QPushButton] = []
        for number in range(MOST_ACTIONS):
            button = QPushButton(self)
            button.setObjectName(f"message_action_{number}")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # who clicks goes on with the keys where they were
            button.clicked.connect(lambda _checked=False, number=number: self._act(number))
            self.buttons.append(button)
        self.more = QLabel(self)
        self.more.setProperty("role", "muted")
        self.close_button = QToolButton(self)
        self.close_button.setText("✕")
        self.close_button.setStyleSheet("padding: 1px 6px;")
        self.close_button.setToolTip("Dismiss (Esc)")
        self.close_button.setAccessibleName("Dismiss the message")
        self.close_button.clicked.connect(self.dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(34, 3, 6, 3)
        layout.setSpacing(8)
        layout.addWidget(self.label, 1, Qt.AlignmentFlag.AlignVCenter)
        for widget in (self.fold, self.more, *self.buttons, self.close_button):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        theme.switch().changed.connect(self.update)
        self._watched: QWidget | None = None
        self.hide()

    @property
    def button(self) -> QPushButton:
        """The first action's."""
        return self.buttons[0]

    def show_message(self, kind: str, text: str, *actions: Action, answer: bool = False) -> None:
        """Say `text` now, or after what is being said; a repetition is dropped. An error goes before what fades, and what fades or
        is the `answer` to a verb before what stands, which then comes back."""
        message = Message(kind if kind in KINDS else "info", text, actions)
        at_once = answer or message.kind == "info"
        same = [m for m in (self.current, *self._waiting) if m is not None and (m.kind, m.text) == (message.kind, text)]
        if self.current in same and self._timer.isActive():
            self._timer.start(message.reading_time)
        if same and (self.current in same or not at_once):
            return
        if same:
            self._waiting.remove(same[0])
        if self.current is None or self.current.kind == "info":
            self._show(message)
        elif at_once:
            self._waiting.appendleft(self.current)
            self._show(message)
        else:
            self._waiting.append(message)
            self._show_count()

    def answer(self, kind: str, text: str) -> None:
        """What a verb came to: seen at once, whatever else stands."""
        self.show_message(kind, text, answer=True)

    def dismiss(self) -> None:
        """Done with this message; the next one, if any, comes up."""
        self._timer.stop()
        self._pass_focus_on()
        if self._waiting:
            self._show(self._waiting.popleft())
        else:
            self.current = None
            self.hide()
            self.gone.emit()

    def _pass_focus_on(self) -> None:
        """What is hidden with the focus leaves it to its neighbor, whichever that is: give it to what lies below."""
        if self._above is not None and any(w.hasFocus() for w in (self.label, self.fold, *self.buttons, self.close_button)):
            self._above.setFocus()

    def withdraw(self, text: str) -> None:
        """What this said is no longer so."""
        self._waiting = deque((m for m in self._waiting if m.text != text), MOST_WAITING)
        if self.current is not None and self.current.text == text:
            self.dismiss()
        else:
            self._show_count()

    def drop_infos(self) -> None:
        """What was said by the way is about work that is gone."""
        self._waiting = deque((m for m in self._waiting if m.kind != "info"), MOST_WAITING)
        if self.current is not None and self.current.kind == "info":
            self.dismiss()

    def clear(self) -> None:
        """Forget all messages."""
        self._waiting.clear()
        self.dismiss()

    def _show(self, message: Message) -> None:
        self.current = message
        self.label.setText(message.text)
        for number, button in enumerate(self.buttons):
            button.setVisible(number < len(message.actions))
            if number < len(message.actions):
                button.setText(message.actions[number][0])
        self._show_count()
        self._timer.stop()
        self._pointer = QCursor.pos()
        if message.kind == "info":
            self._timer.start(message.reading_time)
        self.setAccessibleName(f"{message.kind}: {message.text}")
        self._watch()
        self.fold.setChecked(False)
        self.show()
        self._place()
        self.update()
        self.shown.emit()

    # size and place
    def _unfold(self, on: bool) -> None:
        self.fold.setText("Less" if on else "More")
        if on:
            self._timer.stop()
        self._place()

    def _place(self) -> None:
        """As high as the text asks for, or as three lines of it; on the upper edge of what lies below."""
        lines = LINES * self.label.fontMetrics().height()
        width = self._above.width() if self._above is not None else self.width()
        others = [w for w in (self.more, *self.buttons, self.close_button) if not w.isHidden()]
        room = width - 60 - sum(w.sizeHint().width() + 8 for w in others)
        self.fold.setVisible(self.label.heightForWidth(max(room, 60)) > lines)
        self.label.setMaximumHeight(16_777_215 if self.fold.isChecked() else lines)
        box = self.layout()
        assert box is not None
        box.activate()
        if self._above is not None:
            self.setGeometry(0, 0, width, max(box.heightForWidth(width), 28))
            self.raise_()

    def _fade(self) -> None:
        """Time is up: go, unless the mouse came over the text meanwhile."""
        if self.underMouse() and QCursor.pos() != self._pointer:
            self._timer.start(INFO_MS)
        else:
            self.dismiss()

    def _show_count(self) -> None:
        count = len(self._waiting)
        self.more.setText(f"+{count}")
        self.more.setToolTip(f"{count} more message{'s' if count != 1 else ''} after this one")
        self.more.setVisible(count > 0)

    def _act(self, number: int) -> None:
        actions = self.current.actions if self.current is not None else ()
        self.dismiss()
        if number < len(actions):
            actions[number][1]()

    # Esc anywhere in the window dismisses, unless what has the focus has a use for it
    def _watch(self) -> None:
        window = self.window()
        if window is not self and window is not self._watched:
            window.installEventFilter(self)
            self._watched = window

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._above:
            if event.type() == QEvent.Type.Resize and self.isVisible():
                self._place()
            return False
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self.isVisible():
            if event.key() == Qt.Key.Key_Escape and event.modifiers() == Qt.KeyboardModifier.NoModifier:
                self.dismiss()
                return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._timer.stop()
        super().closeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.current is None:
            return
        with QPainter(self) as painter:
            name, sign = KINDS[self.current.kind]
            colors, ink = theme.current(), theme.color(name)
            painter.fillRect(self.rect(), QColor(colors.raised))
            painter.fillRect(0, 0, 4, self.height(), ink)
            painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(colors.border))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            top = min(15, self.height() // 2)
            painter.drawEllipse(11, top - 8, 16, 16)
            painter.setPen(QColor(colors.surface))
            font = painter.font()
            font.setBold(True)
            font.setPixelSize(12)
            painter.setFont(font)
            painter.drawText(11, top - 8, 16, 16, Qt.AlignmentFlag.AlignCenter, sign)
