"""Contributed panels that misbehave: each is told of in a sentence and taken out; the window, the run and the other panels go on."""

from __future__ import annotations

from guest_help import plugin, window

from vitrine.core.contributions import plugin_folder

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


BUSY = """def __init__(self, desk, parent=None):
    super().__init__(desk, parent)
    self.timer = QTimer(self, interval=5)
    self.timer.timeout.connect(lambda: print("tick"))
def draw_history(self, history):
    self.timer.start()
    raise ValueError("no line")
def end(self):
    print("ended")
    raise ValueError("and no end")"""

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
    id = "Holds"
    title = "My Holds"

    def paintEvent(self, event):
        painter, held = QPainter(self), Held()
        raise ValueError("no color")
"""


def test_panels_that_break_are_taken_out_and_all_else_goes_on() -> None:
    for name, (body, _) in BROKEN.items():
        panel(name, body)
    panel("Busy", BUSY)
    plugin("panels/holds.py", HOLDS)
    panel("Sound", "")
    names = [*BROKEN, "Busy", "Holds"]
    lines, said = window(f"""
docks, names = window.docks, {names}

def once_more():
    app.processEvents()
    docks._show_history(force=True)
    window.document.changed.emit()
    return name not in docks.panels

for name in names:
    if name in docks.panels:
        at(name)
        docks.docks[name].show()
        docks.docks[name].raise_()
        soon(once_more)
    print("out", name, name not in docks.panels)
print("now", trains(), "Sound" in docks.panels, "curves" in docks.panels)
for_ms(100)
for sentence in docks.door.out.values():
    print(sentence)
window.reset_layout()
for_ms(50)
""")
    for name in names:
        assert f"out {name} True" in lines, (name, lines)
        about = next(line for line in lines if f"The panel My {name} " in line)
        assert BROKEN.get(name, ("", ""))[1] in about and "was taken out" in about, lines
        assert said.count(about) <= 1  # the bar keeps the last ones of very many
    now = lines.index("now True True True")
    assert sum("was taken out" in line for line in lines[now + 1 :]) == len(names) == len(lines) - now - 1, lines
    assert [text for text in said if "was taken out" in text]
    assert not [text for text in said if "inside Vitrine" in text or "iteration" in text], said
    assert not [line for line in lines if "half-made" in line], lines
    # what a panel had under way ends with it
    assert lines.count("ended") == 1 and "tick" not in lines[lines.index("out Busy True") :], lines
    assert len([text for text in said if "My Busy" in text]) == 1, said
    # what a painting held is let go before Qt goes on: a painter that was still at work brought down Qt a moment later
    assert [line for line in lines if line in ("let go", "Qt goes on")][:2] == ["let go", "Qt goes on"], lines


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


def test_a_panel_that_declares_nonsense_is_left_out_and_one_that_is_too_large_pushes_nobody_aside() -> None:
    for name, (body, _) in UNFIT.items():
        panel(f"P{name}", body)
    panel("Itself", "behind = 'Itself'")
    panel("One", "behind = 'Other'")
    panel("Other", "behind = 'One'")
    panel("curves", "")  # the name of one of the tree
    panel("Large", "def minimumSizeHint(self):\n    return QSize(5000, 5000)")
    panel("Fixed", "def __init__(self, desk, parent=None):\n    super().__init__(desk, parent)\n    self.setMinimumSize(4000, 4000)")
    lines, said = window("""
for_ms(50)
print(window.width() <= 1700, window.height() <= 1100, set(window.docks.panels) >= {"Large", "Fixed"})
window.reset_layout()
for_ms(50)
print(window.width() <= 1700, window.height() <= 1100)
print(sorted(set(window.docks.panels) & {"Itself", "One", "Other"}), [p for p in window.docks.panels if p.startswith("P")], trains())
print(type(window.docks.panels["curves"]).__module__)
""")
    assert lines == ["True True True", "True True", "['Itself', 'One', 'Other'] [] True", "vitrine.gui.panels.curves.panel"]
    for name, (_, words) in UNFIT.items():
        assert [text for text in said if f"p{name}.py" in text and "left out" in text and words in text], (name, said)
    assert [text for text in said if "curves.py" in text and "two panel types are named curves" in text], said


def test_a_panel_that_is_new_to_the_remembered_layout_has_room() -> None:
    """It was as wide as its title bar's buttons, with no title."""
    lines, _said = window(f"""
from pathlib import Path
from vitrine.core import contributions
window.reset_layout()
for_ms(50)
close()
late = Path({str(plugin_folder("panels") / "late.py")!r})
late.parent.mkdir(parents=True)
late.write_text({PANEL.format(name="Late", body="")!r})
(guest,) = [one for one in contributions.of("vitrine.gui.panels") if one.guest]
assert guest.load() is None

begin()
for_ms(50)
late = window.docks.docks["Late"]
print(bool(window.tabifiedDockWidgets(late)), late.widget().width() >= 150, late.widget().seen)
late.close()
close()

begin()
for_ms(50)
print(window.docks.docks["Late"].isHidden())
""")
    assert lines == ["True True True", "True"]
