"""Killed at random moments: at most 10 s of training and 3 s of editing are lost, no file is damaged, nothing stays lying about.

Four kills; VITRINE_KILLS=100 for as many. Each prints what it lost (`pytest -s`).
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from vitrine.core.files.atomic import sweep
from vitrine.core.files.project import load_project
from vitrine.gui.state.files.recovery import left_behind

KILLS = int(os.environ.get("VITRINE_KILLS", "4"))
AT_ONCE = 3
TRAINING_SECONDS, EDITING_SECONDS = 10.0, 3.0
FRAME = 0.25  # seconds between two lines of the journal, on a busy machine
LIVES = (2.0, 16.0)  # seconds from the first step to the kill
VICTIM = Path(__file__).parents[2] / "help" / "victim.py"


@dataclass
class Victim:
    folder: Path
    seed: int
    process: subprocess.Popen[bytes]
    lives: float
    began: float = 0.0
    died: float = 0.0

    def journal(self) -> list[tuple[float, int, int]]:
        """Time, step, edits."""
        try:
            text = (self.folder / "journal").read_text()
        except FileNotFoundError:
            return []
        rows = [line.split() for line in text[: text.rfind("\n") + 1].splitlines()]
        return [(float(at), int(step), int(edits)) for at, step, edits in rows]

    def look(self) -> bool:
        """Kill it when its time has come; whether it is dead."""
        if self.died:
            return True
        assert self.process.poll() is None, f"victim {self.seed} died by itself"
        if not self.began:
            if any(step for _, step, _ in self.journal()):
                self.began = time.monotonic()
        elif time.monotonic() - self.began > self.lives:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.died = time.monotonic()
        return bool(self.died)


def start(folder: Path, seed: int) -> Victim:
    folder.mkdir()
    env = {**os.environ, "XDG_STATE_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "QT_QPA_PLATFORM": "offscreen"}
    with open(folder / "output", "wb") as output:
        process = subprocess.Popen([sys.executable, str(VICTIM), str(folder), str(seed)], env=env, stdout=output, stderr=output)
    return Victim(folder, seed, process, random.Random(seed).uniform(*LIVES))


def losses(victim: Victim, monkeypatch: pytest.MonkeyPatch) -> tuple[float, float]:
    """Seconds of training and of editing that are in no file; every file can be read and no temporary outlives a sweep."""
    monkeypatch.setenv("XDG_STATE_HOME", str(victim.folder))
    recovered, damaged = left_behind()
    assert not damaged
    projects = [load_project(recovered.file)] if recovered is not None else []
    if (victim.folder / "work.vitrine").exists():
        projects.append(load_project(victim.folder / "work.vitrine"))
    if recovered is not None:
        assert recovered.path == victim.folder / "work.vitrine" and victim.died - recovered.time < 1e9
        sweep(recovered.file.parent)
    sweep(victim.folder)
    assert not list(victim.folder.rglob("*.tmp"))
    step = max((p.known.step for p in projects if p.known is not None), default=0)
    edits = max((int(p.experiment.name.split()[1]) for p in projects), default=0)
    journal = victim.journal()
    died = journal[-1][0]
    trained_until = max((at for at, s, _ in journal if s <= step), default=journal[0][0])
    first_lost = min((at for at, _, e in journal if e > edits), default=died)
    return died - trained_until, died - first_lost


@pytest.mark.timeout(300 + 30 * KILLS)
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_killed_at_random_moments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting, living, found = list(range(KILLS)), [], []
    try:
        while waiting or living:
            while waiting and len(living) < AT_ONCE:
                seed = waiting.pop(0)
                living.append(start(tmp_path / str(seed), seed))
            for victim in [v for v in living if v.look()]:
                living.remove(victim)
                found.append((*losses(victim, monkeypatch), victim.seed))
                print(
                    f"kill {victim.seed} after {victim.lives:.1f} s: lost {found[-1][0]:.2f} s of training, {found[-1][1]:.2f} s of editing"
                )
            if living:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    living[0].process.wait(0.02)  # it lives until it is killed: a death of its own is seen at once
    finally:
        for victim in living:
            victim.process.kill()
            victim.process.wait()
    worst = max(f[0] for f in found), max(f[1] for f in found)
    print(f"{len(found)} kills: at worst {worst[0]:.2f} s of training, {worst[1]:.2f} s of editing")
    assert worst[0] <= TRAINING_SECONDS + FRAME and worst[1] <= EDITING_SECONDS + FRAME
