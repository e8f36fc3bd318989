"""How far a run is, on a terminal or in a log."""

from __future__ import annotations

import math
import shutil
import sys
import time

from vitrine.core.console.output import let_go_of_output
from vitrine.core.training.trainer import Trainer

BAR = 24  # characters
REDRAW = 0.1  # seconds between two drawings of the bar
LINE_EVERY = 1.0  # seconds between two lines where there is no terminal


class ProgressBar:
    """A bar on stderr that is redrawn in place; without a terminal, a line now and then.

    needed: nothing else comes of the run, so that BrokenPipeError ends it once nobody reads this. Otherwise it goes on unseen.
    """

    def __init__(self, trainer: Trainer, needed: bool = False) -> None:
        self.trainer = trainer
        self.needed = needed
        self.terminal = sys.stderr is not None and sys.stderr.isatty()
        self.drawn = 0.0
        self.begun = time.perf_counter()
        self.first = self._learnt
        self.values = ""
        self.width = 0
        self.last_line = ""

    def step(self, loss: float) -> None:
        """A step is done; at most every tenth of a second the bar is drawn anew."""
        now = time.perf_counter()
        if self.terminal and now - self.drawn > REDRAW:
            self.drawn = now
            self._draw(f"loss {loss:.4f}")

    def epoch(self, values: dict[str, float]) -> None:
        """An epoch is done, with these values."""
        shown = [k for k in values if k.endswith(("loss", "accuracy", "rmse")) and math.isfinite(values[k])]
        self.values = "  ".join(f"{k.replace('_', ' ')} {values[k]:.4f}" for k in shown)
        self.last_line = f"epoch {self.trainer.epoch}/{self.trainer.experiment.training.epochs}  {self.values}"
        if not self.terminal and time.perf_counter() - self.drawn > LINE_EVERY:
            self.drawn = time.perf_counter()
            self.say(self.last_line)
            self.last_line = ""

    @property
    def _learnt(self) -> int:
        """Examples behind it, as if all batches had always been as they are now."""
        return self.trainer.epoch * self.trainer.subject.examples_per_epoch + self.trainer.position

    def _draw(self, text: str) -> None:
        trainer = self.trainer
        epochs = trainer.experiment.training.epochs
        done = min(1.0, self._learnt / max(1, epochs * trainer.subject.examples_per_epoch))
        bar = "#" * int(BAR * done)
        speed = (self._learnt - self.first) / max(1e-9, time.perf_counter() - self.begun)
        line = f"epoch {min(trainer.epoch + 1, epochs)}/{epochs} [{bar:<{BAR}}] {done:4.0%}  {speed:,.0f} samples/s  {text}  {self.values}"
        self._put(line)

    def _put(self, line: str) -> None:
        line = line[: shutil.get_terminal_size().columns - 1]
        self._write("\r" + line.ljust(self.width))
        self.width = len(line)

    def _write(self, text: str) -> None:
        if sys.stderr is None:  # closed by who started this
            return
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError as error:
            if self.needed and isinstance(error, BrokenPipeError):
                raise
            let_go_of_output()

    def say(self, text: str) -> None:
        """A line that stays."""
        if self.terminal and self.width:
            self._put("")
            self._write("\r")
        self._write(f"{text}\n")

    def close(self) -> None:
        """The run is over: the last line, if it was not said yet."""
        if self.last_line:
            self.say(self.last_line)
