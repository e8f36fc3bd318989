"""Seconds from this process's start to the first painted window: `python -m benchmarks.start_probe` (Linux)."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp()


def started() -> float:
    """When this process began, in seconds since boot."""
    fields = Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    from PySide6.QtWidgets import QApplication

    from vitrine.gui.app import make_window
    from vitrine.gui.look import theme

    app = QApplication(sys.argv[:1])
    theme.apply(app, "light")
    window = make_window()
    window.show()
    app.processEvents()
    window.repaint()
    print(f"{time.clock_gettime(time.CLOCK_BOOTTIME) - started():.3f}")
    window.session.close()
    window.files.stop()


if __name__ == "__main__":
    main()
