"""The one door through which the window calls contributed panels and commands: what breaks, or holds all up, is shut out."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TypeVar

from vitrine.core.contributions import reason
from vitrine.core.errors import GUEST

log = logging.getLogger(__name__)
T = TypeVar("T")

SLOW = 0.5  # seconds of one call in which the window stands still
TIMES = 3  # that a guest from outside may be so slow


@dataclass(frozen=True)
class Guest:
    """Who is called. key: its id; words: what a person knows it by ("The panel Weather"); module: that brought it."""

    key: str
    words: str
    module: str

    @property
    def foreign(self) -> bool:
        """Whether it comes from outside the tree."""
        return not self.module.startswith("vitrine.")


class Door:
    """Calls guests by `door(guest, call)`: the answer, or None from one that is shut out, now or before.

    shut: told, once for each, who is shut out and the whole sentence that says why; `fate` is what the sentence says became of it.
    """

    def __init__(self, fate: str, shut: Callable[[Guest, str], object]) -> None:
        self._fate, self._shut = fate, shut
        self._slow: dict[str, int] = {}
        self.out: dict[str, str] = {}  # by key: why it is out

    def __call__(self, guest: Guest, call: Callable[[], T]) -> T | None:
        if guest.key in self.out:
            return None
        began = time.monotonic()
        try:
            answer = call()
        except GUEST as error:
            self.shut_out(guest, error)
            return None
        self._time(guest, time.monotonic() - began)
        return answer

    def shut_out(self, guest: Guest, error: BaseException) -> None:
        """It raised this: here, or where Qt called it."""
        if guest.key not in self.out:
            log.error("%s (%s) broke", guest.words, guest.module, exc_info=error)
            self._tell(guest, f"is out of order and {self._fate}: {reason(error)}. All else goes on; the log has the details.")

    def _time(self, guest: Guest, seconds: float) -> None:
        if seconds < SLOW or not guest.foreign or guest.key in self.out:
            return
        times = self._slow[guest.key] = self._slow.get(guest.key, 0) + 1
        log.warning("%s (%s) held up the window for %.1f s", guest.words, guest.module, seconds)
        if times >= TIMES:
            self._tell(guest, f"held up the window {times} times, at last for {seconds:.1f} s, and {self._fate}. All else goes on.")

    def _tell(self, guest: Guest, what: str) -> None:
        self.out[guest.key] = f"{guest.words} {what}"
        self._shut(guest, self.out[guest.key])


def modules_of(trace: TracebackType | None) -> list[str]:
    """The modules that an error came through, the innermost first."""
    found = []
    while trace is not None:
        found.append(str(trace.tb_frame.f_globals.get("__name__", "")))
        trace = trace.tb_next
    return found[::-1]
