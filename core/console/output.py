"""Output that nobody reads any more: whoever read it has gone, `head` for instance, or the disk is full."""

from __future__ import annotations

import os
import sys


def let_go_of_output() -> None:
    """Point what nobody reads at nothing, or the interpreter would complain of it at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, stream.fileno())
            os.close(nothing)
