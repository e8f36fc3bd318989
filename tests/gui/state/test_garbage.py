"""No thread but the window's ever takes garbage apart."""

from __future__ import annotations

import gc
import sys
import threading
import types
from collections.abc import Iterator
from typing import Any

import pytest

from vitrine.gui.state import garbage
from vitrine.gui.state.garbage import Garbage


class Cycle:
    """Holds itself, and tells in which thread it went."""

    gone: list[str] = []

    def __init__(self) -> None:
        self.me = self

    def __del__(self) -> None:
        self.gone.append(threading.current_thread().name)


@pytest.fixture
def collector(qapp: Any) -> Iterator[Garbage]:
    Cycle.gone.clear()
    made = Garbage()
    made.begin()
    yield made
    made.end()
    assert gc.isenabled() and not gc.get_freeze_count()


def allocate() -> None:
    """What makes Python collect by itself: many objects that stay."""
    held = [[] for _ in range(200_000)]
    assert held


def test_cycles_go_in_the_window_s_thread(collector: Garbage, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "OLD_EVERY", 1)
    for _ in range(5000):
        Cycle()
    worker = threading.Thread(target=allocate, name="trains")
    worker.start()
    worker.join()
    assert Cycle.gone == []
    qtbot.waitUntil(lambda: len(Cycle.gone) == 5000, timeout=10_000)
    assert set(Cycle.gone) == {threading.main_thread().name}


def test_what_modules_bring_is_looked_at_once(collector: Garbage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or every full collection would take 60 ms once scikit-learn is there."""
    late = types.ModuleType("late")
    late.things = [[] for _ in range(5000)]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "late", late)
    frozen = gc.get_freeze_count()
    collector.look()
    assert gc.get_freeze_count() >= frozen + 5000
    collector.look()
    assert not any(thing is late.things for thing in gc.get_objects())


def test_without_it_any_thread_may(qapp: Any) -> None:
    """The reason for all this."""
    Cycle.gone.clear()
    gc.collect()
    gc.enable()
    Cycle()
    worker = threading.Thread(target=allocate, name="trains")
    worker.start()
    worker.join()
    assert Cycle.gone == ["trains"]
