"""A monkey at the window: mouse and keys at random, by a seed, that trains for most of its time.

A heartbeat tells how late the event loop comes; what the monkey itself takes to look for its next target, and what a virtual machine's
host takes for others, is no lateness of the app's. Errors that reach the log or the top of a thread are kept.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from monkey_deeds import Deeds
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from watching import Errors, Watchdog, resident_mb, stolen

BEAT_MS = 10
PAUSE_MS = (15, 160)
KEY_MS = 5  # between two keys of one deed
PATIENCE = 1  # deeds in a row without training


class Beat(NamedTuple):
    """How late the event loop came to one heartbeat, in ms: by itself, that is, without what the host took from the machine meanwhile;
    what of it the window computed; what the host took; and what was done last."""

    late: float
    computed: float
    stolen: float
    deed: str

    def __str__(self) -> str:
        return f"{self.late:.0f} ms late, {self.computed:.0f} ms computed, {self.stolen:.0f} ms stolen: {self.deed}"


class Monkey(QObject):
    """Acts for `seconds`, then `over` is true. `log` holds its last deeds, for a report."""

    def __init__(self, window: Any, seed: int, seconds: float, folder: Path, patch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.window, self.seconds, self.folder = window, seconds, folder
        self.random = random.Random(seed)
        self.over = False
        self.diary = Path(os.environ["VITRINE_MONKEY_DIARY"]) if "VITRINE_MONKEY_DIARY" in os.environ else None
        self.log: list[str] = []
        self.beats_felt: list[Beat] = []
        self.memory: list[tuple[float, float, float]] = []  # seconds, MB of the process, and MB of it that undo holds, which has a bound
        self.trained = self.passed = 0.0
        self.errors = Errors(patch)
        self._answer_dialogs(patch)
        self._began = self._last = self._beat = time.perf_counter()
        self._computed, self._stolen = time.thread_time(), stolen()
        self._idle_deeds = 0
        self.deeds = Deeds(window, self.random)
        self._under_way: Generator[None, None, str] | None = None
        self.beats = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self.beats.timeout.connect(self._heartbeat)
        self.beats.start()
        self.watchdog = Watchdog(lambda: time.perf_counter() - self._beat - self.deeds.own)
        self.watchdog.start()
        QTimer.singleShot(0, self, self._act)

    # what it measures
    def _heartbeat(self) -> None:
        now = time.perf_counter()
        computed, taken = time.thread_time(), stolen()
        most = max((after - before for after, before in zip(taken, self._stolen)), default=0.0)
        late, own = 1000 * (now - self._beat - self.deeds.own) - BEAT_MS, 1000 * (computed - self._computed - self.deeds.own)
        self.beats_felt.append(Beat(late - most, own, most, self.log[-1] if self.log else "start"))
        self._beat, self._computed, self._stolen = now, computed, taken
        elapsed = now - self._last
        self._last = now
        self.passed += elapsed
        if self.window.session.state == "running":
            self.trained += elapsed
        if not self.memory or now - self._began - self.memory[-1][0] > 5:
            self.memory.append((now - self._began, resident_mb(), self.window.session.runs.archive.nbytes / 2**20))
        self.deeds.own = time.perf_counter() - now  # looking is the monkey's own work, too

    @property
    def share(self) -> float:
        """Of the time so far, the part in which a network was training."""
        return self.trained / self.passed if self.passed else 0.0

    def worst(self, count: int = 5) -> list[Beat]:
        return sorted(self.beats_felt, reverse=True)[:count]

    # how it goes on
    def _act(self) -> None:
        if time.perf_counter() - self._began > self.seconds:
            self.finish()
            return
        popup = QApplication.activePopupWidget()
        if self._under_way is not None:
            self._go_on(self._under_way)
        elif popup is not None:
            self.note(f"leave the popup {type(popup).__name__}")
            popup.close()
        elif not self._train_enough():
            done = self.deeds.one()
            self.note(done) if isinstance(done, str) else self._go_on(done)
        QTimer.singleShot(KEY_MS if self._under_way is not None else self.random.randint(*PAUSE_MS), self, self._act)

    def _go_on(self, deed: Generator[None, None, str]) -> None:
        """The next key or move of a deed that takes several."""
        self._under_way = deed
        try:
            next(deed)
        except StopIteration as end:
            self._under_way = None
            self.note(end.value)

    def _train_enough(self) -> bool:
        """Most of the time something shall be learnt: press Run, and where nothing can run, mend it or begin with an example."""
        state = self.window.session.state
        self._idle_deeds = 0 if state in ("running", "preparing") else self._idle_deeds + 1
        if self._idle_deeds < PATIENCE:
            return False
        if self._idle_deeds % 12 == 0:
            self.note(self.deeds.open_example())
        elif state in ("blocked", "failed") and self._idle_deeds % 2:
            self.note(self.deeds.remedy())
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
            began = time.perf_counter()
            with self.diary.open("a", encoding="utf-8") as file:
                file.write(self.log[-1] + "\n")
            self.deeds.own += time.perf_counter() - began

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
