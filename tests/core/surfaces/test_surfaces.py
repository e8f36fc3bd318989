"""Surfaces and races: gradients are right, and the lecture's story shows on each surface."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
import pytest

from vitrine.core.errors import VitrineError
from vitrine.core.optimizers.base import Optimizer, OptimizerState
from vitrine.core.pictures.mosaic import TOP
from vitrine.core.surfaces.base import BANDS, Surface, picture
from vitrine.core.surfaces.race import FAR, Trail, race

NINE = ("SGD", "Momentum", "Nesterov", "Adagrad", "Adadelta", "RMSProp", "Adam", "AdaMax", "Nadam")
SURFACES = [cls() for cls in Surface.registry]
each_surface = pytest.mark.parametrize("surface", SURFACES, ids=lambda s: type(s).__name__)


def surface(name: str) -> Surface:
    return Surface.registry.get(name)()


def raced(name: str, **settings: Any) -> dict[str, Trail]:
    """The nine of the lecture at the rates that the surface declares, by name."""
    on = surface(name)
    trails = race(on, [on.entrant(Optimizer.registry.get(kind)) for kind in NINE], **settings)
    return dict(zip(NINE, trails, strict=True))


def test_the_lectures_surfaces_are_there() -> None:
    assert {"LongValley", "Beale", "Saddle"} <= set(Surface.registry.names())


@each_surface
def test_gradient_is_the_values_slope(surface: Surface) -> None:
    rng = np.random.default_rng(3)
    x, y = rng.uniform(*surface.x_range, 200), rng.uniform(*surface.y_range, 200)
    h = 1e-6
    dx, dy = surface.gradient(x, y)
    along_x = (surface.value(x + h, y) - surface.value(x - h, y)) / (2 * h)
    along_y = (surface.value(x, y + h) - surface.value(x, y - h)) / (2 * h)
    scale = 1 + np.abs(surface.value(x, y))
    assert np.max(np.abs(dx - along_x) / scale) < 1e-7
    assert np.max(np.abs(dy - along_y) / scale) < 1e-7
    assert surface.gradient(float(x[0]), float(y[0])) == pytest.approx((dx[0], dy[0]), rel=1e-12)


@each_surface
def test_minima_and_start_are_where_they_are_said_to_be(surface: Surface) -> None:
    assert surface.minima and surface.source and surface.formula.startswith("f(x, y) = ")
    for x, y in (*surface.minima, surface.start):
        assert surface.x_range[0] < x < surface.x_range[1] and surface.y_range[0] < y < surface.y_range[1]
    for x, y in surface.minima:
        assert surface.value(x, y) == pytest.approx(surface.lowest, abs=1e-12)
        assert surface.gradient(x, y) == pytest.approx((0, 0), abs=1e-12)
        assert surface.distance(x, y) == 0
        around = [surface.value(x + 0.01 * math.cos(a), y + 0.01 * math.sin(a)) for a in np.linspace(0, 6, 25)]
        assert min(around) > surface.lowest


@each_surface
def test_every_optimizer_of_the_lecture_has_a_rate(surface: Surface) -> None:
    assert set(NINE) <= set(surface.rates) <= set(Optimizer.registry.names())
    adam = Optimizer.registry.get("Adam")
    assert surface.entrant(adam, 10.0).learning_rate == pytest.approx(10 * surface.rates["Adam"])
    plain = Optimizer.registry.get("LBFGS")
    assert surface.entrant(plain, 0.5).learning_rate == pytest.approx(0.5 * plain().learning_rate)


@each_surface
def test_the_picture_has_filled_levels_with_the_lowest_at_a_minimum(surface: Surface) -> None:
    found = picture(surface, 120, 90)
    assert found.shape == (90, 120) and found.dtype == np.uint8 and not found.flags.writeable
    assert found.min() == 0 and found.max() == TOP and 8 < len(np.unique(found)) <= BANDS
    (left, right), (bottom, top) = surface.x_range, surface.y_range
    for x, y in surface.minima:
        row, column = int((top - y) / (top - bottom) * 90), int((x - left) / (right - left) * 120)
        assert found[row, column] <= 4 * TOP // BANDS, "among the lowest levels"
    assert picture(surface, 120, 90) is found, "computed once"
    with pytest.raises(VitrineError, match="at least 1 x 1"):
        picture(surface, 0, 90)


# -- the story ---------------------------------------------------------------------------------------------------------------


def test_long_valley_sgd_creeps_and_the_others_run() -> None:
    trails = raced("LongValley")
    on = surface("LongValley")
    assert on.distance(*trails["SGD"].points[-1]) > 4 and abs(trails["SGD"].points[-1, 1]) < 1e-6, "on the floor, still far off"
    for name in NINE[1:]:
        assert trails[name].values[-1] < trails["SGD"].values[-1] / 4, name
    crossings = {name: np.count_nonzero(np.diff(np.sign(trails[name].points[:30, 1]))) for name in ("Momentum", "Adagrad")}
    assert crossings["Momentum"] > 5 and crossings["Adagrad"] == 0, "momentum swings from wall to wall at first"


def test_sgd_cannot_be_sped_up_in_the_valley() -> None:
    """At 1.3 times the rate its steps across the valley grow."""
    on = surface("LongValley")
    (trail,) = race(on, [on.entrant(Optimizer.registry.get("SGD"), 1.3)])
    assert trail.values[-1] > trail.values[0]


def test_beale_all_but_sgd_arrive() -> None:
    trails = raced("Beale")
    off = {name: surface("Beale").distance(*trail.points[-1]) for name, trail in trails.items()}
    assert off["SGD"] > 0.25
    for name in ("Momentum", "Nesterov", "Adagrad", "RMSProp", "Adam", "AdaMax", "Nadam"):
        assert off[name] < 1e-2, f"{name}: {off[name]:.3g}"
    assert off["Adadelta"] < 0.2, "it comes near and goes on trembling, since it never lets its steps shrink for good"
    assert trails["Momentum"].points[:, 1].min() < -1, "thrown across by the first, large gradients"
    assert trails["RMSProp"].points[:, 1].min() > 0


def test_saddle_only_sgd_stays() -> None:
    trails = raced("Saddle")
    end = trails["SGD"].points[-1]
    assert abs(trails["SGD"].values[-1]) < 0.01 and np.hypot(*end) < 0.1, "still at the saddle"
    for name in NINE[1:]:
        assert trails[name].values[-1] < -1.9, f"{name} has left: {trails[name].values[-1]:.3g}"


def test_saddle_on_the_ridge_itself_nobody_leaves() -> None:
    for name, trail in raced("Saddle", start=(1.5, 0.0)).items():
        assert np.all(trail.points[:, 1] == 0), name


# -- the race ----------------------------------------------------------------------------------------------------------------


def test_trails_are_the_steps_that_training_takes() -> None:
    on = surface("Beale")
    for kind in Optimizer.registry:
        if kind.full_batch:
            continue
        optimizer = on.entrant(kind)
        (trail,) = race(on, [optimizer], steps=25)
        state, w = OptimizerState(optimizer, 2, np.float64), np.array(on.start)
        for _ in range(25):
            state.apply(w, np.array(on.gradient(*w)), optimizer.learning_rate)
        assert trail.optimizer == optimizer
        np.testing.assert_allclose(trail.points[-1], w, rtol=1e-12, err_msg=kind.__name__)


def test_lbfgs_runs_too() -> None:
    on = surface("Rosenbrock")
    (trail,) = race(on, [on.entrant(Optimizer.registry.get("LBFGS"))], steps=60)
    assert on.distance(*trail.points[-1]) < 1e-5 and not trail.ended


def test_a_trail_is_frozen_and_starts_at_the_start() -> None:
    trail = raced("Saddle", steps=12, start=(0.5, -0.25))["Adam"]
    assert trail.points.shape == (13, 2) and trail.values.shape == (13,) and trail.steps == 12
    assert trail.points.dtype == trail.values.dtype == np.float64
    assert trail.at(0) == (0.5, -0.25, surface("Saddle").value(0.5, -0.25))
    assert trail.at(99) == trail.at(12) == (*trail.points[12], trail.values[12])
    with pytest.raises(ValueError, match="read-only"):
        trail.points[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        trail.values[0] = 1


def test_steps_are_the_surfaces_own_unless_given() -> None:
    on = surface("Saddle")
    entrant = on.entrant(Optimizer.registry.get("SGD"))
    assert race(on, [entrant])[0].steps == on.steps
    assert race(on, []) == ()


@each_surface
@pytest.mark.parametrize("factor", [30.0, 1e6, 1e300])
def test_divergence_ends_the_trail_and_never_raises(surface: Surface, factor: float) -> None:
    trails = race(surface, [surface.entrant(kind, factor) for kind in Optimizer.registry], steps=60)
    assert len(trails) == len(Optimizer.registry)
    for trail in trails:
        assert np.isfinite(trail.points).all() and np.isfinite(trail.values).all() and np.abs(trail.points).max() <= FAR
        assert len(trail.points) == len(trail.values)
        assert (trail.steps < 60) == bool(trail.ended)
    if factor > 30:
        assert f"diverged at step {trails[0].steps + 1}" in trails[0].ended, "plain SGD can't stand it"


def test_a_surface_that_raises_where_floats_end() -> None:
    class Cliff(Surface, abstract=True):
        """f(x, y) = -exp(x^2 + y^2), by a function that raises."""

        title: ClassVar[str] = "Cliff"

        def value(self, x: Any, y: Any) -> Any:
            return -math.exp(x * x + y * y)

        def gradient(self, x: Any, y: Any) -> tuple[Any, Any]:
            return 2 * x * self.value(x, y), 2 * y * self.value(x, y)

    (trail,) = race(Cliff(), [Optimizer.registry.get("SGD")(learning_rate=1.0)], steps=50)
    assert "diverged" in trail.ended and np.isfinite(trail.values).all()


@pytest.mark.parametrize("start", [(math.nan, 0.0), (math.inf, 0.0), (0.0, 1e200)])
def test_a_start_without_a_value_is_refused(start: tuple[float, float]) -> None:
    with pytest.raises(VitrineError, match="within its picture"):
        race(surface("Beale"), [], start=start)


def test_negative_steps_are_refused() -> None:
    with pytest.raises(VitrineError, match="choose 1 or more"):
        race(surface("Beale"), [], steps=-1)
