"""Thousands of damaged experiments and project files: never another exception than the house's own, never a long wait.

Every case comes from its seed. VITRINE_FUZZ=100000 tries so many in place of 2,000; a failure names the seed, and
`VITRINE_FUZZ_FIRST=<seed> VITRINE_FUZZ=1` repeats that one case of each kind.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fuzz import examine_experiment, experiment_case, shipped
from fuzz_projects import examine_project, project_case, trained_projects

COUNT = int(os.environ.get("VITRINE_FUZZ", "2000"))
FIRST = int(os.environ.get("VITRINE_FUZZ_FIRST", "0"))
LONGEST = 20.0  # seconds a case may take on a busy machine: none takes one

pytestmark = pytest.mark.timeout(300 + COUNT // 20)


@pytest.fixture(scope="module")
def bases() -> list[dict[str, Any]]:
    return shipped()


def run(cases: range, examine: Any) -> Counter[str]:
    """How far each case came. Fails naming the seeds of what should not be."""
    came, failed = Counter[str](), []
    with np.errstate(all="ignore"):
        for seed in cases:
            started = time.perf_counter()
            try:
                came[examine(seed)] += 1
            except Exception as error:
                failed.append(f"seed {seed}: {type(error).__name__}: {str(error)[:200]}")
            if time.perf_counter() - started > LONGEST:
                failed.append(f"seed {seed}: took {time.perf_counter() - started:.0f} s")
    assert not failed, f"{len(failed)} of {len(cases):,}: " + "\n".join(failed[:10])
    return came


@pytest.mark.filterwarnings("ignore")
def test_experiments(bases: list[dict[str, Any]], tmp_path: Path) -> None:
    came = run(
        range(FIRST, FIRST + COUNT), lambda seed: examine_experiment(experiment_case(seed, bases), tmp_path, through_file=seed % 10 == 0)
    )
    if COUNT >= 1000:  # the fuzz must reach every depth, or it tests nothing
        assert all(came[depth] > 0.01 * COUNT for depth in ("refused", "blocked", "trained")), came


@pytest.mark.filterwarnings("ignore")
def test_project_files(tmp_path: Path) -> None:
    bases, count = trained_projects(tmp_path), max(1, COUNT // 4)
    came = run(range(FIRST, FIRST + count), lambda seed: examine_project(project_case(seed, bases), tmp_path))
    if count >= 250:
        assert all(came[depth] > 0.01 * count for depth in ("refused", "not taken up", "trained")), came
