"""Training speed against PyTorch eager."""

from __future__ import annotations

from functools import partial
from itertools import islice
from types import ModuleType
from typing import ClassVar

import numpy as np

from benchmarks.machine import torch_or_none
from benchmarks.measure import Side, Speed, compare
from benchmarks.rival import Rival
from benchmarks.scenarios import SCENARIOS, Scenario
from benchmarks.section import Options, Section
from vitrine.core.kernels.threads import processors, set_threads
from vitrine.core.learners.gradient_descent import Descent
from vitrine.core.training.events import Diagnosis, Failed, StepDone
from vitrine.core.training.trainer import Trainer


class SpeedSection(Section):
    """The table of scenarios."""

    name: ClassVar[str] = "speed"
    title: ClassVar[str] = "Training speed, samples a second, and the ratio to PyTorch's better thread count (higher is faster)"
    rank: ClassVar[int] = 10

    def run(self, options: Options) -> None:
        torch = torch_or_none()
        print(
            f"{'':40}{'Vitrine, 1 thread':>20}{f'{processors()} threads':>18}{'PyTorch, 1 thread':>20}{f'{processors()} threads':>18}{'ratio':>8}{'wanted':>8}  check"
        )
        for scenario in SCENARIOS:
            if not options.wants(scenario.name) or not scenario.available():
                continue
            agreement = check(scenario, torch) if torch else float("nan")
            speeds = measure(scenario, torch, 3 if options.quick else 7, 0.15 if options.quick else 0.4)
            print(row(scenario, speeds, agreement), flush=True)


def row(scenario: Scenario, speeds: dict[str, Speed], agreement: float) -> str:
    cells = ""
    for name, width in (("vitrine 1", 20), ("vitrine all", 18), ("torch 1", 20), ("torch all", 18)):
        speed = speeds.get(name)
        text = f"{speed.median * scenario.batch:,.0f} ± {speed.spread:.0%}" if speed else "-"
        cells += f"{text:>{width}}"
    ours = max(s.median for n, s in speeds.items() if n.startswith("vitrine"))
    theirs = max((s.median for n, s in speeds.items() if n.startswith("torch")), default=float("nan"))
    wanted = f"{scenario.wanted:g}" if scenario.wanted else "-"
    verdict = (
        "no rival"
        if np.isnan(agreement)
        else f"losses agree to {agreement:.0e}"
        if agreement < scenario.alike
        else f"LOSSES DIFFER by {agreement:.1e}"
    )
    return f"{scenario.name:4}{scenario.title:36}{cells}{ours / theirs:>8.2f}{wanted:>8}  {verdict}"


def check(scenario: Scenario, torch: ModuleType) -> float:
    """The largest relative difference of the losses over 10 steps from the same weights on the same batches, without dropout."""
    trainer = scenario.trainer(dropout=False)
    rival = Rival(trainer, torch)
    rival.tie_second_biases()
    worst, descent = 0.0, Descent(trainer.subject, trainer.watch)
    for i in range(scenario.steps):
        rows = np.arange(i * scenario.batch, (i + 1) * scenario.batch) % len(trainer.x)
        outcome = descent.learn(trainer.x[rows], trainer.targets[rows])
        assert not isinstance(outcome, Diagnosis)
        ours, theirs = outcome[0].loss, rival.learn(rival.x[rows], rival.targets[rows])
        worst = max(worst, abs(ours - theirs) / max(abs(theirs), 1e-6))
    return worst


def vitrine_side(name: str, trainer: Trainer, threads: int) -> Side:
    """The trainer's own loop. Raises RuntimeError where the run ends before its time."""
    run = trainer.run()

    def step() -> None:
        for event in run:
            if isinstance(event, StepDone):
                return
            if isinstance(event, Failed):
                raise RuntimeError(f"{name}: {event.message}")
        raise RuntimeError(f"{name}: the run is over")

    return Side(name, lambda: set_threads(threads), step)


def measure(scenario: Scenario, torch: ModuleType | None, rounds: int, seconds: float) -> dict[str, Speed]:
    sides = [
        vitrine_side("vitrine 1", scenario.trainer(), 1),
        vitrine_side("vitrine all", scenario.trainer(), processors()),
    ]
    if torch is not None:
        for name, threads in (("torch 1", 1), ("torch all", processors())):
            rival = Rival(scenario.trainer(), torch)
            sides.append(Side(name, partial(torch.set_num_threads, threads), rival.step))
        sides = [sides[0], sides[2], sides[1], sides[3]]
    else:
        sides = list(islice(sides, 2))
    return compare(sides, rounds, seconds)
