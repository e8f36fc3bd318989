"""A monkey at the window: mouse and keys at random, by a seed, that trains for most of its time.

It knows widgets by what a person sees of them (cards, fields, buttons, tabs), never what lies behind. A heartbeat tells how late the
event loop comes; errors that reach the log or the top of a thread are kept.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from canvas_help import Hand
from PySide6.QtCore import QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QDockWidget,
    QFileDialog,
    QLineEdit,
    QMessageBox,
    QWidget,
)
from watching import Errors, Watchdog, resident_mb

BEAT_MS = 10
SMALL = ("xor_mlp", "digits_mlp", "digits_cnn", "spiral_mlp", "and_perceptron")  # those of them that there are
LARGEST = 64  # what is typed into a field of a number: a net of huge layers would only wait
PAUSE_MS = (15, 160)
PATIENCE = 2  # deeds in a row without training


class Monkey(QObject):
    """Acts for `seconds`, then `over` is true. `log` holds its last deeds, for a report."""

    def __init__(self, window: Any, seed: int, seconds: float, folder: Path, patch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.window, self.seconds, self.folder = window, seconds, folder
        self.random = random.Random(seed)
        self.over = False
        self.diary = Path(os.environ["VITRINE_MONKEY_DIARY"]) if "VITRINE_MONKEY_DIARY" in os.environ else None
        self.log: list[str] = []
        self.late: list[tuple[float, str]] = []  # ms, and what was done last
        self.memory: list[tuple[float, float]] = []  # seconds, MB
        self.trained = self.passed = 0.0
        self.errors = Errors(patch)
        self._answer_dialogs(patch)
        self._began = self._last = self._beat = time.perf_counter()
        self._idle_deeds = 0
        self.beats = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self.beats.timeout.connect(self._heartbeat)
        self.beats.start()
        self.watchdog = Watchdog(lambda: time.perf_counter() - self._beat)
        self.watchdog.start()
        self.deeds: list[tuple[int, Callable[[], str]]] = [
            (8, self._press_key), (6, self._canvas_click), (3, self._canvas_drag), (3, self._drop_layer), (2, self._connect),
            (5, self._remedy), (6, self._type_into_a_field), (3, self._choose), (2, self._tick_a_box), (4, self._raise_a_panel),
            (5, self._click_a_panel), (2, self._push_a_button), (1, self._resize), (2, self._wheel), (1, self._open_example), (3, self._undo),
        ]  # fmt: skip
        QTimer.singleShot(0, self, self._act)

    # what it measures
    def _heartbeat(self) -> None:
        now = time.perf_counter()
        self.late.append((1000 * (now - self._beat) - BEAT_MS, self.log[-1] if self.log else "start"))
        self._beat = now
        elapsed = now - self._last
        self._last = now
        self.passed += elapsed
        if self.window.session.state == "running":
            self.trained += elapsed
        if not self.memory or now - self._began - self.memory[-1][0] > 5:
            self.memory.append((now - self._began, resident_mb()))

    @property
    def share(self) -> float:
        """Of the time so far, the part in which a network was training."""
        return self.trained / self.passed if self.passed else 0.0

    def worst(self, count: int = 5) -> list[tuple[float, str]]:
        return sorted(self.late, reverse=True)[:count]

    # how it goes on
    def _act(self) -> None:
        if time.perf_counter() - self._began > self.seconds:
            self.finish()
            return
        popup = QApplication.activePopupWidget()
        if popup is not None:
            self.note(f"leave the popup {type(popup).__name__}")
            popup.close()
        elif not self._train_enough():
            deed = self.random.choices([d for _, d in self.deeds], [w for w, _ in self.deeds])[0]
            self.note(deed())
        QTimer.singleShot(self.random.randint(*PAUSE_MS), self, self._act)

    def _train_enough(self) -> bool:
        """Most of the time something shall be learnt: press Run, and where nothing can run, mend it or begin with an example."""
        state = self.window.session.state
        self._idle_deeds = 0 if state in ("running", "preparing") else self._idle_deeds + 1
        if self._idle_deeds < PATIENCE:
            return False
        if self._idle_deeds % 12 == 0:
            self.note(self._open_example())
        elif state in ("blocked", "failed") and self._idle_deeds % 2:
            self.note(self._remedy())
        else:
            self.note(f"Space while {state}")
            self.window.activateWindow()  # a floating panel may have been on top
            self.window.canvas.setFocus()
            QTest.keyClick(self.window.canvas, Qt.Key.Key_Space)
        return True

    def note(self, text: str) -> None:
        self.log.append(f"{time.perf_counter() - self._began:7.2f} s, {self.window.session.state}: {text}")
        del self.log[:-400]
        if self.diary is not None:  # as it goes: a crash of the interpreter leaves nothing else
            with self.diary.open("a", encoding="utf-8") as file:
                file.write(self.log[-1] + "\n")

    def finish(self) -> None:
        if self.over:
            return
        self.beats.stop()
        self.watchdog.stop()
        self.errors.close()
        self.over = True

    def _answer_dialogs(self, patch: pytest.MonkeyPatch) -> None:
        """Questions that would wait for a person are answered at random."""
        numbers = iter(range(1_000_000))

        def answer(box: QMessageBox) -> QMessageBox.StandardButton:
            given = self.random.choice([box.standardButton(b) for b in box.buttons()])
            self.note(f"answer {given.name} to {box.text()!r}")
            return given

        patch.setattr(QMessageBox, "exec", answer)
        patch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(self.folder / f"saved{next(numbers) % 5}.vitrine"), ""))
        patch.setattr(QFileDialog, "getOpenFileName", lambda *_a, **_k: (str(self._a_file()), ""))
        patch.setattr(QFileDialog, "getExistingDirectory", lambda *_a, **_k: "")

    def _a_file(self) -> Path | str:
        files = sorted(self.folder.glob("*.vitrine"))
        return self.random.choice(files) if files else ""

    # what it does; each gives what it did, in words
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

    def _canvas_drag(self) -> str:
        card = self._a_card()
        if card is None:
            return "no card to drag"
        hand = self._hand()
        start = hand.at(card)
        end = start + QPoint(self.random.randint(-200, 200), self.random.randint(-100, 100))
        hand.drag(start, end)
        return f"drag {card}"

    def _drop_layer(self) -> str:
        from vitrine.core.layers.base import Layer

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
        hand.drop(name, point)
        return f"drop {name}"

    def _connect(self) -> str:
        source, target = self._a_card(), self._a_card()
        if source is None or target is None:
            return "nothing to connect"
        hand = self._hand()
        hand.drag(hand.at(source, "out"), hand.at(target, "in"))
        return f"connect {source} to {target}"

    def _remedy(self) -> str:
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
        return [w for w in within.findChildren(kind) if w.isVisible() and w.isEnabled() and not w.visibleRegion().isEmpty()]

    def _type_into_a_field(self) -> str:
        fields = self._seen(QLineEdit, self.window)
        if not fields:
            return "no field"
        field = self.random.choice(fields)
        text = self.random.choice(
            ("3", "1", "0", "16", str(self.random.randint(1, LARGEST)), "0.1", "0.001", "-1", "x", "", "1e9", "nan", "full")
        )
        holder = field.parent()
        if isinstance(holder, QAbstractSpinBox):
            holder.setFocus()
        field.setFocus()
        field.selectAll()
        QTest.keyClick(field, Qt.Key.Key_Delete)
        QTest.keyClicks(field, text)
        QTest.keyClick(field, self.random.choice((Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Escape)))
        return f"type {text!r} into {field.accessibleName() or field.objectName()}"

    def _choose(self) -> str:
        boxes = [b for b in self._seen(QComboBox, self.window) if b.count()]
        if not boxes:
            return "no chooser"
        box = self.random.choice(boxes)
        row = self.random.randrange(box.count())
        box.setFocus()
        before = box.currentIndex()
        for _ in range(min(abs(row - before), 8)):
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
        from PySide6.QtCore import QPointF
        from PySide6.QtGui import QWheelEvent

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

    def _open_example(self) -> str:
        from PySide6.QtGui import QAction

        known = [a for a in self.window.examples_menu.findChildren(QAction) if a.objectName().startswith("example.")]
        small = [a for a in known if a.objectName().removeprefix("example.") in SMALL or not a.objectName().startswith("example.mnist")]
        action = self.random.choice(small)
        action.trigger()
        return f"open {action.objectName()}"
