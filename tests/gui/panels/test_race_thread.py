"""The race is computed in a thread of its own: the window goes on, and what is no longer wanted does not arrive."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from panel_help import MLP, Run, show

from vitrine.core.surfaces.base import Surface
from vitrine.core.surfaces.long_valley import LongValley
from vitrine.gui.panels.race.panel import RacePanel


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """The long valley waits for it at every step, and notes who asks."""
    opened, value = threading.Event(), LongValley.value
    opened.askers = set()  # type: ignore[attr-defined]

    def slow(surface: LongValley, x: float, y: float) -> float:
        if threading.current_thread().name == "vitrine-race":
            opened.wait(30)
            opened.askers.add(threading.get_ident())  # type: ignore[attr-defined]
        return value(surface, x, y)

    monkeypatch.setattr(LongValley, "value", slow)
    return opened


@pytest.fixture
def panel(qtbot: Any, gate: threading.Event) -> RacePanel:
    made = Run(MLP).open(RacePanel)
    show(qtbot, made, 640, 320)
    qtbot.waitUntil(lambda: made._thread is not None)
    return made


def test_the_window_goes_on_meanwhile(panel: RacePanel, qtbot: Any, gate: threading.Event) -> None:
    ticks: list[None] = []
    panel._work.timeout.connect(lambda: ticks.append(None))
    qtbot.waitUntil(lambda: len(ticks) >= 3)
    assert not panel.trails and panel.missing
    gate.set()
    qtbot.waitUntil(lambda: not panel.missing and panel._thread is None, timeout=60_000)
    assert gate.askers and threading.get_ident() not in gate.askers  # type: ignore[attr-defined]
    assert set(panel.view._trails) == set(panel.table.ticked) and not panel._work.isActive()


def test_trails_of_a_rate_that_was_left_do_not_arrive(panel: RacePanel, qtbot: Any, gate: threading.Event) -> None:
    first = panel._thread
    assert first is not None
    panel.factor.setCurrentIndex(0)
    second = panel._thread
    assert second is not None and second is not first
    gate.set()
    first.join(30)
    assert first.over and len(first.take()) == 0
    qtbot.waitUntil(lambda: not panel.missing and panel._thread is None, timeout=60_000)
    for name, trail in panel.trails.items():
        assert trail.optimizer == panel._entrant(name)


@pytest.mark.parametrize("way", ["hide", "end"])
def test_it_ends_with_the_panel(panel: RacePanel, way: str, gate: threading.Event) -> None:
    thread = panel._thread
    assert thread is not None
    getattr(panel, way)()
    gate.set()
    thread.join(30)
    assert not thread.is_alive() and panel._thread is None and not panel._work.isActive()


class Nowhere(Surface, abstract=True):
    """Has no value where it starts."""

    title, formula, summary = "Nowhere", "f = NaN", "Nothing."
    start, steps, rates = (0.123, 0.456), 10, {"SGD": 0.1}

    def value(self, x: Any, y: Any) -> Any:
        return np.where((x == 0.123) & (y == 0.456), np.nan, 1.0 + x * x)

    def gradient(self, x: Any, y: Any) -> tuple[Any, Any]:
        return 0 * x, 0 * y


def test_a_race_that_cannot_be_is_said_once(panel: RacePanel, qtbot: Any, gate: threading.Event) -> None:
    gate.set()
    said: list[str] = []
    panel.message.connect(lambda kind, text: said.append(f"{kind}: {text}"))
    panel.surfaces[0] = Nowhere()
    panel._take_surface()
    qtbot.waitUntil(lambda: bool(said), timeout=30_000)
    for _ in range(3):
        panel.repaint()
    assert panel._thread is None and len(said) == 1 and said[0].startswith("error: Nowhere has no value at the start (0.123, 0.456)")
