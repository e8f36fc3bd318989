"""What is drawn below a chosen type. Subclasses register for the kind of spec they draw."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtWidgets import QWidget

from vitrine.core.registry import Registry
from vitrine.gui.forms.guard import make


class Preview(QWidget):
    """A small picture of a spec; `wanted` says whether there is anything to draw."""

    registry: ClassVar[Registry[Preview]] = Registry("preview", "of")
    of: ClassVar[str] = ""  # the kind of spec: "activation"
    wanted = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.of:
            Preview.registry.add(cls)

    def set_run(self, rate: Any, epochs: Any, steps: int) -> None:
        """The run that the spec is for: learning rate, epochs, steps an epoch. Nothing to most."""

    def set_spec(self, spec: Any) -> None:
        """Draw this spec; hide where there is none, or nothing to draw."""
        raise NotImplementedError(type(self).__name__)


def make_preview(kind: str, parent: QWidget | None) -> Preview | None:
    """The preview for specs of that kind, or None."""
    return make(Preview.registry, Preview.registry.get(kind), parent=parent) if kind in Preview.registry else None
