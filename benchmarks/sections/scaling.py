"""What a step costs against width and batch size: it should grow with the arithmetic."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import ClassVar

import numpy as np

from benchmarks.scenarios import SCENARIOS, Scenario, mlp
from benchmarks.section import Options, Section
from vitrine.core.kernels.threads import set_threads
from vitrine.core.training.trainer import Trainer

WIDTHS, BATCHES = (32, 64, 128, 256, 512, 1024), (1, 10, 32, 100, 320, 1000)


class ScalingSection(Section):
    """Milliseconds a step, and multiply-adds a nanosecond, of the MLP S2 on one thread."""

    name: ClassVar[str] = "scaling"
    title: ClassVar[str] = "Cost of a step of 784-WxW..-10 (S2) on one thread, against width and batch size"
    rank: ClassVar[int] = 20

    def run(self, options: Options) -> None:
        set_threads(1)
        scenario = next(s for s in SCENARIOS if s.name == "S2")
        seconds = 0.1 if options.quick else 0.4
        for width in WIDTHS:
            wide = replace(scenario, layers=partial(mlp, width=width))
            show(f"width {width}, batch {scenario.batch}", wide, scenario.batch, seconds)
        for batch in BATCHES:
            show(f"width 256, batch {batch}", scenario, batch, seconds)


def show(label: str, scenario: Scenario, batch: int, seconds: float) -> None:
    trainer = scenario.trainer(batch=batch)
    each = step_seconds(trainer, seconds)
    work = 3 * trainer.network.analysis.total_multiply_adds * batch  # forward, and two products backward
    print(
        f"{label:24}{each * 1e3:9.3f} ms a step{batch / each:12,.0f} samples/s{work / each / 1e9:8.1f} multiply-adds a nanosecond",
        flush=True,
    )


def step_seconds(trainer: Trainer, seconds: float) -> float:
    """The median over the steps of about that long."""
    run = trainer.run()
    times: list[float] = []
    until = time.perf_counter() + seconds
    while len(times) < 6 or time.perf_counter() < until:
        started = time.perf_counter()
        next(run)
        times.append(time.perf_counter() - started)
    return float(np.median(times[3:]))
