"""Panels that show a run: `run` is the test file's own."""

from __future__ import annotations

from typing import Any

import pytest
from panel_help import Run

from vitrine.gui.panels.confusion.panel import ConfusionPanel
from vitrine.gui.panels.feature_maps import FeatureMapsPanel
from vitrine.gui.panels.predictions.panel import PredictionsPanel
from vitrine.gui.panels.unit_weights import UnitWeightsPanel


@pytest.fixture
def maps(qtbot: Any, run: Run) -> FeatureMapsPanel:
    return run.shown(qtbot, FeatureMapsPanel, 520, 300)


@pytest.fixture
def weights(qtbot: Any, run: Run) -> UnitWeightsPanel:
    return run.shown(qtbot, UnitWeightsPanel, 520, 300)


@pytest.fixture
def cards(qtbot: Any, run: Run) -> PredictionsPanel:
    return run.shown(qtbot, PredictionsPanel, 640, 300)


@pytest.fixture
def confusion(qtbot: Any, run: Run) -> ConfusionPanel:
    return run.shown(qtbot, ConfusionPanel, 520, 320)
