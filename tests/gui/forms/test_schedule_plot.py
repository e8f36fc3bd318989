"""Previews below a chosen type: drawn where there is a curve, gone where there is none."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from vitrine.core.activations.base import Activation
from vitrine.core.schedules.base import Schedule
from vitrine.gui.forms.activation_plot import ActivationPlot
from vitrine.gui.forms.preview import make_preview
from vitrine.gui.forms.schedule_plot import SchedulePlot


@pytest.mark.parametrize("cls", list(Activation.registry), ids=lambda cls: cls.__name__)
def test_activation_curves(qtbot, cls):
    plot = ActivationPlot()
    qtbot.addWidget(plot)
    plot.resize(260, 92)
    plot.set_spec(cls())
    assert plot.wanted == cls.elementwise
    if plot.wanted:
        z = np.linspace(-3, 3, 61)
        y, slope = cls().curve(z)
        assert y.shape == slope.shape == z.shape
        np.testing.assert_allclose(y, np.asarray(cls()(z[:, None]))[:, 0], atol=1e-6)
        blank = ActivationPlot()
        qtbot.addWidget(blank)
        assert plot.grab().toImage() != blank.grab().toImage()


@pytest.mark.parametrize("cls", list(Activation.registry), ids=lambda cls: cls.__name__)
def test_no_activation_imports_scipy_to_be_drawn(qtbot, cls, monkeypatch):
    """It takes 0.3 s of the window's time."""
    plot = ActivationPlot()
    qtbot.addWidget(plot)
    monkeypatch.setitem(sys.modules, "scipy.special", None)  # who imports it now fails, and the plot is left out
    plot.set_spec(cls())
    assert plot.wanted == cls.elementwise


@pytest.mark.parametrize("cls", list(Schedule.registry), ids=lambda cls: cls.__name__)
def test_schedule_curves(qtbot, cls):
    plot = make_preview("schedule", None)
    qtbot.addWidget(plot)
    assert isinstance(plot, SchedulePlot)
    plot.set_spec(cls())
    plot.set_run(0.1, 50, 20)
    _epochs, rates = cls().preview(0.1, 50, 20)
    assert plot.wanted == (len(set(rates)) > 1)
    assert not plot.grab().isNull()
    plot.set_run(0.0, 50, 20)
    plot.set_run("x", None, 20)
    plot.set_run(0.1, 10**400, 20)  # a file may say so; the form tells
    plot.set_spec(None)
    assert not plot.wanted
