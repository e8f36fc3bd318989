"""Contributed panels that misbehave: each is told of in a sentence and taken out; the window, the run and the other panels go on."""

from __future__ import annotations

import pytest
from guest_help import plugin, window

PANEL = """
import sys, threading
from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QPainter
from vitrine.core.probes.base import Probe
from vitrine.gui.panels.base import Panel

class {name}(Panel):
    id = "{name}"
    title = "My {name}"

    {body}
"""


def panel(name: str, body: str) -> None:
    plugin(f"panels/{name.lower()}.py", PANEL.format(name=name, body="\n    ".join(body.splitlines())))


# By name: the body, and words of the sentence. Each breaks where the window, Qt or the run's answers call it.
BROKEN = {
    "Asks": ("def request(self):\n    raise ValueError('no question')", "ValueError: no question"),
    "Number": ("def request(self):\n    return 5", "its request must be a probe or None, not 5"),
    "Kind": ("def request(self):\n    return Probe", "its request must be a probe or None"),
    "Hint": ("def minimumSizeHint(self):\n    raise ValueError('no size')", "ValueError: no size"),
    "Seen": ("@property\ndef seen(self):\n    raise ValueError('who sees')", "ValueError: who sees"),
    "Shows": ("def show_run(self, run):\n    raise ValueError('no run')", "ValueError: no run"),
    "Listens": ("def signals(self, run):\n    return 7", "TypeError"),
    "Draws": ("def draw_history(self, history):\n    raise ValueError('no line')", "ValueError: no line"),
    "Paints": ("def paintEvent(self, event):\n    painter = QPainter(self)\n    raise ValueError('no color')", "ValueError: no color"),
    "Resizes": ("def resizeEvent(self, event):\n    raise ValueError('no room')", "ValueError: no room"),
    "Appears": ("def showEvent(self, event):\n    raise ValueError('shy')", "ValueError: shy"),
    "Ticks": (
        "def prepared(self):\n    self.timer = QTimer(self, interval=1)\n    self.timer.timeout.connect(self.tick)\n    self.timer.start()\n"
        "def tick(self):\n    raise ValueError('no time')",
        "ValueError: no time",
    ),
    "Hears": (
        "def __init__(self, desk, parent=None):\n    super().__init__(desk, parent)\n"
        "    desk.document.changed.connect(lambda: 1 / 0)\n    QTimer.singleShot(0, desk.document.changed.emit)",
        "ZeroDivisionError",
    ),
    "Starts": (
        "def __init__(self, desk, parent=None):\n    super().__init__(desk, parent)\n    self.timer = QTimer(self, interval=1)\n"
        "    self.timer.timeout.connect(lambda: print('half-made, and ticks'))\n    self.timer.start()\n    raise ValueError('no start')",
        "ValueError: no start",
    ),
    "Leaves": ("def draw_history(self, history):\n    sys.exit(3)", "SystemExit"),
    "Quits": ("def paintEvent(self, event):\n    sys.exit(3)", "SystemExit"),
    "Interrupts": ("def showEvent(self, event):\n    raise KeyboardInterrupt", "KeyboardInterrupt"),
    "Heavy": (
        "def request(self):\n    class Weighs(Probe, abstract=True):\n        def is_heavy(self, *about):\n            raise ValueError('no scale')\n"
        "    return Weighs()",
        "ValueError: no scale",
    ),
    "Blocks": ("def draw_history(self, history):\n    threading.Event().wait(0.6)", "held up the window 3 times"),
}  # fmt: skip


# What would take the process along is tried apart.
GROUPS = {"leaving": ["Leaves", "Quits", "Interrupts"]}
GROUPS["the rest"] = [name for name in BROKEN if name not in GROUPS["leaving"]]


@pytest.mark.parametrize("group", GROUPS)
def test_panels_that_break_are_taken_out_and_all_else_goes_on(group: str) -> None:
    names = GROUPS[group]
    for name in names:
        panel(name, BROKEN[name][0])
    panel("Sound", "")
    lines, said = window(f"""
docks, names = window.docks, {names}
for name in names * 2:
    if name in docks.panels:
        docks.docks[name].show()
        docks.docks[name].raise_()
        for turn in range(3):
            for_ms(40)
            docks._show_history(force=True)
        window.document.changed.emit()
until(lambda: not docks.panels.keys() & set(names))
for_ms(100)
print(trains(), "Sound" in docks.panels, "curves" in docks.panels)
for sentence in docks.door.out.values():
    print(sentence)
window.reset_layout()
for_ms(50)
""")
    assert lines[0] == "True True True" and len(lines) == 1 + len(names)
    for name in names:
        about = next(line for line in lines if f"The panel My {name}" in line)
        assert BROKEN[name][1] in about and "was taken out" in about, lines
        assert said.count(about) <= 1  # the bar keeps the last ones of very many
    assert [text for text in said if "was taken out" in text]
    assert not [text for text in said if "inside Vitrine" in text or "iteration" in text], said


UNFIT = {
    "text": ("share = '240'", "share must be a whole number of at least 1, not '240'"),
    "nan": ("share = float('nan')", "share must be"),
    "negative": ("share = -5", "share must be"),
    "zero": ("share = 0", "share must be"),
    "huge": ("share = 10 ** 30", "share must be"),
    "yes": ("share = True", "share must be"),
    "area": ("area = 'middle'", "area must be one of bottom, right, not 'middle'"),
    "behind": ("behind = 7", "behind must be text"),
    "tip": ("tip = None", "tip must be text"),
}


def test_a_panel_that_declares_nonsense_is_left_out() -> None:
    for name, (body, _) in UNFIT.items():
        panel(f"P{name}", body)
    panel("Itself", "behind = 'Itself'")
    panel("One", "behind = 'Other'")
    panel("Other", "behind = 'One'")
    panel("curves", "")  # the name of one of the tree
    lines, said = window("""
window.reset_layout()
for_ms(50)
print(sorted(set(window.docks.panels) & {"Itself", "One", "Other"}), [p for p in window.docks.panels if p.startswith("P")], trains())
print(type(window.docks.panels["curves"]).__module__)
""")
    assert lines == ["['Itself', 'One', 'Other'] [] True", "vitrine.gui.panels.curves.panel"]
    for name, (_, words) in UNFIT.items():
        assert [text for text in said if f"p{name}.py" in text and "left out" in text and words in text], (name, said)
    assert [text for text in said if "curves.py" in text and "two panel types are named curves" in text], said


def test_a_panel_that_is_too_large_pushes_nobody_aside() -> None:
    panel("Large", "def minimumSizeHint(self):\n    return QSize(5000, 5000)")
    panel("Fixed", "def __init__(self, desk, parent=None):\n    super().__init__(desk, parent)\n    self.setMinimumSize(4000, 4000)")
    lines, _ = window("""
for_ms(100)
print(window.width() <= 1700, window.height() <= 1100)
""")
    assert lines == ["True True"]


def test_what_a_panel_had_under_way_ends_with_it() -> None:
    body = """def __init__(self, desk, parent=None):
    super().__init__(desk, parent)
    self.timer = QTimer(self, interval=5)
    self.timer.timeout.connect(lambda: print("tick"))
def draw_history(self, history):
    self.timer.start()
    raise ValueError("no line")
def end(self):
    print("ended")
    raise ValueError("and no end")"""
    panel("Busy", body)
    lines, said = window("""
docks = window.docks
docks.docks["Busy"].show(), docks.docks["Busy"].raise_()
for turn in range(5):
    for_ms(50)
    docks._show_history(force=True)
until(lambda: "Busy" not in docks.panels)
for_ms(100)
print("quiet")
for_ms(200)
""")
    assert lines.count("ended") == 1 and lines.index("ended") < lines.index("quiet")
    assert "tick" not in lines[lines.index("quiet") :]
    assert len([text for text in said if "My Busy" in text]) == 1


HOLDS = """
from PySide6.QtGui import QPainter
from vitrine.gui.panels.base import Panel

class Held:
    def __del__(self):
        print("let go")

class Ground(Panel):
    def paintEvent(self, event):
        print("Qt goes on")

class Holds(Ground):
    id = title = "Holds"

    def paintEvent(self, event):
        painter, held = QPainter(self), Held()
        raise ValueError("no color")
"""


def test_what_a_painting_held_that_broke_off_is_let_go_before_qt_goes_on() -> None:
    """A painter that was still at work brought down Qt a moment later, and with it the window."""
    plugin("panels/holds.py", HOLDS)
    lines, _ = window("""
window.docks.docks["Holds"].show()
window.docks.docks["Holds"].raise_()
until(lambda: "Holds" not in window.docks.panels)
""")
    assert lines[:2] == ["let go", "Qt goes on"], lines


def test_a_panel_that_is_new_to_the_remembered_layout_has_room() -> None:
    """It was as wide as its title bar's buttons, with no title."""
    window("window.reset_layout(); for_ms(50)")
    panel("Late", "")
    lines, _said = window("""
for_ms(50)
late = window.docks.docks["Late"]
print(bool(window.tabifiedDockWidgets(late)), late.widget().width() >= 150, late.widget().seen)
late.close()
""")
    assert lines[0] == "True True True"
    lines, _said = window("for_ms(50); print(window.docks.docks['Late'].isHidden())")
    assert lines[0] == "True"
