"""Which number of threads the calibration at the start of a run chooses."""

from __future__ import annotations

from typing import ClassVar

from benchmarks.scenarios import SCENARIOS
from benchmarks.section import Options, Section
from vitrine.core.kernels.threads import calibrate, use


class BlasSection(Section):
    """The choice for each scenario, with what it was based on."""

    name: ClassVar[str] = "blas"
    title: ClassVar[str] = "Threads chosen by calibration at the start of a run (forward pass of a batch)"
    rank: ClassVar[int] = 15

    def run(self, options: Options) -> None:
        for scenario in SCENARIOS:
            if options.wants(scenario.name) and scenario.available():
                trainer = scenario.trainer()
                batch = trainer.x[: trainer.batch_size]
                print(f"{scenario.name:4}{scenario.title:36}{calibrate(lambda: trainer.network.forward(batch))}")  # noqa: B023  called at once
        use(1)
