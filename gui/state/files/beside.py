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
    return sorted(file.parent.glob(f"run-{own}-*{SUFFIX}"), key=lambda path: int(path.stem.rpartition("-")[2]))


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
        runs = self.session.runs
        last, run = runs.archive.last_learnt(runs.place), runs.current
        return None if last is run.trained and not run.touched else last

    @property
    def is_current(self) -> bool:
        """Whether the run that is wanted is in a file, or none is."""
        wanted = self.wanted
        return wanted is None or wanted is self._held()

    @property
    def is_safe(self) -> bool:
        """As `is_current`, and the file could be written."""
        return self.is_current and not self._failed

    def write(self) -> None:
        """Have it written, if it is not."""
        wanted = self.wanted
        if wanted is None or wanted is self._held():
            return
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

    def drop_older(self) -> None:
        """The work itself is written: what is newer than the newest run lies there."""
        self.writer.submit(lambda: unlink(beside(self.file)[:-1]), lambda _done: None)

    def drop(self) -> None:
        """Nothing is unsaved any more."""
        if self._number:
            self._held = lambda: None
            self.writer.submit(lambda: unlink(beside(self.file)), lambda _done: None)
