"""Errors whose text is meant for the person at the screen: what went wrong, where, and how to mend it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

LONGEST_SAYING = 500  # letters of a foreign error that a message quotes


def shown(value: Any, most: int = 60) -> str:
    """`value` as a message may quote it: never longer than about `most` characters, whatever it is."""
    if isinstance(value, int) and abs(value) >= 10**20:
        return f"a number of about {int(value.bit_length() * math.log10(2)) + 1:,} digits"  # str() refuses those of thousands
    if isinstance(value, (list, tuple)) and len(value) != 1:
        return f"a list of {len(value):,}"
    if isinstance(value, dict):
        return f"an object of {len(value):,} entries" if len(value) != 1 else "an object of one entry"
    text = repr(value[: most + 1] if isinstance(value, str) else value)
    return text if len(text) <= most + 2 else text[:most] + "…"


GUEST = (Exception, SystemExit)  # what contributed code may raise when it is called, and what ends nothing


def quoted(error: BaseException) -> str:
    """The text of a foreign error in one line, cut where it is long: libraries put whole pieces of a broken file into theirs."""
    text = " ".join(str(error).split())
    return text if len(text) <= LONGEST_SAYING else text[:LONGEST_SAYING] + "…"


class Left(Exception):
    """Contributed code raised what would end the program: SystemExit, KeyboardInterrupt, or an exception of a kind of its own. Its text
    is what there is to say of that."""


def said(error: BaseException) -> str:
    """What an error of contributed code has to say: "ValueError: no such file". Never raises, whatever the error does."""
    try:
        text = quoted(error)
    except Exception:  # its own code goes wrong, too
        text = ""
    if isinstance(error, Left):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def breaks(error: BaseException) -> str:
    """What to say of a thing whose contributed code raises where it is looked at."""
    return f"its own code breaks with these settings ({said(error)}); the log has the details"


class VitrineError(Exception):
    """Base of every error that the app shows to its user instead of a traceback."""


class SpecError(VitrineError):
    """A stored or typed specification can't be read; `field` names the offending field, if there is one."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Hint:
    """A remedy that one click can carry out.

    action: "insert_before" (value: a layer's type name), "set_field" (field and value), or "remove".
    """

    action: str
    title: str
    field: str = ""
    value: Any = None


class ShapeError(VitrineError):
    """A layer can't take the shapes that reach it; `hint` is the obvious remedy, `field` the setting at fault."""

    def __init__(self, message: str, hint: Hint | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint
        self.field = field


class GraphError(VitrineError):
    """An edit of the graph makes no sense (unknown node, a cycle, a name already taken)."""


class DataError(VitrineError):
    """Data is absent, broken or does not fit the experiment."""


class FileError(VitrineError):
    """A project file can't be read or written."""


class TrainingError(VitrineError):
    """A run can't start as the experiment stands."""
