"""Who paints ends it, whatever is raised in between: a painter left at work when Qt goes on brings down the process."""

from __future__ import annotations

import ast
from pathlib import Path

GUI = Path(__file__).resolve().parents[2] / "gui"
FILES = sorted(GUI.rglob("*.py"))
PAINTERS = {"QPainter", "QStylePainter"}


def _faults(source: str) -> list[str]:
    tree = ast.parse(source)
    entered = {id(item.context_expr) for node in ast.walk(tree) if isinstance(node, ast.With) for item in node.items}
    return [
        f"line {node.lineno}: paint in `with QPainter(...) as painter:`"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PAINTERS and id(node) not in entered
    ]


def test_every_painter_is_ended() -> None:
    found = [f"{path.relative_to(GUI)}, {fault}" for path in FILES for fault in _faults(path.read_text(encoding="utf-8"))]
    assert not found, "\n".join(found)


def test_the_check_sees_what_it_is_for() -> None:
    assert len(_faults("painter = QPainter(self)\npainter.end()\nboth = QStylePainter(self), 1")) == 2
    assert not _faults("with QPainter(self) as painter:\n    painter.drawLine()")
