"""Faulty guests in a window of their own process: plugin files are written first, then a script drives the window and prints what it saw.

A window costs seconds: guests that do not hinder each other share one, and the script says `at(name)` before it turns to the next.
"""

from __future__ import annotations

from plugin_help import plugin, run

__all__ = ["plugin", "run", "window"]

OPEN = """
import sys
from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication
app = QApplication([])
from vitrine.core.files.examples import find
from vitrine.gui.app import catch_exceptions, make_window
from vitrine.gui.window.guests.staying import staying

stay = staying()
stay.__enter__()
said = []
pulse = QTimer(interval=10)  # what other threads do wakes no event loop
pulse.start()

def at(name):
    print("AT", name, flush=True)

def hear():
    while window.messages.isVisible():
        said.append(window.messages.label.text())
        window.messages.dismiss()

def soon(condition, seconds=10):  # whether it comes true within that time
    deadline = QDeadlineTimer(seconds * 1000)
    while not condition():
        if deadline.hasExpired():
            return False
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        hear()
    return True

def until(condition):
    assert soon(condition, 60), said

def for_ms(milliseconds):
    until(QDeadlineTimer(milliseconds).hasExpired)

def trains():
    before = window.session.runs.step
    window.session.run()
    until(lambda: window.session.runs.step > before + 20)
    window.session.pause()
    until(lambda: window.session.state == "paused")
    return True

def begin():
    global window
    window = make_window()
    catch_exceptions(window)
    window.resize(1600, 1000)
    window.show()
    window.fill()
    until(lambda: window.session.state == "ready" and not window.guests.busy)

def close():
    window._leaving = True
    window.close()
    assert window.end(10)

begin()
"""

CLOSE = """
close()
for text in said:
    print("SAID", text)
print("END")
"""


def window(script: str) -> tuple[list[str], list[str]]:
    """Open the window beside the test's plugins and go through the script; the lines that it printed, and what the message bar said."""
    lines = [line for line in run(OPEN + script + CLOSE).splitlines() if not line.startswith("AT ")]
    assert lines[-1] == "END", lines
    said = [line.removeprefix("SAID ") for line in lines if line.startswith("SAID ")]
    return [line for line in lines[:-1] if not line.startswith("SAID ")], said
