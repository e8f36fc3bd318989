"""The loss over the weights, with the run's way on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from weakref import WeakKeyDictionary

import numpy as np

from vitrine.core.network.network import Network
from vitrine.core.pictures.landscape import Survey
from vitrine.core.probes.base import Probe, View
from vitrine.core.spec import hp

SECONDS = 0.025  # of work an evaluation: half of what may be asked, for the last point may take long
MOST_PARAMETERS = 3_000_000

MOST_SURVEYS = 3  # of one network, kept for those who look at it; the one that was asked for longest ago goes

_surveys: WeakKeyDictionary[Network, dict[tuple[int, int], Survey]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class CostMap:
    """values (rows, columns) float64 of E on a grid from `low` to `high` (axes,), second axis upward, NaN where not known
    yet; `point` (axes,) and `loss` now, the way there `path` (n, axes); `lowest` (axes,) where it is known. `kind` is
    "plane", "line" or "slice", see `vitrine.core.pictures.landscape`; `names` are the axes'. E is taken on `examples`
    of `of` training examples, penalties included (`penalty`: there are any); `done` of `total` points are surveyed, around
    the weights of `survey_step`."""

    kind: str
    number: int
    seed: int
    names: tuple[str, ...]
    low: np.ndarray
    high: np.ndarray
    values: np.ndarray
    done: int
    total: int
    examples: int
    of: int
    point: np.ndarray
    loss: float
    path: np.ndarray
    lowest: np.ndarray | None
    step: int
    survey_step: int
    loss_name: str
    penalty: bool


@dataclass(frozen=True)
class NoMap:
    """A network without parameters, or with too many for a map."""

    parameters: int


class CostSurface(Probe[CostMap | NoMap]):
    """E around the present weights, and the run's way on it.

    The survey goes on a little at every evaluation; `known` is what the caller has seen, so that a run at rest is asked
    anew. Another `number` surveys anew around the present weights, another `seed` along other directions. On a copy of
    the network: the run goes on with the same bits.
    """

    number: int = hp(default=0, help="Which survey: another number starts one", minimum=0)
    seed: int = hp(default=0, help="Seed of the directions of a slice", minimum=0)
    known: int = hp(default=0, help="Points known already", minimum=0)

    rank: ClassVar[int] = 80
    interval: ClassVar[float] = 0.2
    heavy: ClassVar[bool] = True

    @property
    def question(self) -> CostSurface:
        return self.replace(known=0)

    def __call__(self, view: View) -> CostMap | NoMap:
        network = view.network
        if not network.param_count or network.param_count > MOST_PARAMETERS:
            return NoMap(network.param_count)
        survey = self._survey(view)
        survey.work(SECONDS)
        point, loss, path = survey.here(view)
        return CostMap(
            kind=survey.kind, number=self.number, seed=self.seed, names=survey.names, low=survey.low.copy(), high=survey.high.copy(),
            values=survey.filled(), done=survey.done, total=survey.total, examples=len(survey.x), of=survey.of, point=point, loss=loss,
            path=path, lowest=None if survey.lowest is None else survey.lowest.copy(), step=view.step, survey_step=survey.step,
            loss_name=view.experiment.loss.title, penalty=bool(view.experiment.penalties),
        )  # fmt: skip

    def _survey(self, view: View) -> Survey:
        """The one that goes on, or another where the loss is another or the run has left its map."""
        surveys, key = _surveys.setdefault(view.network, {}), (self.number, self.seed)
        survey = surveys.pop(key, None)
        basis = (view.experiment.loss, view.experiment.regularizer)
        if survey is None or survey.basis != basis or survey.left_by(view.network.params):
            survey = Survey(view, self.seed)
        surveys[key] = survey
        for oldest in list(surveys)[:-MOST_SURVEYS]:
            del surveys[oldest]
        return survey
