"""What takes long to import comes when it is wanted, and the window goes on meanwhile."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from vitrine.gui.widgets.late_import import LateImport


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Opens for a module whose import waits for it."""
    (tmp_path / "slow_to_come.py").write_text("from gate_of_imports import gate\nassert gate.wait(30)\n", encoding="utf-8")
    (tmp_path / "does_not_come.py").write_text("import nothing_of_that_name\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    made = ModuleType("gate_of_imports")
    made.gate = threading.Event()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "gate_of_imports", made)
    yield made.gate  # type: ignore[attr-defined]
    made.gate.set()  # type: ignore[attr-defined]
    for name in ("slow_to_come", "does_not_come"):
        sys.modules.pop(name, None)


def test_the_window_goes_on_until_it_is_there(gate: threading.Event, qtbot: Any) -> None:
    owner, other, came = QWidget(), QWidget(), []
    qtbot.addWidget(owner)
    qtbot.addWidget(other)
    one, two = LateImport("slow_to_come", owner), LateImport("slow_to_come", other)
    one.wait_for(lambda: came.append("first"))
    one.wait_for(lambda: came.append("last"))
    two.wait_for(lambda: came.append("other"))
    assert not came and not one.here and not two.here
    assert owner.cursor().shape() == Qt.CursorShape.BusyCursor
    gate.set()
    qtbot.waitUntil(lambda: sorted(came) == ["last", "other"], timeout=10_000)
    assert one.here and owner.cursor().shape() == Qt.CursorShape.ArrowCursor
    two.wait_for(lambda: came.append("at once"))
    assert came[-1] == "at once"


def test_nobody_is_called_who_is_gone(gate: threading.Event, qtbot: Any) -> None:
    owner, other, came = QWidget(), QWidget(), []
    qtbot.addWidget(other)
    one, two = LateImport("slow_to_come", owner), LateImport("slow_to_come", other)
    one.wait_for(lambda: came.append("gone"))
    two.wait_for(lambda: came.append("here"))
    with qtbot.waitSignal(owner.destroyed):
        owner.deleteLater()
    gate.set()
    qtbot.waitUntil(lambda: bool(came), timeout=10_000)
    assert came == ["here"]


def test_who_wants_what_can_not_be_imported_hears_of_it_as_ever(gate: threading.Event, qtbot: Any) -> None:
    owner, came = QWidget(), []
    qtbot.addWidget(owner)
    late = LateImport("does_not_come", owner)
    late.wait_for(lambda: came.append("asked again"))
    qtbot.waitUntil(lambda: bool(came), timeout=10_000)
