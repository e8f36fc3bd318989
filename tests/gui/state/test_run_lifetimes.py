"""Runs that were left take their networks and buffers along, without waiting for the collector."""

from __future__ import annotations

import threading
from typing import Any
from weakref import ref

import pytest
from lifetimes import without_collector

from vitrine.core.files.examples import find
from vitrine.core.files.project import load_project
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.network.network import Network
from vitrine.core.training.trainer import Trainer
from vitrine.gui.state.document import Document
from vitrine.gui.state.live_run import LiveRun
from vitrine.gui.state.session import Session
from vitrine.gui.window.main_window import MainWindow

WIDTHS = {"digits_cnn": ("conv2d_1", "filters"), "digits_lstm": ("lstm_1", "units")}


def train_and_edit(session: Session, node: str, field: str, width: int, qtbot: Any) -> None:
    session.run()
    qtbot.waitUntil(lambda: session.state == "running" and session.runs.step > session.runs.current.first_step + 3, timeout=20_000)
    document = session.document
    document.set_layer(node, document.graph[node].layer.replace(**{field: width}))
    qtbot.waitUntil(lambda: session.state == "running" and len(session.runs.unended) == 1, timeout=20_000)


@pytest.mark.parametrize("example", WIDTHS)
def test_only_the_run_that_is_shown_takes_memory(example: str, qtbot: Any) -> None:
    experiment = load_project(find(example)).experiment
    experiment = experiment.replace(training=experiment.training.replace(epochs=10_000))
    window = MainWindow(experiment)
    qtbot.addWidget(window)
    window.resize(1600, 1000)
    window.show()
    window.fill()
    session = window.session
    qtbot.waitUntil(lambda: session.state == "ready", timeout=20_000)
    train_and_edit(session, *WIDTHS[example], 9, qtbot)
    window.garbage._timer.stop()  # nor does the window's collector come
    with without_collector() as left:
        for width in (10, 11, 12):
            train_and_edit(session, *WIDTHS[example], width, qtbot)
        for name in ("undo", "undo", "redo"):
            window.commands[name].trigger()
            qtbot.waitUntil(lambda: session.state != "preparing" and not session._settle.isActive(), timeout=20_000)
        session.pause()
        qtbot.waitUntil(lambda: session.state == "paused", timeout=10_000)
        window._leaving = True
        window.close()
        session.runs.current.frames.viewer = None
    assert [thing for thing in left if isinstance(thing, LiveRun)] == [session.runs.current]
    for kind in (Trainer, Network, Workspace):
        assert [thing for thing in left if isinstance(thing, kind)] == []


def test_who_keeps_the_thread_keeps_no_network(qtbot: Any) -> None:
    """Other packages do, such as threadpoolctl the one that last set a number of threads."""
    session = Session(Document(load_project(find("xor")).experiment))
    session.start()
    qtbot.waitUntil(lambda: session.state == "ready", timeout=20_000)
    threads = [thread for thread in threading.enumerate() if thread.name == "vitrine-training"]
    assert session.runs.current.worker is not None
    network = ref(session.runs.current.worker.trainer.network)  # type: ignore[union-attr]
    with without_collector():
        session.close()
        qtbot.waitUntil(lambda: not session.runs.current.alive, timeout=10_000)
        assert network() is None
    assert len(threads) == 1
