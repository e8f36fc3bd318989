"""The last run that only undo holds, kept against a crash beside the work itself."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from weakref import ref

from vitrine.core.errors import VitrineError
from vitrine.core.files.project import SUFFIX, Project, save_project
from vitrine.core.training.trained import Trained
from vitrine.gui.state.files.writer import Writer
from vitrine.gui.state.session import Session


def beside(file: Path) -> list[Path]:
    """The files of runs that lie beside that recovery file, the oldest first."""
    own = file.stem.partition("-")[2]
    return sorted(file.parent.glob(f"run-{own}-*{SUFFIX}"), key=_number_of)


def _number_of(path: Path) -> int:
    """As which of its recovery file's runs it was written; what else is called so comes first."""
    number = path.stem.rpartition("-")[2]
    return int(number) if number.isdecimal() else 0


def unlink(files: list[Path]) -> None:
    """Away with them, as far as that can be."""
    for file in files:
        with contextlib.suppress(OSError):
            file.unlink(missing_ok=True)


class Beside:
    """After a Reset, New weights or an edit that drew layers anew, the weights from before are in no file any more. One such run is
    kept, the last, whatever its size: it is written under a new name before the file of the work that no longer has it, and
    the one before goes only after that. So at every moment both are on the disk.
    """

    def __init__(self, session: Session, writer: Writer, file: Path, say: Callable[[str, str], object]) -> None:
        self.session, self.writer, self.file, self.say = session, writer, file, say
        self._held: Callable[[], Trained | None] = lambda: None  # what the newest file holds
        self._number = 0
        self._failed = False

    @property
    def wanted(self) -> Trained | None:
        """The run that undo, redo or Edit > Bring back a run would bring back, and nothing else."""
        return self.session.runs.archive.last_learnt(self.session.runs.current)

    @property
    def is_current(self) -> bool:
        """Whether the run that is wanted is in a file, or none is."""
        wanted = self.wanted
        return wanted is None or wanted is self._held()

    @property
    def is_safe(self) -> bool:
        """As `is_current`, and the file could be written."""
        return self.is_current and not self._failed

    def write(self) -> Callable[[], None]:
        """Have it written, if it is not. What is returned is to be called once the work as it is now is written: then the runs before
        go, and also the last, where undo no longer holds one that the work does not have."""
        wanted = self.wanted
        if wanted is not None and wanted is not self._held():
            self._write(wanted)
        number = self._number
        return lambda: self._drop_up_to(number, wanted is not None)

    def _write(self, wanted: Trained) -> None:
        self._held = ref(wanted)
        self._number += 1
        stem = self.file.stem.partition("-")[2]
        path = self.file.with_name(f"run-{stem}-{self._number}{SUFFIX}")
        project, step = Project.of(wanted.experiment, wanted), wanted.step

        def written(error: VitrineError | None) -> None:
            self._failed = error is not None
            if error is not None:  # not tried again: the next run will be
                self.say("warning", f"The run of step {step:,}, which only undo holds now, can't be kept against a crash: {error}.")

        self.writer.submit(lambda: save_project(path, project), written)

    def _drop_up_to(self, number: int, but_one: bool) -> None:
        """Those that were there when the work was looked at."""
        if not but_one and number == self._number:
            self.forget()

        def drop() -> None:
            there = [path for path in beside(self.file) if _number_of(path) <= number]
            unlink(there[:-1] if but_one else there)

        if number:
            self.writer.submit(drop, lambda _done: None)

    def forget(self) -> None:
        """What was written is gone."""
        self._held = lambda: None

    def drop(self) -> None:
        """Nothing is unsaved any more."""
        if self._number:
            self.forget()
            self.writer.submit(lambda: unlink(beside(self.file)), lambda _done: None)
