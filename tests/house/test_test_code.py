"""What the tests themselves must not do: wait for nothing, or by the clock."""

from __future__ import annotations

import ast
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
FILES = sorted(TESTS.rglob("*.py"))
# pytest-qt gives these as context managers: called alone they do nothing at all.
ENTERED = {"waitExposed", "waitActive", "assertNotEmitted", "captureExceptions", "capture_exceptions"}
ASLEEP = {"sleep", "qWait", "qSleep", "wait"}  # time.sleep, QTest.qWait, qtbot.wait; an Event's wait has somebody who sets it
SLEEPERS = {"time", "QTest", "qtbot"}


def _calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]


def _faults(source: str) -> list[str]:
    tree, lines = ast.parse(source), source.splitlines()
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    faults = []
    for call in _calls(tree):
        assert isinstance(call.func, ast.Attribute)
        name, owner = call.func.attr, call.func.value
        if id(call) in alone and name in ENTERED:
            faults.append(f"line {call.lineno}: `{name}` waits only as `with qtbot.{name}(...):`")
        excused = "# clock:" in lines[call.lineno - 1]  # and why
        if name in ASLEEP and isinstance(owner, ast.Name) and owner.id in SLEEPERS and not excused:
            faults.append(f"line {call.lineno}: {owner.id}.{name} waits by the clock: wait for what shall happen (qtbot.waitUntil)")
    return faults


def test_waits_for_what_shall_happen() -> None:
    found = [f"{path.relative_to(TESTS)}, {fault}" for path in FILES for fault in _faults(path.read_text(encoding="utf-8"))]
    assert not found, "\n".join(found)


def test_the_check_sees_what_it_is_for() -> None:
    assert len(_faults("qtbot.waitExposed(x)\ntime.sleep(1)\nqtbot.wait(5)")) == 3
    assert not _faults("time.sleep(1)  # clock: the operating system's own pace")
    assert not _faults("with qtbot.waitExposed(x):\n    x.show()\nevent.wait(1)")
