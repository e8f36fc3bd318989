"""Where a run's training thread leaves what the window shall see: frames latest-wins, everything else in order.

Curve rows need no box: `RunHistory` is append-only and is read in place.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from vitrine.core.training.events import Frame


class Mailbox:
    """One run, one writer, one reader; deque operations are atomic, so there is no lock to wait for."""

    def __init__(self) -> None:
        self._events: deque[Any] = deque()
        self._frames: deque[Frame] = deque(maxlen=1)

    def put(self, event: Any) -> None:
        if isinstance(event, Frame):
            self._frames.append(event)
        else:
            self._events.append(event)

    def take_frame(self) -> Frame | None:
        """The latest that was not taken yet."""
        try:
            return self._frames.popleft()
        except IndexError:
            return None

    def take_events(self) -> Iterator[Any]:
        """One after the other; what is not taken stays, for who asks in between or after one that could not be dealt with."""
        while self._events:
            yield self._events.popleft()
