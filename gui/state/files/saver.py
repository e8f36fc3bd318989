"""Saving what is there, in every state: the document with the last that is known of its weights."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from weakref import ref

from PySide6.QtCore import QObject

from vitrine.core.errors import VitrineError
from vitrine.core.files.atomic import stamp
from vitrine.core.files.project import Project, save_project
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.trained import Trained
from vitrine.gui.state.files.writer import Writer
from vitrine.gui.state.live_run import LiveRun
from vitrine.gui.state.session import Session


@dataclass(eq=False)
class Saving:
    """One file on its way to the disk. error: why it was not written. doubt: why its weights are not the newest.

    Once it is written it holds neither weights nor run: who remembers what was saved shall not keep it all in memory.
    """

    path: Path
    experiment: Experiment
    place: int  # on the undo stack
    run: ref[LiveRun]
    done: Callable[[Saving], object]
    view: dict[str, Any] = field(default_factory=dict)
    trained: Trained | None = None
    step: int = 0
    captured: bool = False
    error: VitrineError | None = None
    doubt: VitrineError | None = None
    stamp: tuple[int, int] | None = None  # of the file that was written


class Saver(QObject):
    """The weights are copied by the training thread, in milliseconds; the file is written by the writer's thread; the same
    file in the order in which it was asked for."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.writer = Writer(self)
        self._waiting: deque[Saving] = deque()

    @property
    def busy(self) -> bool:
        """A file was asked for that is not told yet."""
        return bool(self._waiting) or self.writer.busy

    def save(self, path: Path, done: Callable[[Saving], object], view: dict[str, Any] | None = None) -> Saving:
        """Write the document and the last that is known of its weights; then call `done`."""
        self.session.catch_up()  # after an undo the run that it brings back is meant
        document, run = self.session.document, self.session.runs.current
        saving = Saving(path, document.experiment, document.undo_stack.index(), ref(run), done, view or {})
        self._waiting.append(saving)
        run.ask_trained(lambda trained, doubt: self._captured(saving, trained, doubt))
        return saving

    def hurry(self, saving: Saving) -> None:
        """Write it with the weights of a moment ago, if those of now are not to be had soon."""
        run = saving.run()
        self._captured(saving, run.trained if run is not None else None, VitrineError("the run was in the middle of a long step"))

    def _captured(self, saving: Saving, trained: Trained | None, doubt: VitrineError | None) -> None:
        if not saving.captured:
            saving.trained, saving.doubt, saving.captured = trained, doubt, True
            saving.step = trained.step if trained is not None else 0
            self._pump()

    def is_current(self, saving: Saving) -> bool:
        """Whether the file holds what the document is now."""
        document = self.session.document
        return document.experiment is saving.experiment and document.undo_stack.index() == saving.place

    def has_weights_of(self, saving: Saving) -> bool:
        """Whether nothing was learnt since."""
        run = self.session.runs.current
        return run is saving.run() and saving.doubt is None and (run.step == saving.step or not run.touched)

    def finish(self, last: Callable[[], object]) -> None:
        """Write what is to be written, then do `last`; nothing more is taken."""
        self.writer.finish(last)

    def _pump(self) -> None:
        """Write what has its weights. Another file does not wait for one that has not."""
        waiting, self._waiting = self._waiting, deque()
        for saving in waiting:
            if not saving.captured or any(earlier.path == saving.path for earlier in self._waiting):
                self._waiting.append(saving)
                continue
            self.writer.submit(lambda saving=saving: _write(saving), lambda error, saving=saving: _told(saving, error))  # type: ignore[misc]


def _write(saving: Saving) -> None:
    save_project(saving.path, Project.of(saving.experiment, saving.trained, saving.view))
    saving.stamp = stamp(saving.path)


def _told(saving: Saving, error: VitrineError | None) -> None:
    saving.error, saving.trained = error, None
    saving.done(saving)
