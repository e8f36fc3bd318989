"""Every verb of the canvas in one table: its keys, its name in the menus, and when it makes sense."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from vitrine.gui.canvas.verbs import Verbs
from vitrine.gui.widgets.command import Command

CanvasCommand: TypeAlias = Command[Verbs]


def _selected(verbs: Verbs) -> bool:
    return bool(verbs.selected)


def _deletable(verbs: Verbs) -> bool:
    return bool(verbs.selected) or verbs.network.chosen_edge is not None


def _mendable(verbs: Verbs) -> bool:
    return any(verbs.network.cards[n].strip.fixes for n in verbs.selected or verbs.document.analysis.order if n in verbs.network.cards)


def _any(verbs: Verbs) -> bool:
    return bool(verbs.document.graph.nodes)


def _verb(
    id: str,
    text: str,
    keys: str,
    do: Callable[[Verbs], object],
    tip: str,
    menu: str = "",
    can: Callable[[Verbs], bool] | None = None,
    also: str = "",
) -> CanvasCommand:
    """Keys are parted by blanks; those in `also` do the same and are not shown."""
    return Command(
        id=id, text=text, do=do, tip=tip, keys=tuple(keys.split()), also=tuple(also.split()), menu=menu, group=20, can=can, local=True
    )


COMMANDS: tuple[CanvasCommand, ...] = (
    _verb("cut", "Cut", "Ctrl+X", Verbs.cut, "Take the selected layers out, to paste them elsewhere", "Edit", _selected),
    _verb("copy", "Copy", "Ctrl+C", Verbs.copy, "Copy the selected layers", "Edit", _selected),
    _verb("paste", "Paste", "Ctrl+V", Verbs.paste, "Add the layers that were copied", "Edit"),
    _verb("duplicate", "Duplicate", "Ctrl+D", Verbs.duplicate, "Add the selected layers once more", "Edit", _selected),
    _verb("delete", "Delete", "Del Backspace", Verbs.delete, "Remove the selected layers, or the selected connection", "Edit", _deletable),
    _verb("rename", "Rename", "F2", Verbs.rename, "Give the selected layer another name", "Edit", _selected),
    _verb("select_all", "Select all", "Ctrl+A", Verbs.select_all, "Select all layers", "Edit", _any),
    _verb(
        "connect_from", "Connect to another layer", "C", Verbs.connect_from, "Arrows choose the layer, Enter connects", "Edit", _selected
    ),
    _verb("arrange", "Arrange", "Ctrl+L", Verbs.arrange, "Line the layers up", "Edit", _any),
    _verb(
        "fix_first",
        "Carry out the first remedy",
        "Ctrl+Return",
        Verbs.fix_first,
        "Do what is offered first under a layer",
        "Edit",
        _mendable,
    ),
    _verb("fit", "Fit the network", "F Ctrl+0", lambda verbs: verbs.ground.fit(), "Show the whole network", "View"),
    _verb(
        "zoom_in",
        "Zoom in",
        "+",
        lambda verbs: verbs.ground.zoom_in(),
        "Larger",
        "View",
        also="Shift++ = Ctrl++ Ctrl+Shift++ Ctrl+=",
    ),
    _verb("zoom_out", "Zoom out", "-", lambda verbs: verbs.ground.zoom_out(), "Smaller", "View", also="Ctrl+-"),
    _verb("zoom_reset", "Zoom to 100 %", "Ctrl+1", lambda verbs: verbs.ground.zoom_reset(), "Cards at their natural size", "View"),
    _verb("edit", "Settings of the layer", "Return", Verbs.edit, "Go to the inspector; or finish the connection being drawn", also="Enter"),
    _verb("escape", "Select nothing, give up", "Esc", Verbs.escape, "Let go of what is under way, or of what is selected"),
    _verb("open_menu", "Menu of the layer", "Shift+F10 Menu", Verbs.open_menu, "What can be done with the layer"),
    _verb("next_card", "Next layer", "Tab", lambda verbs: verbs.step_card(1), "Along the data's flow"),
    _verb(
        "previous_card",
        "Previous layer",
        "Shift+Tab",
        lambda verbs: verbs.step_card(-1),
        "Against the data's flow",
        also="Shift+Backtab Backtab",
    ),
    _verb("first_card", "First layer", "Home", Verbs.first_card, "Where the data comes in"),
    _verb("last_card", "Last layer", "End", Verbs.last_card, "Where the answer comes out"),
)

BY_ID = {command.id: command for command in COMMANDS}
BY_KEY = {key: command for command in COMMANDS for key in (*command.keys, *command.also)}

# Arrows mean what their direction says: they are read by `Verbs.arrow`.
ARROWS = (
    ("Layer along the connections", "Arrows"),
    ("Move the layer", "Ctrl+Arrows"),
    ("Move it farther", "Ctrl+Shift+Arrows"),
    ("Pan", "Shift+Arrows"),
)
_SPELLED = {"Return": "Enter", "Ctrl+Return": "Ctrl+Enter", "-": "−"}


def spelled(key: str) -> str:
    """A key as people write it."""
    return _SPELLED.get(key, key)


def help_lines() -> list[tuple[str, str]]:
    """What the list of keys says about the canvas."""
    return [(command.text, ", ".join(map(spelled, command.keys))) for command in COMMANDS] + list(ARROWS)
