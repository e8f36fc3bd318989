"""Between Qt and a guest's widgets: what their event handlers raise is told, and Qt gets the answer of its own class.

Else the error comes up wherever the window happened to call Qt, and ends what it was about: laying out its docks, say.
"""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

from PySide6.QtCore import QObject

log = logging.getLogger(__name__)


def shield(module: ModuleType) -> None:
    """Guard what the module's widgets override of Qt's methods."""
    for kind in list(vars(module).values()):
        if isinstance(kind, type) and issubclass(kind, QObject) and kind.__module__ == module.__name__:
            qt = next(base for base in kind.__mro__ if base.__module__.startswith("PySide6."))
            for name, member in list(vars(kind).items()):
                if isinstance(member, FunctionType) and hasattr(qt, name) and not name.startswith("__"):
                    setattr(kind, name, _shielded(kind, name, member))


def _shielded(kind: type, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return function(self, *args, **kwargs)
        except Exception as error:  # whatever it is, nobody above is to blame
            sys.excepthook(type(error), error, error.__traceback__)
        try:
            return getattr(super(kind, self), name)(*args, **kwargs)
        except Exception:  # its base class is a guest's too, or its widget is gone
            log.exception("%s.%s has no answer but its own", kind.__name__, name)
            return None

    return call
