"""The canvas's verbs in the menus; their keys work while the canvas has the focus."""

from __future__ import annotations

from vitrine.gui.canvas.commands import COMMANDS as VERBS
from vitrine.gui.canvas.commands import CanvasCommand
from vitrine.gui.window.commands.base import COMMANDS, Parts, WindowCommand


def on_canvas(verb: CanvasCommand) -> WindowCommand:
    """The same command for the window: the canvas gets the focus, then does it."""

    def do(parts: Parts) -> None:
        parts.canvas.setFocus()
        verb.do(parts.canvas.verbs)

    def possible(parts: Parts) -> bool:
        return verb.enabled(parts.canvas.verbs)

    return WindowCommand(
        id=verb.id, text=verb.text, do=do, tip=verb.tip, keys=verb.keys, menu=verb.menu, group=verb.group,
        can=possible if verb.can is not None else None, local=True, module=__name__,
    )  # fmt: skip


for _verb in VERBS:
    if _verb.menu:
        COMMANDS.add(on_canvas(_verb))
