"""The loss over the weights, with the run's way on it."""

from __future__ import annotations

from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from core.landscape import Survey
from core.network import Network
from core.probes.base import Probe, View
from core.spec import hp

SECONDS = 0.025  # of work an evaluation: half of what may be asked, for the last point may take long
MOST_PARAMETERS = 3_000_000

_surveys: WeakKeyDictionary[Network, tuple[tuple[int, int], Survey]] = WeakKeyDictionary()


class CostSurface(Probe):
    """values (rows, columns) float64 of E on a grid from `low` to `high`, second axis upward, NaN where not known yet;
    `point` and `loss` now, the way there `path` (n, axes); of `kind` "plane", "line" or "slice", see `core.landscape`.

    The survey goes on a little at every evaluation, `done` of `total` points; `known` is what the caller has seen, so
    that a run at rest is asked anew. Another `number` surveys anew around the present weights, another `seed` along
    other directions. On a copy of the network: the run goes on with the same bits.
    """

    number: int = hp(0, "Which survey: another number starts one", minimum=0)
    seed: int = hp(0, "Seed of the directions of a slice", minimum=0)
    known: int = hp(0, "Points known already", minimum=0)

    rank: ClassVar[int] = 80
    interval: ClassVar[float] = 0.2

    def __call__(self, view: View) -> dict[str, Any]:
        network = view.network
        if not network.param_count or network.param_count > MOST_PARAMETERS:
            return {"kind": "none", "parameters": network.param_count}
        key, survey = _surveys.get(network, (None, None))
        basis = (view.experiment.loss, view.experiment.regularizer)
        if survey is None or key != (self.number, self.seed) or survey.basis != basis or survey.left_by(network.params):
            survey = Survey(view, self.seed)
            _surveys[network] = (self.number, self.seed), survey
        survey.work(SECONDS)
        point, loss, path = survey.here(view)
        return {
            "kind": survey.kind, "number": self.number, "seed": self.seed, "names": survey.names, "low": survey.low.copy(),
            "high": survey.high.copy(), "values": survey.filled(), "done": survey.done, "total": survey.total,
            "examples": len(survey.x), "of": survey.of, "point": point, "loss": loss, "path": path, "step": view.step,
            "survey_step": survey.step, "lowest": None if survey.lowest is None else survey.lowest.copy(),
            "loss_name": view.experiment.loss.title,
        }  # fmt: skip
