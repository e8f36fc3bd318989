"""What a command is: a verb with its name, keys, place in the menus, handler and condition, declared in one piece."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from vitrine.core.errors import shown

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Command(Generic[T]):
    """`do(on)` carries it out on what the command is for: the window's parts, or the canvas's verbs.

    Menus, keys, tooltips, the list of keys and a search of all commands read this. `id` is the QAction's object name. `menu` may be empty;
    entries of one `group` of a menu stand together, groups in the order of their numbers with a line between them. The first of `keys` is
    the one that is shown. `can` says whether it makes sense now, `checked` whether it is on, `name` what it is called now.
    """

    id: str
    text: str
    do: Callable[[T], object]
    tip: str = ""
    keys: tuple[str, ...] = ()
    also: tuple[str, ...] = ()  # keys that do the same, and are not shown
    menu: str = ""
    group: int = 0
    can: Callable[[T], bool] | None = None
    checked: Callable[[T], bool] | None = None
    name: Callable[[T], str] | None = None
    local: bool = False  # its keys work only where the canvas has the focus
    module: str = ""  # that declared it

    def prove(self) -> None:
        """Raises TypeError where what a contributed command declares is of another type than menus and keys take it for."""
        for name in ("id", "text", "tip", "menu"):
            if not isinstance(getattr(self, name), str):
                raise TypeError(f"{name} must be text, not {shown(getattr(self, name))}")
        if not self.id or not self.text:
            raise TypeError("a command needs an id and a text")
        if type(self.group) is not int:
            raise TypeError(f"group must be a whole number, not {shown(self.group)}")
        for name in ("keys", "also"):
            keys = getattr(self, name)
            if not isinstance(keys, tuple) or not all(isinstance(key, str) for key in keys):
                raise TypeError(f"{name} must be text, not {shown(keys)}")
        for name in ("do", "can", "checked", "name"):
            if not callable(getattr(self, name)) and (name == "do" or getattr(self, name) is not None):
                raise TypeError(f"{name} must be a function, not {shown(getattr(self, name))}")

    def enabled(self, on: T) -> bool:
        return self.can is None or self.can(on)
