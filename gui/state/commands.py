"""The undoable commands of a document, and what they bring it: an experiment worked out whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtGui import QUndoCommand

from vitrine.core.network.analysis import Analysis
from vitrine.core.training.experiment import Experiment
from vitrine.datasets.base import Info


@dataclass(frozen=True)
class Outlook:
    """An experiment and all that a document says of it: worked out whole before anything of it counts.

    info: the dataset's description; None without one, and then `info_error` says why. examples: of the training part, None
    while the data are not here to tell.
    """

    experiment: Experiment
    info: Info | None
    info_error: str | None
    analysis: Analysis
    examples: int | None = None


class Shows(Protocol):
    """What an undoable command works on; the document is one."""

    def work_out(self, experiment: Experiment) -> Outlook: ...
    def show(self, outlook: Outlook, renamed: tuple[str, str] | None = None) -> None: ...


class EditCommand(QUndoCommand):
    """From one experiment to another. Commands with the same merge key that follow each other become one.

    `outlook`: what the document works out of the new experiment, found before the command is pushed.
    """

    ids: dict[str, int] = {}

    def __init__(self, document: Shows, before: Experiment, outlook: Outlook, text: str, merge: str | None = None) -> None:
        super().__init__(text)
        self.document, self.before, self.after, self.merge = document, before, outlook.experiment, merge
        self.renamed: tuple[str, str] | None = None
        self._outlook: Outlook | None = outlook

    def begin(self) -> None:
        """Show the new experiment for the first time, once the command stands on the stack: who is told of the edit may edit in turn,
        and that comes after it."""
        outlook, self._outlook = self._outlook, None
        if outlook is not None:
            self.document.show(outlook, self.renamed)

    def redo(self) -> None:
        if self._outlook is None:  # else it is being pushed
            self.document.show(self.document.work_out(self.after), self.renamed)

    def undo(self) -> None:
        self._outlook = None
        self.document.show(self.document.work_out(self.before), self.renamed[::-1] if self.renamed else None)

    def id(self) -> int:
        return -1 if self.merge is None else self.ids.setdefault(self.merge, len(self.ids) + 1)

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, EditCommand):
            return False
        self.after = other.after
        return True
