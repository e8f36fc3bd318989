"""Panels are given the run they show: another one may come, and one kind of panel may be there twice."""

from __future__ import annotations

from typing import Any, Never

import numpy as np
import pytest
from panel_help import MLP, Regression, Run, show
from trainers import started

from vitrine.core.probes.cost_surface import CostMap, CostSurface
from vitrine.core.training.events import Diagnosis
from vitrine.gui.panels.base import Panel
from vitrine.gui.panels.confusion.panel import ConfusionPanel
from vitrine.gui.panels.curves.panel import CurvesPanel
from vitrine.gui.panels.diagnosis.panel import DiagnosisPanel
from vitrine.gui.panels.feature_maps import FeatureMapsPanel


@pytest.mark.parametrize("kind", list(Panel.registry), ids=lambda kind: kind.__name__)
def test_every_panel_can_be_there_twice_and_shows_another_run(qtbot: Any, kind: type[Panel[Any]]) -> None:
    one, other = Run(MLP), Regression()
    for run in (one, other):
        run.train(3)
        run.trainer.control.pause()
    first, second = one.open(kind), one.open(kind)
    for panel in (first, second):
        show(qtbot, panel)
        assert panel.run is one.session.runs.current and panel.data is one.data
    probe = first.request()
    if probe is not None:
        one.feed(first)
        one.feed(second)
    second.show_run(other.session.runs.current)
    assert second.run is other.session.runs.current and second.info is other.data.info
    assert first.run is one.session.runs.current and first.info is one.data.info
    for panel in (first, second):
        panel.end()


def test_a_panel_no_longer_hears_of_the_run_before(qtbot: Any) -> None:
    one, other = Run(MLP), Run(MLP)
    panel = one.open(DiagnosisPanel)
    show(qtbot, panel)
    other.session.runs.current.standing["Guessing", None] = Diagnosis("Guessing", "It guesses.", "Look.", None, 7)
    panel.show_run(other.session.runs.current)
    assert [row.diagnosis.step for row in panel.rows()] == [7], "what stands there already"
    one.session.runs.current.handle(Diagnosis("DeadUnits", "Dead.", "Revive.", "dense_2", 9))
    assert len(panel.rows()) == 1
    other.session.runs.current.handle(Diagnosis("DeadUnits", "Dead.", "Revive.", "dense_2", 9))
    assert len(panel.rows()) == 2


def test_a_run_that_is_not_prepared_leaves_the_picture(qtbot: Any) -> None:
    """Edits while training make another run: nothing flickers until it stands."""
    one, other = Run(MLP), Run(MLP)
    one.train(5)
    panel = one.open(ConfusionPanel)
    show(qtbot, panel)
    one.feed(panel)
    other.session.runs.current.state = "preparing"
    panel.show_run(other.session.runs.current)
    assert not panel.body.text
    panel.run_prepared()
    assert "Press Space" in panel.body.text


def test_curves_of_the_run_that_is_shown(qtbot: Any) -> None:
    one, other = Run(MLP), Run(MLP)
    one.train(60)
    other.train(5)
    panel = one.open(CurvesPanel)
    show(qtbot, panel)
    panel.draw_history(one.trainer.history)
    assert panel.charts[0].extent[1] == 60
    panel.show_run(other.session.runs.current)
    assert panel.charts[0].extent[1] == 5


def test_a_chosen_example_is_kept_by_a_panel_that_opens_later(qtbot: Any) -> None:
    run = Run(MLP)
    run.session.focus.select_sample("test", 40)
    panel = run.open(FeatureMapsPanel)
    show(qtbot, panel)
    assert (panel.sample.split, panel.sample.index) == ("test", 40) and run.session.focus.sample == ("test", 40)
    np.testing.assert_array_equal(run.feed(panel).input, run.data.split("test")[0][40, :, :, 0])


def test_two_maps_of_one_network_are_both_finished() -> None:
    """Each asked for a survey of its own and began it anew when the other had asked: neither ever came to an end."""
    view = started("xor_by_example").view
    done = {0: 0, 1: 0}
    for _ in range(2000):
        for number in done:
            answer = CostSurface(number=number, seed=number, known=done[number])(view)
            assert isinstance(answer, CostMap) and answer.done >= done[number]
            done[number] = answer.done
        if all(count == answer.total for count in done.values()):
            return
    pytest.fail(f"{done} points after 2,000 looks")


def test_a_panel_that_asks_nothing_is_never_drawn_to() -> None:
    asking = [kind for kind in Panel.registry if any(base == Panel[Never] for base in kind.__orig_bases__)]
    assert all(kind.request is Panel.request for kind in asking) and len(asking) == 4
