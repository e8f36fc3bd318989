"""Where the training thread leaves what the window shall see: frames latest-wins, everything else in order.

Curve rows need no box: `RunHistory` is append-only and is read in place.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

from core.events import Frame


@dataclass(frozen=True)
class Posted:
    """An event and the run it belongs to: those of an old run are dropped."""

    run: int
    event: Any


class Mailbox:
    """One writer, one reader; single assignments and deque operations are atomic, so there is no lock to wait for."""

    def __init__(self) -> None:
        self._events: deque[Posted] = deque()
        self._frame: Posted | None = None

    def put(self, run: int, event: Any) -> None:
        if isinstance(event, Frame):
            self._frame = Posted(run, event)
        else:
            self._events.append(Posted(run, event))

    def take_frame(self) -> Posted | None:
        frame, self._frame = self._frame, None
        return frame

    def take_events(self) -> list[Posted]:
        taken = []
        while self._events:
            taken.append(self._events.popleft())
        return taken
