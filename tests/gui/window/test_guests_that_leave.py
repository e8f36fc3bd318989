"""Guests that try to end the program from what Qt calls: a lambda, a function in a function, `sys.exit` itself. The window stays, and says whose it was."""

from __future__ import annotations

from guest_help import plugin, window

PANEL = """
import argparse, functools, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton
from vitrine.gui.panels.base import Panel

class {name}(Panel):
    id = "{name}"
    title = "My {name}"

    def __init__(self, desk, parent=None):
        super().__init__(desk, parent)
        self.button = QPushButton("Press", self)
        {connect}

    def leave(self):
        raise SystemExit(3)
"""

# By name: how the button's click ends the program.
WAYS = {
    "Lambda": "self.button.clicked.connect(lambda: sys.exit(3))",
    "Method": "self.button.clicked.connect(self.leave)",
    "Inner": "def inner():\n            raise SystemExit(3)\n        self.button.clicked.connect(inner)",
    "Key": "def inner(checked):\n            raise KeyboardInterrupt\n        self.button.clicked.connect(inner)",
    "Own": "def inner(checked):\n            raise type('Own', (BaseException,), {})\n        self.button.clicked.connect(inner)",
    "Later": "self.button.clicked.connect(lambda: QTimer.singleShot(0, lambda: exit()))",
    "Library": "self.button.clicked.connect(lambda: argparse.ArgumentParser().parse_args(['--no']))",
}
# Qt finds nothing of the guest's in between: nobody can be named, and nobody is taken out.
DIRECT = {"Direct": "self.button.clicked.connect(sys.exit)", "Partial": "self.button.clicked.connect(functools.partial(sys.exit, 3))"}

COMMAND = """
import sys
from PySide6.QtWidgets import QDialog, QPushButton
from vitrine.gui.window.commands.base import Parts, command

@command(id="dialog", menu="Edit", group=50, text="Dialog")
def dialog(parts: Parts) -> None:
    found = QDialog(parts.window)
    button = QPushButton("Press", found)
    button.clicked.connect(lambda: sys.exit(3))
    parts.window.pressed = button
"""


HONEST = '''
from PySide6.QtWidgets import QPushButton
from vitrine.gui.panels.base import Panel

class Ground(Panel):
    name = lambda self: super().objectName()

class Honest(Ground):
    """A docstring."""

    id = title = "Honest"
    __secret = 5

    def __init__(self, desk, parent=None):
        super().__init__(desk, parent)
        count = 0
        def inner(checked, add=1):
            "Another."
            nonlocal count
            count += add
            print("inner", checked, count)
        self.button = QPushButton(self)
        self.button.setCheckable(True)
        self.button.clicked.connect(inner)
        self.button.clicked.connect(lambda: print("lambda", self.__secret))
        self.button.clicked.connect(self.plain)
        self.button.toggled.connect(lambda on, text="toggled": print(text, on))

    def plain(self):
        print("plain", list(self.numbers()), (lambda: [(yield 1)])().send(None))

    def numbers(self):
        yield from (one for one in range(3))
'''

PRESS = """
def press(name, button, told):
    at(name)
    before = len(said)
    button.click()
    print(name, soon(lambda: any(told in text for text in said[before:])), name in window.docks.panels, trains())

for name in {panels}:
    window.docks.docks[name].show()
    press(name, window.docks.panels[name].button, "My " + name)
for name in {direct}:
    window.docks.docks[name].show()
    press(name, window.docks.panels[name].button, "SystemExit")
window.commands["dialog"].trigger()
press("dialog", window.pressed, "dialog.py")

at("Honest")
panel = window.docks.panels["Honest"]
panel.button.click()
print(type(panel).__doc__, repr(panel.name()), panel.plain.__func__.__code__.co_argcount)
"""


def test_the_window_stays_whoever_tries_to_end_it_from_a_slot() -> None:
    for name, connect in {**WAYS, **DIRECT}.items():
        plugin(f"panels/{name.lower()}.py", PANEL.format(name=name, connect=connect))
    plugin("commands/dialog.py", COMMAND)
    plugin("panels/honest.py", HONEST)
    lines, said = window(PRESS.format(panels=list(WAYS), direct=list(DIRECT)))
    for name in WAYS:
        assert f"{name} True False True" in lines, (name, lines, said)
        told = f"The panel My {name} is out of order and was taken out: {name.lower()}.py"
        assert [text for text in said if told in text], (name, said)
    for name in DIRECT:
        assert f"{name} True True True" in lines, (name, lines, said)
    # what is no panel is named by its file
    assert "dialog True False True" in lines, (lines, said)
    assert [text for text in said if "Something went wrong inside dialog.py (in" in text and "line 10: SystemExit" in text], said
    # Qt reads of a function how many arguments it takes; names of a class, yields and docstrings mean what they did
    assert lines[-5:] == ["toggled True", "inner True 1", "lambda 5", "plain [0, 1, 2] 1", "A docstring. '' 1"]
    assert len(lines) == len(WAYS) + len(DIRECT) + 1 + 5, lines
