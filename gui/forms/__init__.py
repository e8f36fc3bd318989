"""Forms built from the declared fields of any specification: one editor a kind of field."""

from __future__ import annotations

from gui.forms.form import SpecForm
from gui.forms.row import Row
from gui.forms.types import TypeCombo

__all__ = ["Row", "SpecForm", "TypeCombo"]
