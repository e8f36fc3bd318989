"""XOR, deep and shallow, and the gradient's way through the layers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import numpy as np

from benchmarks.results.row import Detail, Figure, Row, described
from benchmarks.results.runs import Run, Runs, trainer_for
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.training.trainer import Trainer

XOR_SEEDS = (0, 1, 2, 3, 4)
STUCK = 0.69  # the loss of guessing is ln 2 = 0.6931
LEARNT = 0.01


class DeepXor(Row):
    lecture: ClassVar[str] = "L8"
    title: ClassVar[str] = "XOR"
    rank: ClassVar[float] = 8

    def measure(self, runs: Runs) -> Iterable[Figure | Detail]:
        shallow = runs.seeds("xor", XOR_SEEDS)
        solved = sum(r.result["train_accuracy"] == 1 for r in shallow)
        yield Figure(
            "one hidden layer",
            "solves it",
            f"solved from {solved} of {len(shallow)} seeds",
            described(shallow),
            "solves it",
            solved == len(shallow),
        )
        sigmoid, relu = runs.run("xor_deep_sigmoid"), runs.run("xor_deep_relu")
        lost, won = sigmoid.result["train_loss"], relu.result["train_loss"]
        yield Figure(
            "five hidden sigmoid layers: loss at the end",
            "fails",
            f"{lost:.4f} (guessing: 0.6931)",
            described([sigmoid]),
            "fails",
            lost > STUCK,
        )
        yield Figure("the same with ReLU, same seed", "learns", f"{won:.4f}", described([relu]), "learns", won < LEARNT)
        yield self.norms(sigmoid, relu)

    def norms(self, sigmoid: Run, relu: Run) -> Detail:
        starts = [gradient_norms(trainer_for(run.project.experiment)) for run in (sigmoid, relu)]
        ends = [gradient_norms(run.trainer()) for run in (sigmoid, relu)]
        lines = [(name, *(f"{norms[name]:.1e}" for norms in (*starts, *ends))) for name in starts[0]]
        shares = [next(iter(n.values())) / list(n.values())[-1] for n in starts]
        text = (
            f"Norm of each layer's gradient on the four points. Of what reaches the last layer at the start, {shares[0]:.1e} is left in the first "
            f"with sigmoid (six layers, each of which lets through a quarter at most), {shares[1]:.2g} with ReLU. Once ReLU has learnt XOR, its "
            "gradients vanish because the error does."
        )
        return Detail(
            "gradient norms by layer, deep XOR nets", ("layer", "sigmoid, start", "ReLU, start", "sigmoid, end", "ReLU, end"), lines, text
        )


def gradient_norms(trainer: Trainer) -> dict[str, float]:
    """||dL/dW|| by layer on the whole training part, with the present weights."""
    network = trainer.network
    outputs = network.forward(trainer.x, training=True)
    _, grad = trainer.experiment.loss.value_and_grad(outputs, trainer.targets, Workspace(np.float32))
    assert grad is not None
    network.backward(grad)
    return {key.split("/")[0]: float(np.linalg.norm(g)) for key, g in network.grad_views.items() if key.endswith("/W")}


class ByExample(Row):
    lecture: ClassVar[str] = "L10"
    title: ClassVar[str] = "backpropagation by one example"
    rank: ClassVar[float] = 10

    def measure(self, runs: Runs) -> Iterable[Figure | Detail]:
        run = runs.run("xor_by_example")
        steps, most = int(run.result["steps"]), 4 * run.project.experiment.training.epochs
        ours = f"loss {run.result['train_loss']:.3f} after {steps:,} examples; {run.result['train_accuracy']:.0%} of the points right"
        yield Figure(
            "XOR, a row at a time, until the error is under 0.05",
            "stops there",
            ours,
            described([run]),
            "stops before the epochs end",
            steps < most,
        )
