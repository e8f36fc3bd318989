"""Experiments that load but are odd, shown in the whole window: every page of the inspector, the canvas, the panels; nothing raises."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fuzz import experiment_case, shipped
from PySide6.QtWidgets import QApplication

from vitrine.core.errors import VitrineError
from vitrine.core.training.experiment import Experiment
from vitrine.gui.app import make_window

CASES = 60


@pytest.mark.filterwarnings("ignore")
def test_the_window_shows_whatever_loads(qtbot: Any, caplog: pytest.LogCaptureFixture) -> None:
    bases, shown, seed = shipped(), 0, 0
    window = make_window()
    with qtbot.waitExposed(window):
        window.show()
    window.fill()
    while shown < CASES:
        seed += 1
        try:
            experiment = Experiment.from_json(json.loads(json.dumps(experiment_case(seed, bases))))
        except VitrineError:
            continue
        shown += 1
        window.document.load(experiment)
        for ids in ([n.id for n in experiment.graph.nodes[:1]], [n.id for n in experiment.graph.nodes[-2:]], []):
            window.document.select(ids)
            QApplication.processEvents()
        assert window.document.experiment == experiment, seed
        broken = [r for r in caplog.records if r.exc_info]
        assert not broken, f"seed {seed}: {broken[0].getMessage()}: {broken[0].exc_info}"
    window.document.undo_stack.setClean()
    window.close()
    window.deleteLater()
