"""Faulty guests in a window of their own process: plugin files are written first, then a script drives the window and prints what it saw."""

from __future__ import annotations

from plugin_help import plugin, run

__all__ = ["plugin", "run", "window"]

OPEN = """
import sys
from PySide6.QtCore import QDeadlineTimer
from PySide6.QtWidgets import QApplication
app = QApplication([])
from vitrine.core.files.examples import find
from vitrine.gui.app import catch_exceptions, make_window
from vitrine.gui.window.guests.staying import staying

stay = staying()
stay.__enter__()
said = []

def until(condition, seconds=60):
    deadline, bar = QDeadlineTimer(seconds * 1000), window.messages
    while not condition():
        assert not deadline.hasExpired(), said
        app.processEvents()
        while bar.isVisible():
            said.append(bar.label.text())
            bar.dismiss()

def for_ms(milliseconds):
    deadline = QDeadlineTimer(milliseconds)
    until(deadline.hasExpired)

def trains():
    before = window.session.runs.step
    window.session.run()
    until(lambda: window.session.runs.step > before + 20)
    window.session.pause()
    until(lambda: window.session.state == "paused")
    return True

def close():
    window._leaving = True
    window.close()
    assert window.end(10)

window = make_window()
catch_exceptions(window)
window.resize(1600, 1000)
window.show()
window.fill()
until(lambda: window.session.state == "ready" and not window.guests.busy)
"""

CLOSE = """
close()
for text in said:
    print("SAID", text)
print("END")
"""


def window(script: str) -> tuple[list[str], list[str]]:
    """Open the window beside the test's plugins and go through the script; the lines that it printed, and what the message bar said."""
    lines = run(OPEN + script + CLOSE).splitlines()
    assert lines[-1] == "END", lines
    said = [line.removeprefix("SAID ") for line in lines if line.startswith("SAID ")]
    return [line for line in lines[:-1] if not line.startswith("SAID ")], said
