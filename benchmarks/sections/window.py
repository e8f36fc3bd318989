"""The window's liveliness while it trains, what it costs the training, and the start."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from typing import Any, ClassVar

from benchmarks.section import Options, Section

CASES = (("digits_cnn", 16.0, 0.75), ("mnist_mlp", 16.0, 0.75), ("xor", 33.0, None))
PATIENCE = 180  # seconds for one measurement


class WindowSection(Section):
    """Lateness of the event loop with five panels in sight, and steps a second with and without the window."""

    name: ClassVar[str] = "window"
    title: ClassVar[str] = "The window while it trains, five panels visible: lateness of the event loop, and training speed kept"
    rank: ClassVar[int] = 60

    def run(self, options: Options) -> None:
        seconds = "3" if options.quick else "8"
        print(f"{'':14}{'late p50':>10}{'p99':>9}{'allowed':>9}{'max':>9}{'steps/s window':>16}{'without':>10}{'kept':>7}{'wanted':>8}")
        for name, allowed, wanted in CASES:
            with_window, without = probe(name, seconds), probe(name, seconds, "plain")
            if "error" in with_window or "error" in without:
                print(f"{name:14}not measured: {with_window.get('error') or without.get('error')}", flush=True)
                continue
            kept = with_window["steps_per_second"] / without["steps_per_second"]
            target = f"{wanted:.0%}" if wanted else "-"
            print(
                f"{name:14}{with_window['p50']:>7.1f} ms{with_window['p99']:>6.1f} ms{allowed:>6.0f} ms{with_window['max']:>6.0f} ms"
                f"{with_window['steps_per_second']:>16,.0f}{without['steps_per_second']:>10,.0f}{kept:>7.0%}{target:>8}",
                flush=True,
            )
        starts = [start() for _ in range(2 if options.quick else 5)]
        print(
            f"start to first painted window: {statistics.median(starts):.2f} s median of {len(starts)} (wanted: under 2 s), slowest {max(starts):.2f} s"
        )


def probe(*arguments: str) -> dict[str, Any]:
    """One measurement in a process of its own; or the "error" that it came to."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.window_probe", *arguments], capture_output=True, text=True, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return {"error": f"it did not end within {PATIENCE} s"}
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or ["failed"])[-1]}
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def start() -> float:
    """Seconds from the process's start to the first painted window."""
    done = subprocess.run([sys.executable, "-m", "benchmarks.start_probe"], capture_output=True, text=True, timeout=60)
    return float(done.stdout.strip().splitlines()[-1])
