"""The About box."""

from __future__ import annotations

import platform
from pathlib import Path

import numpy as np
import PySide6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QLabel, QPushButton, QVBoxLayout, QWidget

from vitrine.core.contributions import plugin_folder
from vitrine.core.registry import Shelf


def version() -> str:
    """The installed version, or that of the source tree."""
    import tomllib
    from importlib import metadata  # neither is needed at start

    try:
        return metadata.version("vitrine")
    except metadata.PackageNotFoundError:
        file = Path(__file__).resolve().parents[2] / "pyproject.toml"
        return str(tomllib.loads(file.read_text("utf-8"))["project"]["version"]) if file.is_file() else "of unknown version"


def facts() -> str:
    """What a report of a fault should name: versions and system."""
    lines = (
        f"Vitrine {version()}",
        f"Python {platform.python_version()}, NumPy {np.__version__}, Qt for Python {PySide6.__version__}",
        f"{platform.system()} {platform.release()}, {platform.machine()}",
    )
    return "\n".join(lines)


def plugins() -> str:
    """Where code of the user's own lies, and what of all that is contributed could not be used."""
    return "\n\n".join((f"Plugins: {plugin_folder()}", *(f"{one}." for one in Shelf.disabled)))


class AboutDialog(QDialog):
    """Name, version, what it stands on, licence; the facts can be copied for a report."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("about_dialog")
        self.setWindowTitle("About Vitrine")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(10)
        title = QLabel("Vitrine")
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.8)
        font.setBold(True)
        title.setFont(font)
        purpose = QLabel("Assemble neural networks by pointing and clicking, train them, and watch what they learn while they learn it.")
        licence = QLabel("Free software under the MIT licence. It stands on Qt, NumPy, SciPy, scikit-learn and pyqtgraph.")
        self.facts = QLabel(facts())
        self.facts.setProperty("role", "muted")
        self.plugins = QLabel(plugins())
        self.plugins.setTextFormat(Qt.TextFormat.PlainText)
        self.plugins.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for label in (title, purpose, self.facts, self.plugins, licence):
            label.setWordWrap(True)
            layout.addWidget(label)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.copy_button = QPushButton("Copy versions")
        self.copy_button.setToolTip("Put the versions on the clipboard, for a report")
        self.copy_button.clicked.connect(lambda: QApplication.clipboard().setText(facts()))
        buttons.addButton(self.copy_button, QDialogButtonBox.ButtonRole.ActionRole)
        layout.addWidget(buttons)
        self.setFixedWidth(420)
