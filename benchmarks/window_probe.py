"""One measurement of the window, alone in its process: `python -m benchmarks.window_probe EXAMPLE SECONDS`.

Opens the real window with the five panels of every day side by side, trains the example, and prints JSON: the event loop's lateness
(how much later than asked a 5 ms timer fires) and the steps a second with the window and without.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp()

TIMER_MS = 5
PANELS = ("curves", "feature_maps", "unit_weights", "predictions", "confusion")  # in sight while measuring
WARM_UP = 2.0


def plain(example: str, seconds: float) -> float:
    """Steps a second of the same run without a window, on one BLAS thread, evaluations included."""
    from threadpoolctl import threadpool_limits

    from vitrine.core.files.examples import find
    from vitrine.core.files.project import load_project
    from vitrine.core.training.events import StepDone
    from vitrine.core.training.trainer import Trainer
    from vitrine.datasets.build import build

    experiment = load_project(find(example)).experiment
    experiment = experiment.replace(training=experiment.training.replace(epochs=1_000_000))
    data: Any = build(experiment.dataset, experiment.preprocessing, experiment.split)  # type: ignore[arg-type]
    steps, started, warm = 0, time.perf_counter(), False
    with threadpool_limits(1):
        for event in Trainer(experiment, data).run():
            steps += type(event) is StepDone
            elapsed = time.perf_counter() - started
            if not warm and elapsed > WARM_UP:
                warm, steps, started = True, 0, time.perf_counter()
            elif warm and elapsed > seconds:
                return steps / elapsed
    return 0.0


def windowed(example: str, seconds: float) -> dict[str, float]:
    """Lateness in ms and steps a second with the window and all its panels."""
    from PySide6.QtWidgets import QApplication

    from vitrine.core.files.examples import find
    from vitrine.gui.app import make_window
    from vitrine.gui.look import theme

    app = QApplication(sys.argv[:1])
    theme.apply(app, "light")
    window = make_window()
    window.resize(1600, 1000)
    window.show()
    window.fill()
    window.resize(1600, 1000)
    window.reset_layout()
    docks = window.docks.docks
    window.docks.spread(without=[panel for panel in docks if panel not in PANELS])
    for panel in docks:
        docks[panel].setVisible(panel in PANELS)
    window.files.open_path(find(example))
    training = window.document.experiment.training
    window.document.set_part("training", training.replace(epochs=1_000_000))
    probe = Probe(window, seconds)
    app.exec()
    return probe.result()


class Probe:
    """Waits until the run is ready, starts it, warms up, measures, and closes the window."""

    def __init__(self, window: Any, seconds: float) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.window, self.seconds = window, seconds
        self.late: list[float] = []
        self.rate = 0.0
        self.panels = 0
        self.trouble = ""
        self.after = QTimer.singleShot
        self.clock = QTimer(interval=TIMER_MS, timerType=Qt.TimerType.PreciseTimer)
        self.clock.timeout.connect(self.tick)
        self.waiting = QTimer(interval=50)
        self.waiting.timeout.connect(self.run_when_ready)
        self.waiting.start()

    def run_when_ready(self) -> None:
        if self.window.session.state in ("ready", "paused"):
            self.waiting.stop()
            self.window.session.run()
            self.after(int(WARM_UP * 1000), self.begin)
            return
        document, run = self.window.document, self.window.session.runs.current
        problems = [str(problem) for problem in document.analysis.errors]
        self.trouble = next(filter(None, (document.info_error, run.failure, *problems)), "")
        if self.trouble:  # it would never be ready
            self.waiting.stop()
            self.close()

    def begin(self) -> None:
        self.last = self.began = time.perf_counter()
        self.steps = self.window.session.runs.history.steps.count
        self.clock.start()
        self.after(int(self.seconds * 1000), self.end)

    def tick(self) -> None:
        now = time.perf_counter()
        self.late.append(1000 * (now - self.last) - TIMER_MS)
        self.last = now

    def end(self) -> None:
        self.clock.stop()
        window = self.window
        self.rate = (window.session.runs.history.steps.count - self.steps) / (time.perf_counter() - self.began)
        self.panels = sum(window.docks.panel_visible(panel) for panel in window.docks.panels)
        self.close()

    def close(self) -> None:
        """Nothing that was done here is worth saving."""
        self.window._leaving = True
        self.window.close()

    def result(self) -> dict[str, float]:
        """Raises VitrineError where the run can't begin."""
        import numpy as np

        from vitrine.core.errors import VitrineError

        if self.trouble:
            raise VitrineError(self.trouble)
        values = np.array(self.late)
        p50, p99 = np.percentile(values, (50, 99))
        return {"p50": float(p50), "p99": float(p99), "max": float(values.max()), "steps_per_second": self.rate, "panels": self.panels}


def main(arguments: list[str]) -> int:
    """Print the measurement; or why it could not be made, as the last line of stderr."""
    from vitrine.core.errors import VitrineError

    name, duration = arguments[0], float(arguments[1])
    try:
        found = {"steps_per_second": plain(name, duration)} if arguments[2:] == ["plain"] else windowed(name, duration)
    except VitrineError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 2
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
