"""File > Choose data folder, while data from another one are in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog
from saving_help import build, make, train, window
from state_help import Clouds, clouds

from vitrine.datasets.base import Raw
from vitrine.gui.window.main_window import MainWindow

__all__ = ["build", "clouds", "make", "window"]


def test_the_data_of_another_folder_are_read(window: MainWindow, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dataset's settings name no folder where the one for all is meant: what was in memory was taken for what lies there."""
    session = window.session
    train(window, qtbot)
    before, load = session.runs.data, Clouds.load
    monkeypatch.setenv("VITRINE_DATA", "")

    def other(self: Clouds) -> Raw:
        raw = load(self)
        return Raw(raw.x + 10, raw.y)

    monkeypatch.setattr(Clouds, "load", other)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    window.commands["data_folder"].trigger()
    qtbot.waitUntil(lambda: session.state == "paused", timeout=20_000)
    assert session.runs.step == 4
    assert before is not None and session.runs.data is not None
    assert np.allclose(session.runs.data.split("train")[0], before.split("train")[0] + 10)
