"""The thread in which trails are computed: thousands of steps in Python, which the window can't wait for."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Mapping

from vitrine.core.errors import GUEST, VitrineError, said
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.surfaces.base import Point, Surface
from vitrine.core.surfaces.race import Trail, race
from vitrine.gui.state.courtesy import Courtesy, Turns

log = logging.getLogger(__name__)


class Cancelled(Exception):
    """Nobody wants the trails any more."""


class RaceThread(threading.Thread):
    """Sends one entrant after the other. The window takes the trails with `take`; once `over` is true none comes any more, and
    `failure` says why not all did. Single assignments need no lock."""

    def __init__(self, surface: Surface, entrants: Mapping[str, Optimizer], steps: int, start: Point | None, courtesy: Courtesy) -> None:
        super().__init__(name="vitrine-race", daemon=True)
        self.surface, self.entrants, self.steps, self.begin = surface, dict(entrants), steps, start
        self.failure: VitrineError | None = None
        self.over = False
        self._turns = Turns(courtesy)
        self._cancelled = False
        self._trails: deque[tuple[str, Trail]] = deque()

    def cancel(self) -> None:
        """It ends after the step under way."""
        self._cancelled = True

    def take(self) -> list[tuple[str, Trail]]:
        """The trails since the last call, by their entrants' names."""
        taken = []
        while self._trails:
            taken.append(self._trails.popleft())
        return taken

    def run(self) -> None:
        try:
            for name, optimizer in self.entrants.items():
                (trail,) = race(self.surface, [optimizer], self.steps, self.begin, self._between)
                self._trails.append((name, trail))
        except Cancelled:
            pass
        except VitrineError as error:
            self.failure = error
        except GUEST as error:  # a thread's last line of defence: the window must hear of it
            log.exception("the race broke")
            self.failure = VitrineError(f"The race broke: {said(error)}. The log has the details.")
        finally:
            self.over = True

    def _between(self) -> None:
        if self._cancelled:
            raise Cancelled
        self._turns.between_steps()
