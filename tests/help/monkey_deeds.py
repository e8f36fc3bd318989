"""What a monkey does at the window: one key, click, drag or choice, at random.

It knows widgets by what a person sees of them (cards, fields, buttons, tabs), never what lies behind. A deed of several keys or moves is
a generator: between two of them the event loop turns, as under the quickest fingers.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator
from typing import Any

import shiboken6
from canvas_help import Hand
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QAction, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QCheckBox, QComboBox, QDockWidget, QLineEdit, QWidget

from vitrine.core.layers.base import Layer

SMALL = ("xor_mlp", "digits_mlp", "digits_cnn", "spiral_mlp", "and_perceptron")  # those of them that there are
LARGEST = 64  # what is typed into a field of a number: a net of huge layers would only wait

Deed = str | Generator[None, None, str]  # what was done, in words; each yield lets the event loop turn


class Deeds:
    """Each gives what it did, in words. `own`: seconds that it took to look for a target, which no person's eye takes of the app."""

    def __init__(self, window: Any, chance: random.Random) -> None:
        self.window, self.random = window, chance
        self.own = 0.0
        self.all: list[tuple[int, Callable[[], Deed]]] = [
            (8, self._press_key), (6, self._canvas_click), (3, self._canvas_drag), (3, self._drop_layer), (2, self._connect),
            (5, self.remedy), (6, self._type_into_a_field), (3, self._choose), (2, self._tick_a_box), (4, self._raise_a_panel),
            (5, self._click_a_panel), (2, self._push_a_button), (1, self._resize), (2, self._wheel), (1, self.open_example), (3, self._undo),
        ]  # fmt: skip

    def one(self) -> Deed:
        return self.random.choices([d for _, d in self.all], [w for w, _ in self.all])[0]()

    def _press_key(self) -> str:
        keys = [
            ("Space", 6), ("B", 2), ("E", 2), ("R", 1), ("Shift+R", 1), ("Ctrl+Z", 3), ("Ctrl+Shift+Z", 2), ("Ctrl+S", 2), ("Ctrl+O", 1),
            ("Delete", 1), ("Ctrl+A", 1), ("Ctrl+D", 1), ("Ctrl+C", 1), ("Ctrl+V", 1), ("Ctrl+L", 1), ("F", 1), ("Ctrl+T", 1), ("Tab", 2),
            ("Escape", 2), ("Ctrl+Return", 2), ("Left", 1), ("Right", 1), ("Ctrl+N", 0.2),
        ]  # fmt: skip
        name = self.random.choices([k for k, _ in keys], [w for _, w in keys])[0]
        *modifiers, key = name.split("+")
        held = Qt.KeyboardModifier.NoModifier
        for modifier in modifiers:
            held |= {"Ctrl": Qt.KeyboardModifier.ControlModifier, "Shift": Qt.KeyboardModifier.ShiftModifier}[modifier]
        target = self.window.canvas if self.random.random() < 0.7 else QApplication.focusWidget() or self.window.canvas
        if target is self.window.canvas:
            target.setFocus()
        QTest.keyClick(target, getattr(Qt.Key, f"Key_{key}"), held)
        return f"key {name} on {type(target).__name__}"

    def _hand(self) -> Hand:
        return Hand(self.window.canvas)

    def _a_card(self) -> str | None:
        cards = sorted(self.window.canvas.network.cards)
        return self.random.choice(cards) if cards else None

    def _canvas_click(self) -> str:
        card = self._a_card()
        if card is None:
            return "no card to click"
        hand, where = self._hand(), self.random.choice(("thumbnail", "name"))
        hand.click(hand.at(card, where))
        return f"click {where} of {card}"

    def _canvas_drag(self) -> Deed:
        card = self._a_card()
        if card is None:
            return "no card to drag"
        start = self._hand().at(card)
        return self._drag(start, start + QPoint(self.random.randint(-200, 200), self.random.randint(-100, 100)), f"drag {card}")

    def _drag(self, start: QPoint, end: QPoint, words: str) -> Generator[None, None, str]:
        hand = self._hand()
        hand.press(start)
        for part in (0.25, 0.6, 1.0):
            yield
            hand.move(start + (end - start) * part)
        yield
        hand.release(end)
        return words

    def _drop_layer(self) -> Deed:
        name = self.random.choice(Layer.registry.names())
        rect = self.window.canvas.viewport().rect()
        links = sorted(self.window.canvas.network.links, key=str)
        hand = self._hand()
        if links and self.random.random() < 0.7:
            link = self.random.choice(links)
            point = hand.edge(link.source, link.target)
        else:
            point = QPoint(self.random.randrange(1, max(2, rect.width())), self.random.randrange(1, max(2, rect.height())))
        if len(self.window.document.graph.nodes) > 14:
            return "enough cards"
        return self._drop(hand, name, point)

    def _drop(self, hand: Hand, name: str, point: QPoint) -> Generator[None, None, str]:
        hand.carry(name, point)
        yield
        hand.let_go(point)
        return f"drop {name}"

    def _connect(self) -> Deed:
        source, target = self._a_card(), self._a_card()
        if source is None or target is None:
            return "nothing to connect"
        hand = self._hand()
        return self._drag(hand.at(source, "out"), hand.at(target, "in"), f"connect {source} to {target}")

    def remedy(self) -> str:
        """Press what a faulty card offers."""
        faulty = [n for n, card in self.window.canvas.network.cards.items() if card.strip and card.strip.buttons]
        if not faulty:
            return self._undo()
        hand, card = self._hand(), self.random.choice(sorted(faulty))
        hand.click(hand.at(card, "fix:0"))
        return f"remedy on {card}"

    def _undo(self) -> str:
        self.window.canvas.setFocus()
        QTest.keyClick(self.window.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        return "undo"

    def _seen(self, kind: Any, within: QWidget) -> list[Any]:
        began = time.perf_counter()
        seen = [w for w in within.findChildren(kind) if w.isVisible() and w.isEnabled() and not w.visibleRegion().isEmpty()]
        self.own += time.perf_counter() - began
        return seen

    def _type_into_a_field(self) -> Deed:
        fields = self._seen(QLineEdit, self.window)
        if not fields:
            return "no field"
        field = self.random.choice(fields)
        text = self.random.choice(
            ("3", "1", "0", "16", str(self.random.randint(1, LARGEST)), "0.1", "0.001", "-1", "x", "", "1e9", "nan", "full")
        )
        last = self.random.choice((Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Escape))
        return self._type(field, text, last)

    def _type(self, field: QLineEdit, text: str, last: Qt.Key) -> Generator[None, None, str]:
        words = f"type {text!r} into {field.accessibleName() or field.objectName()}"
        holder = field.parent()
        if isinstance(holder, QAbstractSpinBox):
            holder.setFocus()
        field.setFocus()
        field.selectAll()
        for key in (Qt.Key.Key_Delete, *text, last):
            yield
            if not shiboken6.isValid(field):
                return f"{words}, which went meanwhile"
            QTest.keyClick(field, key)
        return words

    def _choose(self) -> Deed:
        boxes = [b for b in self._seen(QComboBox, self.window) if b.count()]
        if not boxes:
            return "no chooser"
        box = self.random.choice(boxes)
        return self._scroll(box, self.random.randrange(box.count()))

    def _scroll(self, box: QComboBox, row: int) -> Generator[None, None, str]:
        box.setFocus()
        before = box.currentIndex()
        for _ in range(min(abs(row - before), 8)):
            yield
            if not shiboken6.isValid(box):
                return "choose in a box, which went meanwhile"
            QTest.keyClick(box, Qt.Key.Key_Down if row > before else Qt.Key.Key_Up)
        return f"choose {box.currentText()!r} in {box.accessibleName() or box.objectName()}"

    def _tick_a_box(self) -> str:
        boxes = self._seen(QCheckBox, self.window)
        if not boxes:
            return "no box to tick"
        box = self.random.choice(boxes)
        QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(10, box.height() // 2))
        return f"tick {box.accessibleName() or box.text()}"

    def _docks(self) -> list[QDockWidget]:
        return [d for d in self.window.findChildren(QDockWidget) if d.objectName().startswith("panel.")]

    def _raise_a_panel(self) -> str:
        dock = self.random.choice(self._docks())
        dock.show()
        dock.raise_()
        if self.random.random() < 0.05:
            dock.setFloating(not dock.isFloating())
        elif self.random.random() < 0.1:
            dock.hide()
        return f"raise {dock.objectName()}"

    def _click_a_panel(self) -> str:
        docks = [d for d in self._docks() if d.isVisible() and not d.visibleRegion().isEmpty()]
        if not docks:
            return "no panel in sight"
        dock = self.random.choice(docks)
        inside = dock.widget()
        rect: QRect = inside.rect()
        at = QPoint(self.random.randrange(max(1, rect.width())), self.random.randrange(max(1, rect.height())))
        target = inside.childAt(at) or inside
        place = target.mapFrom(inside, at)
        QTest.mouseMove(target, place)
        if isinstance(target, QAbstractButton) and target.text().endswith("…"):
            return "left a dialog alone"
        QTest.mouseClick(target, Qt.MouseButton.LeftButton, pos=place)
        return f"click in {dock.objectName()} on {type(target).__name__}"

    def _push_a_button(self) -> str:
        names = ("run_button", "step_batch_button", "step_epoch_button", "reset_button", "new_weights_button")
        buttons = [b for name in names for b in self.window.findChildren(QWidget, name) if b.isVisible() and b.isEnabled()]
        if not buttons:
            return "no button"
        button = self.random.choice(buttons)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        return f"push {button.objectName()}"

    def _resize(self) -> str:
        size = self.random.choice(((1600, 1000), (1280, 720), (1400, 900)))
        self.window.resize(*size)
        return f"resize to {size}"

    def _wheel(self) -> str:
        viewport = self.window.canvas.viewport()
        at = QPointF(self.random.randrange(max(1, viewport.width())), self.random.randrange(max(1, viewport.height())))
        held = self.random.choice((Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier))
        turn = self.random.choice((-120, 120))
        event = QWheelEvent(
            at, QPointF(viewport.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton, held,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(viewport, event)
        return f"wheel {turn}"

    def open_example(self) -> str:
        """Choose one of the small ones from the menu."""
        known = [a for a in self.window.examples_menu.findChildren(QAction) if a.objectName().startswith("example.")]
        small = [a for a in known if a.objectName().removeprefix("example.") in SMALL or not a.objectName().startswith("example.mnist")]
        action = self.random.choice(small)
        action.trigger()
        return f"open {action.objectName()}"
