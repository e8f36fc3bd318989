"""The form for whatever is selected, or for training when nothing is."""

from __future__ import annotations

from vitrine.gui.inspector.inspector import Inspector

__all__ = ["Inspector"]
