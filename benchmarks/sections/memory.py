"""Peak memory of training, beside PyTorch's: each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import ClassVar

from benchmarks.machine import torch_or_none
from benchmarks.section import Options, Section

STEPS = 20
PROGRAM = """
import sys
from benchmarks.scenarios import SCENARIOS
from benchmarks.sections.memory import forget_peak, resident
scenario = next(s for s in SCENARIOS if s.name == sys.argv[1])
trainer = scenario.trainer()
if sys.argv[2] == "torch":
    import torch
    from benchmarks.rival import Rival
    step = Rival(trainer, torch).step
else:
    run = trainer.run()
    step = lambda: next(run)
forget_peak()
before = resident("VmRSS")
for _ in range(int(sys.argv[3])):
    step()
print(before, resident("VmHWM"))
"""


def resident(field: str) -> float:
    """Megabytes of memory of this process, now (VmRSS) or at their peak (VmHWM)."""
    lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def forget_peak() -> None:
    """Let the peak count from here; making the data took more than training may."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


class MemorySection(Section):
    """Peak resident memory of the lecture's CNN, and how much of it training took."""

    name: ClassVar[str] = "memory"
    title: ClassVar[str] = f"Peak memory of S3 (the lecture's CNN, batch 128) over {STEPS} steps, MB"
    rank: ClassVar[int] = 30

    def run(self, options: Options) -> None:
        if not sys.platform.startswith("linux"):
            print("not measured: only Linux tells a process its peak")
            return
        for side in ("vitrine", *(["torch"] if torch_or_none() else [])):
            before, peak = peak_memory("S3", side)
            print(f"{side:10} peak {peak:7.0f}, of which training {peak - before:7.0f} (libraries, data and weights {before:.0f})")


def peak_memory(scenario: str, side: str) -> tuple[float, float]:
    """Megabytes before the first step and at the peak."""
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM, scenario, side, str(STEPS)], capture_output=True, text=True, check=True, timeout=300
    )  # fmt: skip
    before, peak = map(float, found.stdout.split())
    return before, peak
