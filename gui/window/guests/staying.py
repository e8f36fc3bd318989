"""While the window stands only its closing ends the process: `sys.exit` is an error like any other, whoever has it called.

What a guest's own functions raise is held back by `vitrine.core.taming`; this is for `button.clicked.connect(sys.exit)`, where
Qt finds no function of the guest's in between, and for libraries that a guest calls.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Never

from vitrine.core.errors import Left, said
from vitrine.core.taming import Guard


def refuse(code: object = None) -> Never:
    """In place of `sys.exit`, `exit` and `quit`. Raises Left."""
    raise Left(said(SystemExit() if code is None else SystemExit(code)))


@contextmanager
def staying() -> Iterator[None]:
    """No `sys.exit` while this lasts, and no KeyboardInterrupt out of a guest."""
    places = [(owner, name) for owner, name in ((sys, "exit"), (builtins, "exit"), (builtins, "quit")) if hasattr(owner, name)]
    before = [getattr(owner, name) for owner, name in places]
    for owner, name in places:
        setattr(owner, name, refuse)
    Guard.may_end = False
    try:
        yield
    finally:
        Guard.may_end = True
        for (owner, name), known in zip(places, before, strict=True):
            setattr(owner, name, known)
