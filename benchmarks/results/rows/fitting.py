"""Overfitting and its remedies; curves from pieces; autoencoders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import numpy as np

from benchmarks.results.row import Detail, Figure, Row, described, percent
from benchmarks.results.runs import Run, Runs, set_hidden, set_part


class Overfitting(Row):
    lecture: ClassVar[str] = "L17"
    title: ClassVar[str] = "overfitting"
    rank: ClassVar[float] = 17

    def measure(self, runs: Runs) -> Iterable[Figure | Detail]:
        by_heart = runs.run("overfitting")
        remedies = {
            "nothing": by_heart,
            "dropout": runs.run("overfitting_dropout"),
            "L2": runs.run("overfitting_l2"),
            "early stopping": runs.run("overfitting_early_stop"),
            "ten times the data": runs.run(
                "overfitting", change=set_part(split={"train": 0.5, "validation": 0.25}), note="with half of the digits"
            ),
        }
        losses = [remedies[name].result["test_loss"] for name in remedies]
        ratio = losses[0] / max(by_heart.result["train_loss"], 1e-12)
        yield Figure(
            "test loss over training loss, 90 digits learnt by heart",
            "curves diverge",
            f"{ratio:,.0f}",
            described([by_heart]),
            "diverge",
            ratio > 100,
        )
        better = sum(loss < losses[0] for loss in losses[1:])
        yield Figure(
            "remedies that lower the test loss",
            "each",
            f"{better} of {len(losses) - 1}",
            "the table below",
            "each",
            better == len(losses) - 1,
        )
        lines = [
            (
                name,
                f"{r.result['train_loss']:.5f}",
                f"{r.result['test_loss']:.4f}",
                percent(r.result["test_accuracy"]),
                int(r.result["epochs"]),
            )
            for name, r in remedies.items()
        ]
        yield Detail("remedies against overfitting", ("remedy", "training loss", "test loss", "test accuracy", "epochs"), lines)


class Curves(Row):
    lecture: ClassVar[str] = "L20"
    title: ClassVar[str] = "approximating a curve"
    rank: ClassVar[float] = 20

    UNITS: ClassVar[tuple[int, ...]] = (2, 4, 8, 16, 24, 48)

    def measure(self, runs: Runs) -> Iterable[Figure | Detail]:
        found = {
            kind: [runs.run(f"curve_{kind}", change=set_hidden("units", units), note=f"with {units} units") for units in self.UNITS]
            for kind in ("relu", "sigmoid")
        }
        for kind, made in found.items():
            few, many = (float(made[i].result["test_rmse"]) for i in (0, -1))
            ours = f"{few:.3f} with {self.UNITS[0]} pieces, {many:.4f} with {self.UNITS[-1]}"
            yield Figure(
                f"test RMSE of a curve from {kind} pieces",
                "more pieces, a closer fit",
                ours,
                f"`curve_{kind}`, its units changed",
                "closer",
                many < few / 3,
            )
        lines = [
            (units, *(f"{found[kind][i].result['test_rmse']:.4f}" for kind in ("relu", "sigmoid"))) for i, units in enumerate(self.UNITS)
        ]
        yield Detail(
            "test RMSE by the number of pieces",
            ("hidden units", "ReLU", "sigmoid"),
            lines,
            "Two waves between -1 and 1, 600 epochs, seed 0.",
        )


class Autoencoders(Row):
    lecture: ClassVar[str] = "L24"
    title: ClassVar[str] = "autoencoders"
    rank: ClassVar[float] = 24
    example: ClassVar[str] = "autoencoder_digits"
    what: ClassVar[str] = "8 × 8 digits through two numbers"

    def measure(self, runs: Runs) -> Iterable[Figure | Detail]:
        run = runs.run(self.example)
        error, blind = float(np.sqrt(run.result["test_loss"])), blind_error(run)
        ours = f"{error:.3f}; the mean image for every input: {blind:.3f}"
        yield Figure(
            f"{self.what}: RMSE of the reconstruction, test",
            "output = input",
            ours,
            described([run]),
            "under the mean image's",
            error < blind,
        )


class LargeAutoencoder(Autoencoders):
    rank: ClassVar[float] = 24.1
    long: ClassVar[bool] = True
    example: ClassVar[str] = "autoencoder_mnist"
    what: ClassVar[str] = "MNIST through 32 numbers"


def blind_error(run: Run) -> float:
    """RMSE of answering with the training part's mean image, whatever the input."""
    trainer = run.trainer()
    x, _ = trainer.data.split("test")
    return float(np.sqrt(np.mean((x - trainer.x.mean(axis=0)) ** 2)))
