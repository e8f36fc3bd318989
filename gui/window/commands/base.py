"""What the window's commands work on, and how they are declared: a decorated function in a file of this folder is enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from PySide6.QtWidgets import QMainWindow

from vitrine.core.registry import Shelf
from vitrine.gui.canvas.view import Canvas
from vitrine.gui.inspector import Inspector
from vitrine.gui.state.document import Document
from vitrine.gui.state.session import Session
from vitrine.gui.widgets.command import Command
from vitrine.gui.window.files import Files
from vitrine.gui.window.palette import Palette
from vitrine.gui.window.settings import Settings


@dataclass(frozen=True)
class Parts:
    """The window's parts, as commands know them. `say(kind, text)` puts a message into the bar, `finish` hands over what is still
    being typed; `log_folder` holds the log file."""

    window: QMainWindow
    document: Document
    session: Session
    files: Files
    settings: Settings
    canvas: Canvas
    inspector: Inspector
    palette: Palette
    say: Callable[[str, str], None]
    reset_layout: Callable[[], None]
    finish: Callable[[], None]
    log_folder: Path | None


WindowCommand: TypeAlias = Command[Parts]
Handler: TypeAlias = Callable[[Parts], object]


class Commands(Shelf[WindowCommand]):
    """All commands, in the order in which they were declared."""

    def key(self, thing: WindowCommand) -> str:
        return thing.id

    def module(self, thing: WindowCommand) -> str:
        return thing.module

    def order(self, thing: WindowCommand) -> tuple[int, int]:
        return thing.group, list(self._things).index(thing.id)


COMMANDS = Commands("command")


def command(
    id: str,
    menu: str,
    group: int,
    text: str,
    keys: str = "",
    tip: str = "",
    *,
    can: Callable[[Parts], bool] | None = None,
    checked: Callable[[Parts], bool] | None = None,
    name: Callable[[Parts], str] | None = None,
    local: bool = False,
) -> Callable[[Handler], Handler]:
    """Declare the decorated function as a command."""

    def declare(handler: Handler) -> Handler:
        COMMANDS.add(
            Command(
                id=id,
                text=text,
                do=handler,
                tip=tip,
                keys=(keys,) if keys else (),
                menu=menu,
                group=group,
                can=can,
                checked=checked,
                name=name,
                local=local,
                module=handler.__module__,
            )
        )
        return handler

    return declare
