"""How many threads convolutions and large products use beside the window: chosen by the app, or by hand."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from vitrine.core.kernels import threads
from vitrine.gui.state.session import Session
from vitrine.gui.window.settings import Settings

SETTING = "blas_threads"


class ThreadsMenu(QMenu):
    """ "Automatic" (one: beside a drawing window more gain nothing and make it late) or a number; remembered."""

    def __init__(self, session: Session, settings: Settings, parent: QWidget) -> None:
        super().__init__("Threads", parent)
        self.setObjectName("blas_threads")
        self.setToolTipsVisible(True)
        self.session, self.settings = session, settings
        group = QActionGroup(self)
        stored = settings.text(SETTING)
        chosen = next((n for n in range(1, threads.most() + 1) if str(n) == stored), None)
        for number in (None, *range(1, threads.most() + 1)):
            action = self.addAction("Automatic" if number is None else f"{number} thread{'s' if number > 1 else ''}")
            action.setObjectName(f"threads.{number or 'auto'}")
            action.setToolTip(
                "One beside the window: it stays quick, and training loses nothing"
                if number is None
                else "From the next step on; the numbers stay the same"
            )
            action.setCheckable(True)
            action.setChecked(number == chosen)
            action.triggered.connect(partial(self._choose, number))
            group.addAction(action)
        session.runs.around.blas_threads = chosen

    def _choose(self, number: int | None, _checked: bool = False) -> None:
        self.settings.set(SETTING, "" if number is None else str(number))
        self.session.choose_threads(number)
