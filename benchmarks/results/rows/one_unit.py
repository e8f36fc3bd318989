"""One unit: the perceptron, linear and logistic regression, softmax, one neuron's gradient."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import numpy as np

from benchmarks.results.row import Detail, Figure, Row, described, percent
from benchmarks.results.runs import Runs, set_part, trainer_for
from vitrine.core.activations.softmax import Softmax
from vitrine.core.files.examples import find
from vitrine.core.files.project import load_project
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.network.gradcheck import numeric_slope
from vitrine.core.training.trainer import Trainer

POINTS = {(0.0, 0.0): "a", (1.0, 0.0): "b", (0.0, 1.0): "c", (1.0, 1.0): "d"}
NEVER = 500  # epochs after which what was not learnt is not going to be


def weights(trainer: Trainer) -> tuple[list[float], float]:
    return [float(w) for w in trainer.network.views["dense_1/W"][:, 0]], float(trainer.network.views["dense_1/b"][0])


def misclassified(trainer: Trainer) -> str:
    """The names of the points on the wrong side, {a, b}."""
    wrong = (trainer.network.outputs(trainer.x) * trainer.targets <= 0)[:, 0]
    return "{" + ", ".join(sorted(POINTS[float(x[0]), float(x[1])] for x in trainer.x[wrong])) + "}"


class Perceptron(Row):
    lecture: ClassVar[str] = "L1"
    title: ClassVar[str] = "the perceptron rule"
    rank: ClassVar[float] = 1

    def measure(self, runs: Runs) -> Iterable[Figure | Detail]:
        trainer = trainer_for(load_project(find("perceptron_or")).experiment)
        trainer.network.views["dense_1/W"][:, 0] = (-0.5, 0.75)
        trainer.network.views["dense_1/b"][:] = 0.375
        before = misclassified(trainer)
        for _ in trainer.run():
            if trainer.step:
                break
        w, b = weights(trainer)
        ours = f"{before}, after one update w = ({w[0]:g}, {w[1]:g}), b = {b:g}, {misclassified(trainer)}"
        wanted = "{a, b}, after one update w = (-0.1, 0.75), b = 0.375, {a}"
        yield Figure(
            "OR from w = (-0.5, 0.75), b = 0.375: misclassified",
            wanted,
            ours,
            "`perceptron_or` from these weights",
            "the same",
            ours == wanted,
        )
        for gate in ("or", "and"):
            run = runs.run(f"perceptron_{gate}")
            learnt = run.result["train_accuracy"] == 1
            losses = np.asarray(run.project.checkpoint.history["steps/loss"])  # type: ignore[union-attr]
            steps = int(np.flatnonzero(losses)[-1]) + 1 if learnt else 0
            yield Figure(
                f"{gate.upper()} from zeros",
                "learnt",
                f"learnt after {steps} updates" if learnt else "not learnt",
                described([run]),
                "learnt",
                learnt,
            )
        run = runs.run("perceptron_or", epochs=NEVER, change=set_part(dataset="Xor"), note="with XOR as its data")
        never = run.result["train_accuracy"] < 1
        ours = f"{percent(run.result['train_accuracy'])} of the points right after {NEVER} epochs"
        yield Figure("XOR", "never learnt by one unit", ours, described([run]), "never learnt", never)


class LinearRegression(Row):
    lecture: ClassVar[str] = "L2"
    title: ClassVar[str] = "linear regression, food truck"
    rank: ClassVar[float] = 2

    def measure(self, runs: Runs) -> Iterable[Figure | Detail]:
        run = runs.run("food_truck")
        trainer = run.trainer()
        (w,), b = weights(trainer)
        first = float(trainer.history.steps.column("loss")[0])
        yield Figure("halved MSE at zeros", "32.07", f"{first:.2f}", described([run]), "32.07", round(first, 2) == 32.07)
        good = abs(b + 3.6303) < 2e-4 and abs(w - 1.1664) < 1e-4
        yield Figure(
            "after 1,500 full-batch steps", "b = -3.6303, w = 1.1664", f"b = {b:.4f}, w = {w:.4f}", described([run]), "the same", good
        )


class LogisticRegression(Row):
    lecture: ClassVar[str] = "L3"
    title: ClassVar[str] = "logistic regression, exam scores"
    rank: ClassVar[float] = 3

    def measure(self, runs: Runs) -> Iterable[Figure | Detail]:
        run = runs.run("exam_scores")
        trainer = run.trainer()
        first = float(trainer.history.steps.column("loss")[0])
        yield Figure("cross entropy at zeros", "0.6931", f"{first:.4f}", described([run]), "0.6931", round(first, 4) == 0.6931)
        loss, accuracy = run.result["train_loss"], run.result["train_accuracy"]
        good = round(loss, 4) == 0.2035 and round(accuracy, 2) == 0.89
        yield Figure(
            "at the end: cross entropy, training accuracy",
            "0.2035, 89 %",
            f"{loss:.4f}, {100 * accuracy:.0f} %",
            described([run]),
            "the same",
            good,
        )
        w, b = unscaled(trainer)
        good = abs(b + 25.161) < 0.05 and np.allclose(w, (0.2062, 0.2015), atol=5e-4)
        yield Figure(
            "weights on unscaled inputs",
            "b = -25.161, w = (0.2062, 0.2015)",
            f"b = {b:.3f}, w = ({w[0]:.4f}, {w[1]:.4f})",
            "the same run",
            "the same",
            good,
        )


def unscaled(trainer: Trainer) -> tuple[np.ndarray, float]:
    """The weights as they would be without preprocessing, which is a line a feature: found from its values at 0 and 1."""
    w, b = np.array(weights(trainer)[0]), weights(trainer)[1]
    transform = trainer.data.transform  # type: ignore[attr-defined]
    zero, one = (np.asarray(transform(np.full((1, len(w)), v, np.float32)), np.float64)[0] for v in (0, 1))
    return w * (one - zero), float(b + w @ zero)


class SoftmaxOfScores(Row):
    lecture: ClassVar[str] = "L4"
    title: ClassVar[str] = "softmax"
    rank: ClassVar[float] = 4

    def measure(self, runs: Runs) -> Iterable[Figure | Detail]:
        found = Softmax()(np.array([[1.0, 2.0, 3.0]], np.float32))[0]
        ours = "({:.4f}, {:.4f}, {:.4f})".format(*found)
        wanted = "(0.0900, 0.2447, 0.6652)"
        yield Figure("of the scores (1, 2, 3)", wanted, ours, "the activation itself", "the same", ours == wanted)


class OneNeuron(Row):
    lecture: ClassVar[str] = "L9"
    title: ClassVar[str] = "one neuron's gradient"
    rank: ClassVar[float] = 9

    def measure(self, runs: Runs) -> Iterable[Figure | Detail]:
        trainer = trainer_for(load_project(find("one_neuron")).experiment)
        network, loss, work = trainer.network, trainer.experiment.loss, Workspace(np.float32)
        w = network.views["dense_1/W"]
        start = float(w[0, 0])

        def value() -> float:
            return loss.value_and_grad(network.forward(trainer.x), trainer.targets, work, need_grad=False)[0]

        slope, _ = numeric_slope(value, w, 0, 2.0**-8)  # a power of two: float32 adds it without rounding
        _, grad = loss.value_and_grad(network.forward(trainer.x, training=True), trainer.targets, work)
        assert grad is not None
        network.backward(grad)
        chain = float(network.grad_views["dense_1/W"][0, 0])
        ours = f"{chain:g} by the chain rule, {slope:.5g} by adding 1/256 to w and taking it away"
        good = chain == 2 * (start - 1) and abs(slope - chain) < 1e-3
        yield Figure(
            f"dE/dw of E = (w · 1 - 1)² at w = {start:g}",
            f"2 (w - 1) = {2 * (start - 1):g}, both ways",
            ours,
            "`one_neuron` at its start",
            "equal",
            good,
        )
