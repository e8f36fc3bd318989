"""Sequences: stock prices, and digits read line by line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import numpy as np

from benchmarks.results.row import SEEDS, Detail, Figure, Row, accuracy, described
from benchmarks.results.runs import Runs

LECTURE_RMSE = 0.0243
CLOSE = 4  # the column


class StockPrices(Row):
    lecture: ClassVar[str] = "L21"
    title: ClassVar[str] = "stock prices"
    rank: ClassVar[float] = 21

    def measure(self, runs: Runs) -> Iterable[Figure | Detail]:
        run = runs.run("stock_lstm")
        error = run.result["test_rmse"]
        yield Figure(
            "7 × 5, LSTM of 10 units, 1: test RMSE", "0.0243", f"{error:.4f}", described([run]), "at most 0.0243", error <= LECTURE_RMSE
        )
        others = runs.seeds("stock_lstm", [s for s in range(6) if s != run.seed])
        errors = [float(r.result["test_rmse"]) for r in others]
        within = sum(e <= LECTURE_RMSE for e in errors)
        ours = f"{np.mean(errors):.4f} ({', '.join(f'{e:.4f}' for e in errors)}); {within} of {len(errors)} at most 0.0243"
        yield Figure("the same from other seeds", "", ours, described(others))
        x, y = run.trainer().data.split("test")
        yesterday = float(np.sqrt(np.mean((x[:, -1, CLOSE] - np.asarray(y)[:, 0]) ** 2)))
        yield Figure("saying that tomorrow is like today", "", f"{yesterday:.4f}", "no network")


class LineByLine(Row):
    lecture: ClassVar[str] = "L22"
    title: ClassVar[str] = "recurrent nets"
    rank: ClassVar[float] = 22

    def measure(self, runs: Runs) -> Iterable[Figure | Detail]:
        for example, name in (("digits_rnn", "RNN"), ("digits_lstm", "LSTM"), ("digits_gru", "GRU")):
            found = runs.seeds(example, SEEDS)
            yield accuracy(f"{name}, digits read line by line, {found[0].result['parameters']:,} parameters: test accuracy", "", found)
