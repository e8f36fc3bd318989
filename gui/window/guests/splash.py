"""What is said while contributed code is imported before the window stands: one that takes its time, or never ends, is named."""

from __future__ import annotations

import threading

from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtWidgets import QApplication, QLabel


class Splash(QLabel):
    """In the middle of the screen from the first guest on; who has none never sees it."""

    def __init__(self) -> None:
        super().__init__(None, Qt.WindowType.SplashScreen)
        self.setObjectName("splash")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setMargin(24)

    def tell(self, name: str) -> None:
        """That guest is imported now. Nothing else is drawn until that is done, so it is drawn at once."""
        if threading.current_thread() is not threading.main_thread():
            return
        self.setText(f"Vitrine starts. Importing {name}…")
        self.adjustSize()
        self.move(QApplication.primaryScreen().availableGeometry().center() - self.rect().center())
        self.show()
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        self.repaint()
