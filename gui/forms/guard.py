"""How a form calls its contributed parts: what an editor or a preview raises is told, and the rest of the form goes on."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtWidgets import QWidget

from vitrine.core.contributions import Disabled, reason
from vitrine.core.errors import GUEST
from vitrine.core.registry import Shelf
from vitrine.gui.widgets.half_made import bury

T = TypeVar("T")
W = TypeVar("W", bound=QWidget)
log = logging.getLogger(__name__)


def attempt(call: Callable[..., object], *arguments: Any) -> None:
    """Call it; what it raises is told as if nobody had called it."""
    try:
        call(*arguments)
    except GUEST as error:
        sys.excepthook(type(error), error, error.__traceback__)


def asked(call: Callable[[], T]) -> T | None:
    """What a contributed spec gives to be drawn; None where it raises. Where that matters it is a problem at its field, or of its run."""
    try:
        return call()
    except GUEST as error:
        log.info("nothing to draw", exc_info=error)
        return None


def make(shelf: Shelf[Any], kind: Callable[..., W], *arguments: Any, parent: QWidget | None) -> W | None:
    """A widget of that kind; None from a guest that can't be made, which is said and used no more."""
    if kind.__module__.startswith("vitrine."):
        return kind(*arguments, parent)
    try:
        return kind(*arguments, parent)
    except GUEST as error:
        log.exception("%s can't be made", kind.__module__)
        bury(error, kind)
        shelf.forget(kind.__module__)
        Shelf.disabled.append(Disabled(shelf.name, f"The {shelf.name} {kind.__name__}", reason(error)))
        return None
