"""Whether a run has learnt what the document does not know of yet: then there is something new to save."""

from __future__ import annotations

from weakref import ref

from vitrine.gui.state.document import Document
from vitrine.gui.state.live_run import LiveRun
from vitrine.gui.state.runs import Runs


class Learnt:
    """Compares the current run's step with the one it was last told of."""

    def __init__(self, document: Document, runs: Runs) -> None:
        self.document, self.runs = document, runs
        self._run: ref[LiveRun] = ref(runs.current)
        self._step = 0  # of that run, up to which the document knows that it is touched

    def mark(self) -> None:
        """Tell the document, if there is something new."""
        run = self.runs.current
        if run.state == "preparing":  # where it begins is known once it stands
            return
        if run is not self._run():
            self._run, self._step = ref(run), run.first_step
        if run.step != self._step:
            self._step = run.step
            self.document.mark_touched()
