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


def test_what_a_commands_handler_raises_is_told_and_ends_nothing() -> None:
    bodies = {
        "fails": "1 / 0",
        "exits": "sys.exit(3)",
        "interrupts": "raise KeyboardInterrupt",
        "own": "raise type('Own', (BaseException,), {})",
    }
    for name, body in bodies.items():
        command(name, body)
    lines, said = window("""
for name in ("fails", "exits", "interrupts", "own"):
    window.commands[name].trigger()
    for_ms(20)
    print(name, window.commands[name].isEnabled())
print(trains())
""")
    assert lines == [f"{name} True" for name in bodies] + ["True"]
    for name, words in {"fails": "ZeroDivisionError", "exits": "SystemExit: 3", "interrupts": "KeyboardInterrupt", "own": "Own"}.items():
        assert [text for text in said if f"The command Do {name} went wrong: {name}.py, line 7: {words}" in text], (name, said)


def test_a_command_that_breaks_when_it_is_asked_what_can_be_done_is_switched_off() -> None:
    asked = {
        "c_raises": {"can": "lambda parts: 1 / 0"},
        "c_exits": {"can": "lambda parts: sys.exit(3)"},
        "k_raises": {"checked": "lambda parts: 1 / 0"},
        "n_raises": {"name": "lambda parts: 1 / 0"},
        "n_number": {"name": "lambda parts: 5"},
        "c_slow": {"can": "lambda parts: threading.Event().wait(0.51)"},
    }
    for name, declared in asked.items():
        command(name, **declared)
    command("changes", can="lambda parts: parts.document.changed.emit() or True")
    lines, said = window(f"""
for turn in range(3):
    window.actions_.refresh()
for name in {list(asked)}:
    action = window.commands[name]
    print(name, action.isEnabled(), "was switched off" in action.toolTip())
window.menus["Edit"].aboutToShow.emit()
print(trains(), window.commands["save"].isEnabled(), window.commands["changes"].isEnabled())
for sentence in window.actions_.door.out.values():
    print(sentence)
""")
    assert lines[: len(asked)] == [f"{name} False True" for name in asked]
    assert lines[len(asked)] == "True True True"
    told = lines[len(asked) + 1 :]
    assert len(told) == len(asked) and all(said.count(sentence) == 1 for sentence in told), said


def test_a_command_that_declares_nonsense_is_left_out() -> None:
    unfit = {
        "g_text": ({"group": "'last'"}, "group must be a whole number, not 'last'"),
        "g_nan": ({"group": "float('nan')"}, "group must be a whole number"),
        "t_none": ({"text": "None"}, "text must be text, not None"),
        "t_empty": ({"text": "''"}, "needs an id and a text"),
        "m_list": ({"menu": "[]"}, "menu must be text"),
        "k_number": ({"keys": "7"}, "keys must be text"),
        "c_yes": ({"can": "True"}, "can must be a function, not True"),
        "save": ({}, "two command types are named save"),
    }
    for name, (declared, _) in unfit.items():
        command(name, **declared)
    lines, said = window("""
print(sorted(set(window.commands) & {"g_text", "g_nan", "t_none", "t_empty", "m_list", "k_number", "c_yes"}), trains())
print(window.actions_.commands["save"].module)
""")
    assert lines == ["[] True", "vitrine.gui.window.commands.file"]
    for name, (_, words) in unfit.items():
        assert [text for text in said if f"{name}.py" in text and "left out" in text and words in text], (name, said)


def test_keys_that_are_spoken_for_stay_with_whom_they_are() -> None:
    """Qt does nothing at all at keys that two actions have: a guest would have taken Save's."""
    command("same", keys="'Ctrl+S'")
    command("cut_short", keys="'Del'")
    command("free", keys="'Ctrl+Alt+J'")
    command("late", keys="'Ctrl+Alt+J'")
    command("none", keys="'Ctrl+Nothing'")
    lines, said = window("""
for name in ("same", "cut_short", "free", "late", "none", "save"):
    print(name, window.commands[name].shortcut().toString())
""")
    assert lines == ["same ", "cut_short ", "free Ctrl+Alt+J", "late ", "none ", "save Ctrl+S"]
    for name, keys, why in (
        ("same", "Ctrl+S", "Save has them"), ("cut_short", "Del", "Delete has them"), ("late", "Ctrl+Alt+J", "Do free has them"),
        ("none", "Ctrl+Nothing", "there are no such keys"),
    ):  # fmt: skip
        assert f"The command Do {name} goes without its keys, {keys}: {why}." in said, said
