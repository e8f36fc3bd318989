"""What the tests of saving and undoing share: data that can be held back or go missing, a layer that breaks, and finding weights again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from vitrine.core.errors import DataError
from vitrine.core.files.project import Project, load_project, save_project
from vitrine.core.kernels.context import Context
from vitrine.core.layers.base import Layer
from vitrine.core.layers.dense import Dense
from vitrine.core.losses.base import Loss
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.spec import hp
from vitrine.core.training.checkpoint import weights_sha256
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.settings import Split, Training
from vitrine.core.training.trained import Trained, capture_trained
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.base import DatasetSpec, Info, Raw
from vitrine.datasets.build import build
from vitrine.datasets.preprocessing.base import Preprocessing
from vitrine.gui.window.main_window import MainWindow


class Clouds(DatasetSpec, abstract=True):
    """Two clouds of points; loading waits for the gate, and for a file where one is named."""

    title = "Clouds"
    gate: ClassVar[threading.Event] = threading.Event()
    seed: int = hp(default=0, help="Other points", minimum=0)
    file: str = hp(default="", help="Must be there", kind="str")

    def describe(self) -> Info:
        if self.file and not Path(self.file).exists():
            raise DataError(f"{self.file} is missing: choose another file")
        return Info(name="Clouds", element="points", input_shape=(2,), task="classification", class_names=("a", "b"))

    def load(self) -> Raw:
        self.gate.wait(30)
        rng = np.random.default_rng(self.seed)
        y = np.arange(60) % 2
        return Raw(rng.normal(size=(60, 2)).astype(np.float32) + 2 * y[:, None].astype(np.float32), y)


class Brittle(Dense, abstract=True):
    """A dense layer that breaks in training when told to, and waits at a gate."""

    title = "Brittle"
    broken: ClassVar[bool] = False
    gate: ClassVar[threading.Event] = threading.Event()
    waiting: ClassVar[bool] = False  # in the middle of a step, at the gate

    def forward(self, params: Any, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        if Brittle.broken and ctx.training:
            raise RuntimeError("the layer broke")
        if ctx.training and not Brittle.gate.is_set():
            Brittle.waiting = True
            Brittle.gate.wait(30)
            Brittle.waiting = False
        return super().forward(params, inputs, ctx)


@pytest.fixture
def clouds(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Clouds]]:
    """The two types, known for one test; the gates are open."""
    monkeypatch.setitem(DatasetSpec.registry._things, "Clouds", Clouds)
    monkeypatch.setitem(Layer.registry._things, "Brittle", Brittle)
    Clouds.gate.set()
    Brittle.gate.set()
    Brittle.broken = False
    yield Clouds
    Clouds.gate.set()
    Brittle.gate.set()
    Brittle.broken = False


def experiment(epochs: int = 500, file: str = "") -> Experiment:
    """2-4-2 with Adam, five steps an epoch."""
    get = Layer.registry.get
    return Experiment(
        dataset=Clouds(file=file),
        preprocessing=Preprocessing.registry.get("NoPreprocessing")(),
        graph=GraphSpec.chain(get("Input")(), Brittle(units=4), get("Dense")(units=2, activation="Softmax")),
        loss=Loss.registry.get("CategoricalCrossEntropy")(),
        optimizer=Optimizer.registry.get("Adam")(learning_rate=0.01),
        split=Split(train=0.5, validation=0.25),
        training=Training(batch_size=6, epochs=epochs),
        name="clouds",
    )


def trained_file(folder: Path, file: str = "") -> tuple[Path, Trained]:
    """A project that was trained for some steps."""
    begun = experiment(file=file)
    trainer = Trainer(begun, build(begun.dataset, begun.preprocessing, begun.split))  # type: ignore[arg-type]
    events = trainer.run()
    while trainer.step < 7:
        next(events)
    trained = capture_trained(trainer)
    assert trained is not None
    save_project(folder / "work.vitrine", Project.of(begun, trained))
    return folder / "work.vitrine", trained


def fingerprint(trained: Trained | None) -> tuple[int, str] | None:
    """Step and hash of the weights."""
    return None if trained is None else (trained.step, weights_sha256(trained.checkpoint.weights))


def of_file(path: Path | None) -> tuple[int, str] | None:
    if path is None or not path.exists():
        return None
    return fingerprint(load_project(path).known)


def known(window: MainWindow, qtbot: Any) -> tuple[int, str] | None:
    """What the window would save now."""
    found: list[Any] = []
    window.session.runs.current.ask_trained(lambda trained, _doubt: found.append(trained))
    qtbot.waitUntil(lambda: bool(found), timeout=10_000)
    return fingerprint(found[0])


def settled(window: MainWindow, qtbot: Any) -> None:
    """Edits are followed, the run stands, files are written."""
    qtbot.waitUntil(
        lambda: not window.session._settle.isActive() and window.session.state != "preparing" and not window.files.saver.busy,
        timeout=20_000,
    )


def everything_known(window: MainWindow, qtbot: Any) -> set[tuple[int, str] | None]:
    """All weights that the user can come by: here, at every place of the undo stack, in the file, in the recovery."""
    found = {of_file(window.document.path), of_file(window.files.recovery.file), known(window, qtbot)}
    stack = window.document.undo_stack
    for move, left in ((stack.undo, stack.canUndo), (stack.redo, stack.canRedo)):
        while left():
            move()
            settled(window, qtbot)
            found.add(known(window, qtbot))
    return found


def kept_project(window: MainWindow, qtbot: Any) -> Project:
    """What a crash would leave now."""
    window.files.recovery.stop()  # nobody writes or drops it between this and the look at it
    qtbot.waitUntil(lambda: window.files.recovery._under_way is None, timeout=10_000)
    window.files.recovery.keep()
    qtbot.waitUntil(lambda: window.files.recovery._under_way is None, timeout=10_000)
    return load_project(window.files.recovery.file)
