"""Optimizers, activations and initial weights: every registered one in the same net from the same start."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import numpy as np

from benchmarks.results.row import Detail, Figure, Row, number, percent
from benchmarks.results.rows.depth import gradient_norms
from benchmarks.results.runs import Runs, both, set_hidden, set_part, trainer_for
from vitrine.core.activations.base import Activation
from vitrine.core.files.examples import FOLDER
from vitrine.core.initializers.base import Initializer
from vitrine.core.optimizers.base import Optimizer

RATE = 0.03  # at the example's 0.1 the unbounded ones fly off


class Optimizers(Row):
    lecture: ClassVar[str] = "L13"
    title: ClassVar[str] = "optimizers"
    rank: ClassVar[float] = 13

    LECTURE: ClassVar[set[str]] = {"SGD", "Momentum", "Nesterov", "Adagrad", "Adadelta", "RMSProp", "Adam", "AdaMax", "Nadam"}

    def measure(self, runs: Runs) -> Iterable[Figure | Detail]:
        lines = []
        for kind in Optimizer.registry:
            example = f"optimizer_{kind.__name__.lower()}"
            if (FOLDER / f"{example}.json").exists():
                run = runs.run(example)
            else:
                batch = {"batch_size": "full"} if kind.full_batch else {}
                run = runs.run("optimizer_sgd", change=set_part(optimizer=kind.__name__, training=batch), note=f"with {kind.title}")
            checkpoint = run.project.checkpoint
            assert checkpoint is not None
            losses = np.asarray(checkpoint.history["epochs/train_loss"])
            shown = [f"{losses[i - 1]:.4f}" for i in (1, 5, 20, 40)]
            lines.append((kind.title, f"{run.project.experiment.optimizer.learning_rate:g}", *shown, percent(run.result["test_accuracy"])))
        names = set(Optimizer.registry.names())
        yield Figure("gradient descent and its kin", "nine", f"{len(names)}", "the table below", "all nine", names >= self.LECTURE)
        yield Detail(
            "every optimizer on the same net",
            ("optimizer", "rate", "loss in epoch 1", "5", "20", "40", "test accuracy"),
            lines,
            "Digits, 64-32-32-10 with tanh, batch 32 (L-BFGS: all at once), seed 0: the same first weights and the same order of examples. Mean "
            "training loss of the epoch. Rates are the examples' where there is one, else the app's default: no rate was searched for.",
        )


class Activations(Row):
    lecture: ClassVar[str] = "L14"
    title: ClassVar[str] = "activations"
    rank: ClassVar[float] = 14

    LECTURE: ClassVar[set[str]] = {
        "Sigmoid", "HardSigmoid", "Tanh", "ReLU", "LeakyReLU", "PReLU", "RReLU", "ELU", "SoftExponential", "Swish", "Softmax", "Step", "Linear",
    }  # fmt: skip

    def measure(self, runs: Runs) -> Iterable[Figure | Detail]:
        lines = []
        for kind in Activation.registry:
            change = both(set_hidden("activation", kind.__name__), set_part(optimizer={"type": "SGD", "learning_rate": RATE}))
            run = runs.run("activation_elu", change=change, note=f"with {kind.title}")
            norms = list(gradient_norms(trainer_for(run.project.experiment)).values())
            result = run.result
            lines.append((kind.title, f"{norms[0] / norms[-1]:.2g}", number(result["train_loss"]), percent(result["test_accuracy"])))
        names = set(Activation.registry.names())
        yield Figure("activations", "thirteen", f"{len(names)}", "the table below", "all thirteen", names >= self.LECTURE)
        yield Detail(
            "every activation in the same net",
            ("activation", "gradient, first layer / last", "training loss", "test accuracy"),
            lines,
            f"Digits, five hidden layers of 32 units, Glorot's initial weights, SGD at {RATE}, 60 epochs, seed 0. The second column is the ratio of "
            "gradient norms before the first step: how much of the error reaches the first layer.",
        )


class InitialWeights(Row):
    lecture: ClassVar[str] = "L15"
    title: ClassVar[str] = "initial weights"
    rank: ClassVar[float] = 15

    LECTURE: ClassVar[set[str]] = {"Zeros", "Normal", "TruncatedNormal", "GlorotUniform", "GlorotNormal", "HeUniform", "HeNormal"}

    def measure(self, runs: Runs) -> Iterable[Figure | Detail]:
        lines, accuracy = [], {}
        for kind in Initializer.registry:
            run = runs.run("init_small", change=set_hidden("initializer", kind.__name__), note=f"with {kind.title}")
            trainer = trainer_for(run.project.experiment)
            found = trainer.network.activations(trainer.x[:256], ["dense_1", "dense_6"])
            spread = [f"{np.std(found[layer], axis=0).mean():.2g}" for layer in ("dense_1", "dense_6")]
            accuracy[kind.__name__] = run.result["test_accuracy"]
            lines.append((kind.title, *spread, number(run.result["train_loss"]), percent(accuracy[kind.__name__])))
        chance = 0.15
        yield Figure(
            "all zeros", "never learns", percent(accuracy["Zeros"]), "the table below", "near chance, 10 %", accuracy["Zeros"] < chance
        )
        yield Figure(
            "normal, truncated normal, Xavier, He",
            "selectable per layer",
            f"{len(accuracy)} kinds",
            "the table below",
            "all",
            set(accuracy) >= self.LECTURE,
        )
        yield Detail(
            "every kind of initial weights in the same net",
            ("initial weights", "spread of values, layer 1", "layer 6", "training loss", "test accuracy"),
            lines,
            "Digits, six hidden layers of 32 tanh units, SGD at 0.1, 100 epochs, seed 0, each kind with its default settings. Spread: standard "
            "deviation over 256 digits of a unit's value before the first step, mean over the layer's units.",
        )
