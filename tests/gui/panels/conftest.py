"""Panels that show a run: `run` is the test file's own."""

from __future__ import annotations

from typing import Any

import pytest
from panel_help import Run, show

from vitrine.gui.panels.confusion.panel import ConfusionPanel
from vitrine.gui.panels.feature_maps import FeatureMapsPanel
from vitrine.gui.panels.predictions.panel import PredictionsPanel
from vitrine.gui.panels.unit_weights import UnitWeightsPanel


@pytest.fixture
def maps(qtbot: Any, run: Run) -> FeatureMapsPanel:
    panel = run.open(FeatureMapsPanel)
    show(qtbot, panel, 520, 300)
    return panel


@pytest.fixture
def weights(qtbot: Any, run: Run) -> UnitWeightsPanel:
    panel = run.open(UnitWeightsPanel)
    show(qtbot, panel, 520, 300)
    return panel


@pytest.fixture
def cards(qtbot: Any, run: Run) -> PredictionsPanel:
    panel = run.open(PredictionsPanel)
    show(qtbot, panel, 640, 300)
    return panel


@pytest.fixture
def confusion(qtbot: Any, run: Run) -> ConfusionPanel:
    panel = run.open(ConfusionPanel)
    show(qtbot, panel, 520, 320)
    return panel
