"""The program ends when its window is closed, whatever its threads are at."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from vitrine.gui.state.files.recovery import folder

QUITTER = Path(__file__).parents[2] / "help" / "quitter.py"


def test_it_does_not_wait_for_a_step_that_takes_for_ever() -> None:
    """What was unsaved is not wanted, or it could not be closed: nothing is left to restore."""
    ended = subprocess.run([sys.executable, str(QUITTER)], env=dict(os.environ), capture_output=True, timeout=100)
    assert ended.returncode == 0, ended.stderr.decode()
    assert time.monotonic() - float(ended.stdout) < 8.0  # the step takes two minutes; ten seconds were waited once
    assert not list(folder().glob("recovery-*"))
