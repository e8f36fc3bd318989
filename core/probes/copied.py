"""The moment itself, as a copy: what heavy probes are answered on while the run goes on."""

from __future__ import annotations

from typing import ClassVar

from vitrine.core.probes.base import Probe, View
from vitrine.core.recording.moment import Moment, moment_of
from vitrine.core.spec import hp


class Copied(Probe[Moment]):
    """Parameters, layer states and what else a view shows, copied between two steps."""

    rank: ClassVar[int] = 90

    slots: bool = hp(default=False, help="With the optimizer's slots")

    def __call__(self, view: View) -> Moment:
        return moment_of(view, self.slots)
