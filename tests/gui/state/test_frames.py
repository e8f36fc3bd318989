"""Frames belong to their run: what an old one still says reaches nobody, and holds up nobody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from vitrine.core.files.examples import find
from vitrine.core.files.project import load_project
from vitrine.core.probes.base import Probe, View
from vitrine.core.training.events import Frame
from vitrine.gui.state.document import Document
from vitrine.gui.state.session import Session


class Gate(Probe[int], abstract=True):
    """Holds up the first run that is asked, until the gate is opened."""

    begun: ClassVar[threading.Event] = threading.Event()
    opened: ClassVar[threading.Event] = threading.Event()

    def __call__(self, view: View) -> int:
        if not self.begun.is_set():
            self.begun.set()
            assert self.opened.wait(30)
        return view.step


@pytest.fixture
def session(qtbot: Any) -> Iterator[Session]:
    made = Session(Document(load_project(find("digits_mlp")).experiment))
    made.start()
    qtbot.waitUntil(lambda: made.state == "ready", timeout=20_000)
    Gate.begun.clear()
    Gate.opened.clear()
    yield made
    Gate.opened.set()
    made.close()


def test_a_late_frame_of_the_old_run_does_not_freeze_the_views(session: Session, qtbot: Any) -> None:
    """It took the place of the new run's, in the one box they shared; the window then waited for an answer for ever."""
    frames: list[Frame] = []
    session.runs.frame.connect(frames.append)
    session._timer.stop()  # ticks come by hand here
    session.run()
    threads = {thread for thread in threading.enumerate() if thread.name.startswith("vitrine-training")}
    session.runs.frames.sources["gate"] = Gate
    qtbot.waitUntil(lambda: bool(session.tick() or Gate.begun.is_set()), timeout=10_000)
    session.reset()
    qtbot.waitUntil(lambda: bool(session.tick() or session.state == "ready"), timeout=10_000)
    session.tick()  # the new run is asked
    box = session.runs.current.mailbox
    qtbot.waitUntil(lambda: bool(box._frames) or bool(frames), timeout=10_000)  # a quick answer is taken by that same tick
    answered = list(frames)
    Gate.opened.set()  # only now the old run answers
    qtbot.waitUntil(lambda: not any(thread.is_alive() for thread in threads), timeout=10_000)
    assert frames == answered, "nothing of the old run's"
    qtbot.waitUntil(lambda: bool(session.tick() or frames), timeout=5_000)
    assert frames[0].step == 0 and frames[0].answers == {"gate": 0}, "the new run's"
    session.step_batch()
    qtbot.waitUntil(lambda: bool(session.tick() or frames[-1].step == 1), timeout=5_000)
