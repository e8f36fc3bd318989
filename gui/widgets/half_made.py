"""Widgets of contributed code whose making broke off: Qt takes them apart, not Python's garbage collection, which may crash at it."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

_buried: list[QWidget] = []  # held, or they might be collected before Qt comes by


def bury(error: BaseException, kind: object) -> None:
    """Remove what was made of that kind until it raised this."""
    trace = error.__traceback__
    while trace is not None:
        made = trace.tb_frame.f_locals.get("self")
        if isinstance(kind, type) and isinstance(made, kind) and isinstance(made, QWidget) and isValid(made) and made not in _buried:
            for timer in made.findChildren(QTimer):
                timer.stop()
            made.hide()
            made.deleteLater()
            _buried.append(made)
        trace = trace.tb_next
