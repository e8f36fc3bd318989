"""A plugin file whose import takes its time is named while it does, before the window stands and after, and in a sentence afterwards."""

from __future__ import annotations

import json

from plugin_help import plugin, python, run

SLOW = "import time\ntime.sleep(1.1)\n"
WATCHED = """
import sys, time
from PySide6.QtWidgets import QApplication, QLabel
seen = [w.text() for w in QApplication.topLevelWidgets() if isinstance(w, QLabel) and w.isVisible()]
windows = [w for w in QApplication.topLevelWidgets() if w.objectName() == "main_window" and w.isVisible()]
seen += [w.status.progress.text() for w in windows if w.status.progress.isVisible()]
print("WHILE", __name__, seen)
"""


def test_the_command_line_says_so_too() -> None:
    plugin("losses/sleepy.py", SLOW)
    result = python("-c", "import sys; from vitrine.main import main; sys.exit(main(['train', 'xor', '--epochs', '1']))")
    told = [line for line in result.stderr.splitlines() if "sleepy.py" in line]
    assert result.returncode == 0 and len(told) == 1 and "took 1." in told[0], result.stderr


def test_it_is_named_while_it_lasts_and_said_afterwards() -> None:
    """Before the window stands by a splash, afterwards in the status line: one that never ends is known by its name."""
    plugin("layers/first.py", WATCHED)
    plugin("panels/second.py", WATCHED)
    plugin("studies/third.py", WATCHED)
    plugin("layers/sleepy.py", SLOW)
    plugin("probes/late.py", SLOW)
    plugin("losses/quick.py", "")
    out = run("""
import json, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
app = QApplication(sys.argv[:1])
from vitrine.gui.app import run_app
said = []

def look():
    window = next(w for w in QApplication.topLevelWidgets() if w.objectName() == "main_window")
    while window.messages.isVisible():
        said.append(window.messages.label.text())
        window.messages.dismiss()
    if window.guests.busy or window.session.state != "ready":
        return
    timer.stop()
    splashes = [w.text() for w in QApplication.topLevelWidgets() if w.objectName() == "splash"]
    print("THEN", json.dumps([splashes, window.status.progress.text(), said]))
    window.close()

timer = QTimer(interval=50)
timer.timeout.connect(look)
timer.start()
run_app()
""")
    lines = out.splitlines()
    for name in ("first", "second", "third"):
        line = next(line for line in lines if line.startswith("WHILE") and f".{name} " in line)
        assert f"Importing {name}.py" in line, (name, lines)
    then = next(line for line in lines if line.startswith("THEN"))
    splashes, progress, said = json.loads(then.removeprefix("THEN "))
    assert splashes == [] and progress == ""
    for name in ("sleepy.py", "late.py"):
        about = [text for text in said if name in text]
        assert len(about) == 1 and "took 1." in about[0] and "s to import" in about[0], (name, said)
    assert not [text for text in said if "quick.py" in text], said
