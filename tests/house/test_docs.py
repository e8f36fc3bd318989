"""What the documents say must be true: files and folders they name exist, and every type in add_a_layer.md works as printed,
each from a file of its own that is found without another line."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance.cases import registries

ROOT = Path(__file__).resolve().parents[2]
DOCS = ("docs/add_a_layer.md", "docs/how_it_works.md")
BLOCK = re.compile(r"`((?:core|datasets|gui)/[\w/]+\.py)`:\n\n```python\n(.*?)```", re.DOTALL)

# In a process of its own: types defined here would enter the registries that the conformance tests iterate.
FIND_THEM = """
import importlib, sys
from pathlib import Path

extra = Path(sys.argv[1])
for folder in {path.parent for path in extra.rglob("*.py")}:
    package = importlib.import_module(".".join(("vitrine", *folder.relative_to(extra).parts)))
    package.__path__.append(str(folder))  # as if the file lay beside the package's own
"""

TRY_THE_ENGINE = (
    FIND_THEM
    + """
import numpy as np
from vitrine.core.activations.base import Activation
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.settings import Training
from vitrine.core.network.gradcheck import check_layer
from vitrine.core.network.graph import GraphSpec
from vitrine.core.layers.base import Layer
from vitrine.core.layers.dense import Dense
from vitrine.core.layers.input import Input
from vitrine.core.losses.base import Loss
from vitrine.core.monitors.base import Monitor
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.base import DatasetSpec
from vitrine.datasets.build import build
from vitrine.datasets.preprocessing.none import NoPreprocessing

Gain = Layer.registry.get("Gain")
for shape in ((6,), (3, 4, 2)):
    check = check_layer(Gain(start=0.5), (shape,))
    assert check.worst < 1e-5, check
assert check_layer(Dense(units=3, activation="Gaussian"), ((6,),)).worst < 1e-5
z = np.linspace(-2, 2, 9)
assert np.allclose(Activation.registry.get("Gaussian")().curve(z)[1], -2 * z * np.exp(-(z**2)))

optimizer = Optimizer.registry.get("SignSGD")(learning_rate=0.01)
dataset = DatasetSpec.registry.get("Stripes")(stripes=2)
graph = GraphSpec.chain(Input(), Gain(), Dense(units=16, activation="Gaussian"), Dense(units=2, activation="Softmax"))
experiment = Experiment(
    dataset=dataset, preprocessing=NoPreprocessing(), graph=graph, loss=Loss.registry.get("CategoricalCrossEntropy")(),
    optimizer=optimizer, training=Training(epochs=30),
)
assert Experiment.from_json(experiment.to_json()) == experiment
trainer = Trainer(experiment, build(dataset, experiment.preprocessing, experiment.split))
list(trainer.run())
assert trainer.evaluate("test")["test_accuracy"] > 0.9, trainer.evaluate("test")
assert trainer.network.params.dtype == np.float32

wild = experiment.replace(optimizer=optimizer.replace(learning_rate=30.0))
trainer = Trainer(wild, trainer.data)
said = [event.message for event in trainer.run() if getattr(event, "kind", "") == "WorseThanGuessing"]
assert said and "ignores the inputs" in said[0], said
"""
)

TRY_THE_PANEL = (
    FIND_THEM
    + """
from PySide6.QtCore import QDeadlineTimer
from PySide6.QtWidgets import QApplication, QDockWidget

app = QApplication([])
from vitrine.gui.app import make_window
from vitrine.gui.panels.base import Panel

window = make_window()
window.show()
window.fill()
dock = window.findChild(QDockWidget, "panel.biggest_weight")
assert dock is not None and dock.windowTitle() == "Largest weights"
dock.show()
dock.raise_()
panel = window.findChild(Panel.registry.get("biggest_weight"))
deadline = QDeadlineTimer(60_000)
while not panel.label.text() and not deadline.hasExpired():
    app.processEvents()
assert "dense_1/W" in panel.label.text(), panel.label.text()
window.close()
"""
)


def blocks() -> dict[str, str]:
    return dict(BLOCK.findall((ROOT / DOCS[0]).read_text(encoding="utf-8")))


@pytest.fixture
def extra(tmp_path: Path) -> Path:
    """The document's files, in folders named as the project's."""
    for name, source in blocks().items():
        path = tmp_path / "extra" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return tmp_path / "extra"


def run(script: str, extra: Path) -> None:
    paths = os.pathsep.join((os.environ.get("PYTHONPATH", ""), str(ROOT)))
    environment = os.environ | {"PYTHONPATH": paths, "QT_QPA_PLATFORM": "offscreen"}
    result = subprocess.run(
        [sys.executable, "-c", script, str(extra)], cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", timeout=180
    )
    assert result.returncode == 0, result.stderr


def test_all_code_in_the_document_is_tried() -> None:
    text = (ROOT / DOCS[0]).read_text(encoding="utf-8")
    assert len(blocks()) == text.count("```python") == 7
    assert not [name for name in blocks() if (ROOT / name).exists()], "the document's example hides a real file"


def test_layer_activation_optimizer_dataset_and_monitor(extra: Path) -> None:
    run(TRY_THE_ENGINE, extra)


def test_probe_and_panel(extra: Path) -> None:
    run(TRY_THE_PANEL, extra)


def test_every_registry_is_in_the_table() -> None:
    text = (ROOT / DOCS[0]).read_text(encoding="utf-8")
    known = {r.package for r in registries()}
    assert "vitrine.core.layers" in known
    assert not [package for package in known if f"| `{package.removeprefix('vitrine.').replace('.', '/')}/` |" not in text]


def named(document: str) -> set[str]:
    """Files and folders of the project that the document names, by code or by link."""
    text = re.sub(r"```.*?```", "", (ROOT / document).read_text(encoding="utf-8"), flags=re.DOTALL)
    paths = set(re.findall(r"`((?:core|datasets|gui|tests|examples|docs|benchmarks|tools)/[\w/.]*)`", text))
    return paths | {f"docs/{link}" for link in re.findall(r"\]\((\w+\.md)\)", text)}


@pytest.mark.parametrize("document", DOCS)
def test_named_files_exist(document: str) -> None:
    assert named(document)
    missing = [name for name in named(document) if not (ROOT / name).exists() and name not in blocks()]
    assert not missing


@pytest.mark.parametrize("document", DOCS)
def test_named_modules_exist(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    for name in set(re.findall(r"`((?:core|datasets|gui)\.[a-z_.]+)`", text)):
        assert (ROOT / (name.replace(".", "/") + ".py")).exists(), name
