"""What follows from a task: which losses and metrics fit, outputs, targets, words; and that another one is a file of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from plugin_help import plugin, run

from tests.conformance.cases import INFOS
from vitrine.core.errors import SpecError
from vitrine.core.losses.base import Loss
from vitrine.core.metrics.base import Metric, default_metrics
from vitrine.core.tasks.base import Task
from vitrine.datasets.base import Info

CLASSIFICATION, REGRESSION = Task.named("classification"), Task.named("regression")


def test_a_task_is_named_as_datasets_name_it() -> None:
    assert Task.named(CLASSIFICATION) is CLASSIFICATION and Task.named("regression") == REGRESSION
    assert Info("Points", "points", (2,), "regression", target_shape=(1,)).task == REGRESSION
    with pytest.raises(SpecError, match="no task named 'guessing'; known are classification, regression"):
        Task.named("guessing")
    keys = [kind.key for kind in Task.registry]
    assert len(set(keys)) == len(keys) >= 2


@pytest.mark.parametrize("kind", list(Task.registry), ids=lambda kind: kind.key)
def test_every_task_says_all_that_is_asked_of_it(kind: type[Task]) -> None:
    task = kind()
    assert kind.title and kind.summary and kind.error_name
    first = default_metrics(task)[0]
    assert type(first).__name__ == kind.metric and task.fits(first.takes)
    assert len(default_metrics(task, every=True)) > 2
    assert any(task.fits(loss.takes) for loss in Loss.registry), "nothing to learn it with"


def test_classes_and_numbers() -> None:
    four, vector = INFOS["four classes"], INFOS["vector"]
    assert four.task.output_shape(four) == (4,) and vector.task.output_shape(vector) == (3,)
    np.testing.assert_array_equal(four.task.encode(np.array([2, 0]), four), [[0, 0, 1, 0], [1, 0, 0, 0]])
    assert vector.task.encode(np.arange(6).reshape(2, 3), vector).shape == (2, 3)
    assert four.task.class_names(four) == tuple("abcd") and vector.task.class_names(vector) == ()
    assert four.task.say(np.int64(3), four) == "d" and vector.task.say(np.array([1.5, 2, 3]), vector) == "1.5, 2, 3"
    assert four.task.describe(four) == "4 classes: a, b, c, d" and vector.task.describe(vector) == "Regression of 3 numbers"
    picture = replace(vector, target_shape=(8, 8, 1))
    assert vector.task.describe(picture) == "Regression of 8 × 8 × 1 numbers"
    assert vector.task.say(np.zeros((8, 8, 1)), picture) == "8 × 8 × 1", "not 0, 0, 0, as if that were all"
    assert four.task.demand(four) == "4 classes" and vector.task.demand(vector) == "the targets"


def test_errors_and_the_share_that_a_guess_leaves() -> None:
    assert CLASSIFICATION.error({"test_accuracy": 0.75}, "test") == 0.25 and REGRESSION.error({"test_rmse": 3.0}, "test") == 3.0
    assert CLASSIFICATION.guess_error(np.array([1, 1, 0]), np.array([1, 0, 0, 0])) == 0.75
    assert REGRESSION.guess_error(np.array([[1.0], [3.0]]), np.array([[2.0], [4.0]])) == pytest.approx(2**0.5)
    assert CLASSIFICATION.share_of_guess(0.2, 0.4) == 0.5 and REGRESSION.share_of_guess(0.2, 0.4) == 0.25
    assert CLASSIFICATION.error_variance(0.5, 100) == 0.0025 and REGRESSION.error_variance(0.5, 100) == 0


def test_what_does_not_fit_says_what_it_is_for() -> None:
    assert (
        Loss.from_json("CategoricalCrossEntropy").fits(INFOS["vector"])
        == "Categorical cross-entropy is for classification; the data is a regression"
    )
    assert {m.__name__ for m in Metric.registry if REGRESSION.fits(m.takes)} == {"RMSE", "MAE", "R2"}


SEVERAL_LABELS = '''
from typing import ClassVar
import numpy as np
from vitrine.core.tasks.base import Task, VALUES
from vitrine.core.tasks.regression import Regression

class SeveralLabels(Task):
    """Every example has any number of K labels: y float32 (N, K) of zeros and ones."""

    title: ClassVar[str] = "several labels"
    summary: ClassVar[str] = "Every example has any number of labels."
    key: ClassVar[str] = "several labels"
    targets: ClassVar[str] = VALUES
    metric: ClassVar[str] = "MAE"
    error_name: ClassVar[str] = "mean error"

    def output_shape(self, goal):
        return (len(goal.class_names),)

    def encode(self, y, goal):
        return np.asarray(y, np.float32)

    def demand(self, goal):
        return f"{len(goal.class_names)} labels"

    def describe(self, goal):
        return f"{len(goal.class_names)} labels: {', '.join(goal.class_names)}"

    def say(self, target, goal):
        return " and ".join(name for name, there in zip(goal.class_names, target) if there) or "none"

    def error(self, values, part):
        return values[f"{part}_mae"]

    def guess_error(self, targets, judged):
        return float(np.mean(np.abs(judged - targets.mean(axis=0))))
'''

SIGNS = """
import numpy as np
from vitrine.datasets.base import DatasetSpec, Info, Raw

class Signs(DatasetSpec):
    def describe(self):
        return Info("Signs", "points", (2,), "several labels", class_names=("right", "up"), target_shape=(2,))

    def load(self):
        x = np.random.default_rng(0).uniform(-1, 1, (400, 2)).astype(np.float32)
        return Raw(x, (x > 0).astype(np.float32))
"""


def test_another_task_is_one_file() -> None:
    """Several labels an example: contributed, declared by a dataset, learnt with binary cross-entropy, shown in words."""
    plugin("tasks/several_labels.py", SEVERAL_LABELS)
    plugin("datasets/signs.py", SIGNS)
    out = run("""
from vitrine.core.activations.base import Activation
from vitrine.core.layers.base import Layer
from vitrine.core.losses.base import Loss
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.registry import Registry
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.settings import Training
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.build import build
signs = Registry.of("dataset").get("Signs")()
info = signs.describe()
graph = GraphSpec.chain(Layer.from_json("Input"), Layer.registry.get("Dense")(units=2))
experiment = Experiment(
    dataset=signs, preprocessing=Registry.of("preprocessing").get("NoPreprocessing")(), graph=graph,
    loss=Loss.from_json("BinaryCrossEntropy"), optimizer=Optimizer.registry.get("Adam")(learning_rate=0.05), training=Training(epochs=60),
)
print([str(p) for p in experiment.analyze(info).problems], Registry.disabled)
print(experiment.replace(loss=Loss.from_json("CategoricalCrossEntropy")).loss.fits(info))
wrong = experiment.replace(graph=GraphSpec.chain(Layer.from_json("Input"), Layer.registry.get("Dense")(units=3)))
print([p.message for p in wrong.analyze(info).problems])
trainer = Trainer(experiment, build(signs, experiment.preprocessing, experiment.split))
list(trainer.run())
values = trainer.evaluate("test")
print(sorted(values), values["test_mae"] < 0.2)
y = trainer.data.split("test")[1]
print(info.task.say(y[y.all(axis=1)][0], info))
""")
    fine, misfit, wrong, values, said = out.splitlines()
    assert fine == "[] []"
    assert misfit == "Categorical cross-entropy is for classification; the data is a several labels"
    assert wrong == "['the output is 3, but 2 labels need 2']"
    assert values == "['test_loss', 'test_mae'] True" and said == "right and up"
