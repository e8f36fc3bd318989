"""Contributed commands that misbehave: told of, left out or switched off; the window opens, lives on, and keeps its own keys."""

from __future__ import annotations

from guest_help import plugin, window

COMMAND = """
import sys, threading
from vitrine.gui.window.commands.base import Parts, command

@command({head})
def handler(parts: Parts) -> None:
    {body}
"""


def command(name: str, body: str = "pass", /, **declared: str) -> None:
    given = {"id": f"'{name}'", "menu": "'Edit'", "group": "50", "text": f"'Do {name}'", **declared}
    head = ", ".join(f"{key}={value}" for key, value in given.items())
    plugin(f"commands/{name}.py", COMMAND.format(head=head, body=body))


# By name: what the handler does, and words of what is said.
HANDLERS = {
    "fails": ("1 / 0", "ZeroDivisionError"),
    "exits": ("sys.exit(3)", "SystemExit: 3"),
    "interrupts": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "own": ("raise type('Own', (BaseException,), {})", "Own"),
}
# By name: what breaks when it is asked what can be done.
ASKED = {
    "c_raises": {"can": "lambda parts: 1 / 0"},
    "c_exits": {"can": "lambda parts: sys.exit(3)"},
    "k_raises": {"checked": "lambda parts: 1 / 0"},
    "n_raises": {"name": "lambda parts: 1 / 0"},
    "n_number": {"name": "lambda parts: 5"},
    "c_slow": {"can": "lambda parts: threading.Event().wait(0.51)"},
}


def test_a_command_that_breaks_is_told_of_and_one_that_breaks_when_it_is_asked_is_switched_off() -> None:
    for name, (body, _) in HANDLERS.items():
        command(name, body)
    for name, declared in ASKED.items():
        command(name, **declared)
    command("changes", can="lambda parts: parts.document.changed.emit() or True")
    lines, said = window(f"""
for turn in range(3):
    window.actions_.refresh()
for name in {list(ASKED)}:
    action = window.commands[name]
    print(name, action.isEnabled(), "was switched off" in action.toolTip())
window.menus["Edit"].aboutToShow.emit()
print(trains(), window.commands["save"].isEnabled(), window.commands["changes"].isEnabled())
for name in {list(HANDLERS)}:
    at(name)
    window.commands[name].trigger()
    print(name, soon(lambda: any("Do " + name in text for text in said)), window.commands[name].isEnabled())
print(trains())
for sentence in window.actions_.door.out.values():
    print(sentence)
""")
    asked, rest = lines[: len(ASKED)], lines[len(ASKED) :]
    assert asked == [f"{name} False True" for name in ASKED]
    assert rest[0] == "True True True"
    handled, told = rest[1 : len(HANDLERS) + 2], rest[len(HANDLERS) + 2 :]
    assert handled == [f"{name} True True" for name in HANDLERS] + ["True"], said
    assert len(told) == len(ASKED) and all(said.count(sentence) == 1 for sentence in told), said
    for name, (_, words) in HANDLERS.items():
        assert [text for text in said if f"The command Do {name} went wrong: {name}.py, line 7: {words}" in text], (name, said)


UNFIT = {
    "g_text": ({"group": "'last'"}, "group must be a whole number, not 'last'"),
    "g_nan": ({"group": "float('nan')"}, "group must be a whole number"),
    "t_none": ({"text": "None"}, "text must be text, not None"),
    "t_empty": ({"text": "''"}, "needs an id and a text"),
    "m_list": ({"menu": "[]"}, "menu must be text"),
    "k_number": ({"keys": "7"}, "keys must be text"),
    "c_yes": ({"can": "True"}, "can must be a function, not True"),
    "save": ({}, "two command types are named save"),
}
# By name: the keys, those that it gets, and why not.
KEYS = {
    "same": ("Ctrl+S", "", "Save has them"),
    "cut_short": ("Del", "", "Delete has them"),
    "free": ("Ctrl+Alt+J", "Ctrl+Alt+J", ""),
    "late": ("Ctrl+Alt+J", "", "Do free has them"),
    "none": ("Ctrl+Nothing", "", "there are no such keys"),
}


def test_a_command_that_declares_nonsense_is_left_out_and_keys_stay_with_whom_they_are() -> None:
    """Qt does nothing at all at keys that two actions have: a guest would have taken Save's."""
    for name, (declared, _) in UNFIT.items():
        command(name, **declared)
    for name, (keys, _, _) in KEYS.items():
        command(name, keys=f"'{keys}'")
    lines, said = window(f"""
print(sorted(set(window.commands) & {UNFIT.keys() - {"save"}}), trains())
print(window.actions_.commands["save"].module)
for name in {[*KEYS, "save"]}:
    print(name, window.commands[name].shortcut().toString())
""")
    assert lines[:2] == ["[] True", "vitrine.gui.window.commands.file"]
    assert lines[2:] == [f"{name} {got}" for name, (_, got, _) in KEYS.items()] + ["save Ctrl+S"]
    for name, (_, words) in UNFIT.items():
        assert [text for text in said if f"{name}.py" in text and "left out" in text and words in text], (name, said)
    for name, (keys, got, why) in KEYS.items():
        assert got or f"The command Do {name} goes without its keys, {keys}: {why}." in said, (name, said)
