"""Taking back, doing again, and finding a layer to add."""

from __future__ import annotations

from vitrine.gui.window.commands.base import Parts, command


def _named(verb: str, edit: str) -> str:
    """What the undo stack would do: "Undo add dense"."""
    return f"{verb} {edit[:1].lower()}{edit[1:]}" if edit else verb


def _undo_name(parts: Parts) -> str:
    return _named("Undo", parts.document.undo_stack.undoText())


def _redo_name(parts: Parts) -> str:
    return _named("Redo", parts.document.undo_stack.redoText())


@command(
    "undo", "Edit", 0, "Undo", "Ctrl+Z", "Take back the last edit", can=lambda parts: parts.document.undo_stack.canUndo(), name=_undo_name
)
def undo(parts: Parts) -> None:
    parts.document.undo_stack.undo()


@command(
    "redo",
    "Edit",
    0,
    "Redo",
    "Ctrl+Shift+Z",
    "Do again what was taken back",
    can=lambda parts: parts.document.undo_stack.canRedo(),
    name=_redo_name,
)
def redo(parts: Parts) -> None:
    parts.document.undo_stack.redo()


@command("find_layer", "Edit", 10, "Find a layer", "Ctrl+F", "Search the palette; Enter appends the first hit")
def find_layer(parts: Parts) -> None:
    parts.palette.focus_search()
