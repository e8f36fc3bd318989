"""What writers that were killed left half done is gone after the next start: beside recovered work, and where files were saved."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from saving_help import Make
from saving_help import build as make
from state_help import clouds

from vitrine.gui.state.files.recovery import folder

__all__ = ["clouds", "make"]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there a file's age tells, not a lock")


def leave(place: Path) -> Path:
    """As a writer that was killed leaves it: nobody holds its lock."""
    place.mkdir(parents=True, exist_ok=True)
    file = place / ".work.vitrine.0123456789ab.tmp"
    file.write_bytes(b"half")
    return file


def test_they_go_at_the_start_wherever_they_are(make: Make, qtbot: Any, tmp_path: Path) -> None:
    window = make()
    recent, chosen = tmp_path / "recent" / "other.vitrine", tmp_path / "chosen"
    left = [leave(place) for place in (folder(), recent.parent, chosen)]
    recent.touch()
    window.settings.add_recent(recent)
    window.settings.set("folder", str(chosen))  # of a first save there, which was killed before its file could become a recent one
    window.files.look_for_lost_work()
    qtbot.waitUntil(lambda: not any(file.exists() for file in left), timeout=10_000)
