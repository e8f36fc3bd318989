"""What the tests of the live panels share: a real run, panels fed as the window feeds them, and looking at pixels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from vitrine.core.layers.base import Layer
from vitrine.core.losses.base import Loss
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.training.events import EpochDone, Failed, StepDone
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.settings import Split, Training
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.base import Dataset, DatasetSpec, Info
from vitrine.datasets.build import build
from vitrine.datasets.preprocessing.base import Preprocessing
from vitrine.gui.panels.base import Desk, Panel
from vitrine.gui.state.commands import Outlook
from vitrine.gui.state.document import Document
from vitrine.gui.state.session import Session
from vitrine.gui.widgets.mosaic.mosaic_view import MosaicView

PanelT = TypeVar("PanelT", bound=Panel[Any])

CNN = (("Conv2D", {"filters": 6, "activation": "ReLU"}), ("Flatten", {}), ("Dense", {"units": 10, "activation": "Softmax"}))
MLP = (("Flatten", {}), ("Dense", {"units": 20, "activation": "ReLU"}), ("Dense", {"units": 10, "activation": "Softmax"}))


def graph_of(layers: tuple[tuple[str, dict[str, Any]], ...]) -> GraphSpec:
    get = Layer.registry.get
    return GraphSpec.chain(get("Input")(), *(get(name)(**settings) for name, settings in layers))


def opened(kind: type[PanelT], session: Session) -> PanelT:
    """A panel as the window opens it, on the session's current run."""
    panel = kind(Desk(session.document, session.focus, session.source, session.runs.around.courtesy))
    panel.message.connect(session.message)
    session.closing.connect(panel.end)
    session.runs.current_changed.connect(panel.show_run)
    session.runs.prepared.connect(lambda _history: panel.run_prepared())
    panel.show_run(session.runs.current)
    return panel


class Run:
    """A trainer on real data beside a session and a document that never start a thread of their own."""

    def __init__(
        self, layers: tuple[tuple[str, dict[str, Any]], ...], dataset: str = "Digits", loss: str = "CategoricalCrossEntropy", **split: float
    ) -> None:
        source = DatasetSpec.registry.get(dataset)()
        preprocessing = Preprocessing.registry.get("Scale01" if dataset == "Digits" else "NoPreprocessing")()
        self.experiment = Experiment(
            dataset=source, preprocessing=preprocessing, graph=graph_of(layers), loss=Loss.registry.get(loss)(),
            optimizer=Optimizer.registry.get("SGD")(learning_rate=0.1), split=Split(**split), training=Training(batch_size=32, epochs=30),
        )  # fmt: skip
        self._begin(build(source, preprocessing, self.experiment.split))

    def _begin(self, data: Any) -> None:
        self.data = data
        self.trainer = Trainer(self.experiment, data)
        self.document = Document(self.experiment)
        self.document.show(Outlook(self.experiment, data.info, None, self.experiment.analyze(data.info)))  # of these data, not the source's
        self.session = Session(self.document)
        self.session.runs.current.data, self.session.runs.current.history = data, self.trainer.history
        self.session.runs.current.state = "ready"
        self._events = self.trainer.run()
        self._frames = 0

    def open(self, kind: type[PanelT]) -> PanelT:
        return opened(kind, self.session)

    def shown(self, qtbot: Any, kind: type[PanelT], width: int, height: int) -> PanelT:
        """A panel on the run, on the screen at this size."""
        panel = self.open(kind)
        show(qtbot, panel, width, height)
        return panel

    def train(self, steps: int) -> None:
        """So many steps. Fails where the run stops on its own: it would wait for a wish, and nobody is there to have one."""
        until, told = self.trainer.step + steps, []
        while self.trainer.step < until:
            assert self.trainer.control.running, f"at step {self.trainer.step} of {until} the run rests: {told}"
            event = next(self._events)
            if not isinstance(event, StepDone | EpochDone):
                told.append(event)
            assert not isinstance(event, Failed) and getattr(event, "severity", "") != "error", event

    def feed(self, panel: Panel[Any], times: int = 2) -> Any:
        """Ask, answer and draw as the window does, until what is asked for has settled; the last answer."""
        answer = None
        for _ in range(times):
            probe = panel.request()
            assert probe is not None
            self._frames += 1
            self.trainer.looking.answered.clear()  # due at once: nobody waits for an interval here
            frame = self.trainer.frame(self._frames, {panel.id: probe})
            answer = frame.answers[panel.id]
            if answer is None:
                panel.draw_nothing()
            else:
                panel.draw(answer)
            panel.draw_history(self.trainer.history)
        return answer


class Regression(Run):
    """y = 2 x1 - x2 with a little noise: 100 rows of a table, learnt by one linear unit."""

    def __init__(self) -> None:
        source = DatasetSpec.registry.get("Digits")()
        preprocessing = Preprocessing.registry.get("NoPreprocessing")()
        self.experiment = Experiment(
            dataset=source, preprocessing=preprocessing, graph=graph_of((("Dense", {"units": 1}),)),
            loss=Loss.registry.get("MeanSquaredError")(), optimizer=Optimizer.registry.get("SGD")(learning_rate=0.1),
            training=Training(batch_size=10, epochs=30),
        )  # fmt: skip
        rng = np.random.default_rng(0)
        x = rng.normal(size=(100, 3)).astype(np.float32)
        y = (2 * x[:, :1] - x[:, 1:2] + 0.05 * rng.normal(size=(100, 1))).astype(np.float32)
        info = Info(name="plane", element="table", input_shape=(3,), task="regression", target_shape=(1,), feature_names=("a", "b", "c"))
        cuts = {"train": slice(0, 60), "validation": slice(60, 80), "test": slice(80, 100)}
        parts = {name: (x[cut], y[cut]) for name, cut in cuts.items()}
        self._begin(Dataset(info, parts, {name: np.arange(len(parts[name][0])) for name in parts}))


class Autoencoder(Run):
    """Digits that are learnt to be drawn again: the targets are the inputs."""

    def __init__(self) -> None:
        base = Run(MLP)
        layers = (("Flatten", {}), ("Dense", {"units": 64, "activation": "Sigmoid"}), ("Reshape", {"target_shape": (8, 8, 1)}))
        self.experiment = base.experiment.replace(graph=graph_of(layers), loss=Loss.registry.get("MeanSquaredError")())
        info = Info(name="digits", element="image", input_shape=(8, 8, 1), task="regression", target_shape=(8, 8, 1))
        parts = {name: (x, x) for name, (x, _) in base.data.parts.items()}
        self._begin(Dataset(info, parts, {}))


def trained(layers: tuple[tuple[str, dict[str, Any]], ...], steps: int, paused: bool = False) -> Iterator[Run]:
    """A run after so many steps, for a fixture."""
    run = Run(layers)
    run.train(steps)
    if paused:
        run.trainer.control.pause()
    yield run
    run.session.close()  # an edit of the document makes the session prepare a run of its own


def show(qtbot: Any, panel: QWidget, width: int = 420, height: int = 240) -> None:
    qtbot.addWidget(panel)
    panel.resize(width, height)
    with qtbot.waitExposed(panel):
        panel.show()


def grab(widget: QWidget) -> QImage:
    return widget.grab().toImage()


def color_at(widget: QWidget, place: QPoint) -> QColor:
    return grab(widget).pixelColor(place)


def count_color(widget: QWidget, color: QColor, near: int = 12) -> int:
    """How many pixels of a widget are about that colour."""
    image = grab(widget).convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)[..., :3]
    wanted = np.array([color.blue(), color.green(), color.red()], int)
    return int(np.count_nonzero(np.abs(pixels.astype(int) - wanted).max(axis=-1) <= near))


def pixel_of(view: MosaicView, tile: int, y: int, x: int) -> QPoint:
    """The middle of a tile's pixel on the view."""
    rect = view.tile_rect(tile)
    across, down = rect.width() / view.layout_.width, rect.height() / view.layout_.height
    return QPoint(int(rect.left() + (x + 0.5) * across), int(rect.top() + (y + 0.5) * down))


def hover(qtbot: Any, view: MosaicView, place: QPoint) -> None:
    QTest.mouseMove(view, place)
    qtbot.waitUntil(lambda: view.hovered is not None)
