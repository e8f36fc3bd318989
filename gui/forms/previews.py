"""What is drawn below a chosen type: by registry, a widget with `set_spec(spec)` and `wanted`."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from gui.widgets.activation_plot import ActivationPlot
from gui.widgets.schedule_plot import SchedulePlot

PREVIEWS: dict[str, type[Any]] = {"activation": ActivationPlot, "schedule": SchedulePlot}


def make_preview(registry: str, parent: QWidget) -> Any:
    """The preview widget for specs of that registry, or None."""
    cls = PREVIEWS.get(registry)
    return cls(parent) if cls is not None else None
