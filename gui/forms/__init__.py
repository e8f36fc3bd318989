"""Forms built from the declared fields of any specification: one editor a kind of field."""

from __future__ import annotations

from vitrine.gui.forms.form import SpecForm
from vitrine.gui.forms.row import Row
from vitrine.gui.forms.types import TypeCombo

__all__ = ["Row", "SpecForm", "TypeCombo"]
