"""What is watched while a monkey is at the window: memory, errors wherever they are said, and what all threads did when a heartbeat was late."""

from __future__ import annotations

import faulthandler
import logging
import os
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import pytest

OVERDUE = 0.15  # seconds without a heartbeat after which the watchdog looks


def resident_mb() -> float:
    """Memory that the process holds now, in MB; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return 0.0


def stolen() -> tuple[float, ...]:
    """Milliseconds since its start, by processor, in which a virtual machine had work and its host gave it no time; empty where the
    system does not tell."""
    try:
        lines = Path("/proc/stat").read_text(encoding="ascii").splitlines()
        tick = 1000 / os.sysconf("SC_CLK_TCK")
        return tuple(tick * int(line.split()[8]) for line in lines if line.startswith("cpu") and line[3] != " ")
    except (OSError, IndexError):
        return ()


class Errors(logging.Handler):
    """What went wrong, wherever it was said: the log, the top of a thread, the top of the program."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []
        patch.setattr(sys, "excepthook", self._uncaught)
        patch.setattr(threading, "excepthook", lambda given: self._uncaught(given.exc_type, given.exc_value, given.exc_traceback))
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(self.format(record))

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self.found.append("".join(traceback.format_exception(kind, error, trace)))

    def close(self) -> None:
        logging.getLogger().removeHandler(self)
        super().close()


class Watchdog(threading.Thread):
    """Keeps what all threads were doing whenever the heartbeat stays away for long."""

    def __init__(self, overdue: Callable[[], float]) -> None:
        super().__init__(name="watchdog", daemon=True)
        self.overdue = overdue
        self.seen: list[str] = []
        self._done = threading.Event()

    def run(self) -> None:
        told = False
        while not self._done.wait(0.03):
            late = self.overdue()
            if late < OVERDUE:
                told = False
            elif not told and len(self.seen) < 60:
                told = True
                self.seen.append(f"late by {1000 * late:.0f} ms\n{self._stacks()}")

    @staticmethod
    def _stacks() -> str:
        """What all threads are doing. Not by their frame objects: who holds that of a paint event keeps its painter alive, and
        ends it here, in another thread, while Qt paints on; that is a segmentation fault."""
        with tempfile.TemporaryFile() as file:
            faulthandler.dump_traceback(file, all_threads=True)
            file.seek(0)
            return file.read().decode(errors="replace")

    def stop(self) -> None:
        self._done.set()
        self.join()
