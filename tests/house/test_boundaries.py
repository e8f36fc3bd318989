"""The rules of the house that a machine can check, over whatever modules there are.

Imports run one way, `main -> gui -> datasets, core` and `datasets -> core.spec, core.errors, core.tasks, core.machine`; `core` and `datasets` work where Qt cannot be
imported; slow libraries stay out of start-up; what is imported is declared.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.util import resolve_name
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("core", "datasets", "gui")
PROJECT = ("vitrine", "benchmarks", "tests", "tools")
QT = ("PySide6", "shiboken6", "pyqtgraph")
SLOW = ("sklearn", "scipy", "pandas", "torch", "onnx", "pooch", "numba")
DISTRIBUTIONS = {"PySide6": "pyside6-essentials", "shiboken6": "pyside6-essentials", "sklearn": "scikit-learn"}
MAX_FILE_LINES, MAX_FUNCTION_LINES = 350, 50

SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py")) + [p for p in [ROOT / "main.py"] if p.exists()]
Faults = Iterable[tuple[int, str]]  # line, and what is wrong there


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def owner(path: Path) -> str:
    """The package a file belongs to, or `main`."""
    parts = path.relative_to(ROOT).parts
    return parts[0] if len(parts) > 1 else path.stem


def _guarded(node: ast.AST) -> bool:
    return isinstance(node, ast.Try) and any("ImportError" in ast.unparse(h.type) for h in node.handlers if h.type)


def imports(path: Path, *, optional: bool = True) -> Iterator[tuple[int, str]]:
    """Line and full name of every import in a file, those inside functions and for types only included.

    `from core import spec` gives `vitrine.core.spec`. With `optional` false, imports under `try: ... except ImportError` are left out.
    """
    package = ".".join(("vitrine", *path.relative_to(ROOT).parts[:-1]))
    pending: list[ast.AST] = [tree(path)]
    while pending:
        node = pending.pop()
        if not optional and _guarded(node):
            continue
        pending.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), package) if node.level else node.module or ""
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def within(name: str, modules: tuple[str, ...]) -> bool:
    return any(name == module or name.startswith(module + ".") for module in modules)


def nowhere(faults: Callable[[Path], Faults]) -> None:
    """No source has faults of this kind. One test for all of them: one a file, they were a quarter of all tests."""
    found = [f"{path.relative_to(ROOT)}:{line}: {what}" for path in SOURCES for line, what in sorted(faults(path))]
    assert not found, "\n".join(found)


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120)


# -- in which direction imports run ---------------------------------------------------------------------------------------------------

FORBIDDEN = {
    "core": (*QT, "vitrine.gui", "vitrine.datasets", "vitrine.main", "benchmarks", "tests"),
    "datasets": (*QT, "vitrine.gui", "vitrine.main", "benchmarks", "tests"),
    "gui": ("vitrine.main", "benchmarks", "tests"),
    "main": ("benchmarks", "tests"),
}


def test_imports_run_one_way() -> None:
    nowhere(lambda path: [(line, f"imports {name}") for line, name in imports(path) if within(name, FORBIDDEN[owner(path)])])


def test_datasets_know_only_specs_errors_tasks_and_machine_of_core() -> None:
    known = ("vitrine.core.spec", "vitrine.core.errors", "vitrine.core.tasks", "vitrine.core.machine")

    def others(path: Path) -> Faults:
        for line, name in imports(path) if owner(path) == "datasets" else ():
            if within(name, ("vitrine.core",)) and not within(name, known):
                yield line, f"imports {name}"

    nowhere(others)


IMPORT_ALL_WITHOUT_QT = """
import importlib, importlib.abc, pkgutil, sys

class Block(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("PySide6", "shiboken6", "pyqtgraph") or name == "vitrine.gui":
            raise ImportError(f"{name} is blocked")

sys.meta_path.insert(0, Block())
package = importlib.import_module(sys.argv[1])

def stop(name):
    raise

names = [module.name for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".", onerror=stop)]
for name in names:
    if not name.endswith("__main__"):
        importlib.import_module(name)
print(len(names))
"""


@pytest.mark.parametrize("package", ["core", "datasets"])
def test_every_module_imports_without_qt(package: str) -> None:
    if not (ROOT / package / "__init__.py").exists():
        pytest.skip(f"{package} is not there yet")
    result = python(IMPORT_ALL_WITHOUT_QT, f"vitrine.{package}")
    assert result.returncode == 0, result.stderr
    modules = [path for path in (ROOT / package).rglob("*.py") if path != ROOT / package / "__init__.py"]
    assert int(result.stdout) == len(modules), "a folder without __init__.py hides its modules"


def test_main_imports_without_qt() -> None:
    """The command line trains in a process that has no Qt."""
    if not (ROOT / "main.py").exists():
        pytest.skip("main.py is not there yet")
    result = python("import main, sys; print([m for m in sys.argv[1:] if m in sys.modules])", *QT, *SLOW)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "[]"


def test_window_imports_nothing_slow() -> None:
    """Start-up stays quick: scikit-learn, PyTorch and the like are imported when first used."""
    if not (ROOT / "gui" / "window" / "main_window.py").exists():
        pytest.skip("vitrine.gui.window.main_window is not there yet")
    result = python("import vitrine.gui.window.main_window, sys; print([m for m in sys.argv[1:] if m in sys.modules])", *SLOW)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "[]"


# -- what may be imported at all --------------------------------------------------------------------------------------------------------


def test_third_party_imports_are_declared() -> None:
    """Every library is a runtime dependency of pyproject.toml, or imported under `try: ... except ImportError`."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        from requirements import requirements
    finally:
        sys.path.pop(0)
    declared = {re.split(r"[^\w.-]", line)[0].lower() for line in requirements([])}

    def undeclared(path: Path) -> Faults:
        for line, name in imports(path, optional=False):
            top = name.split(".")[0]
            if top not in sys.stdlib_module_names and top not in PROJECT and DISTRIBUTIONS.get(top, top).lower() not in declared:
                yield line, f"imports {top}, which pyproject.toml does not declare"

    nowhere(undeclared)


def _ways_to_run_code(path: Path) -> Faults:
    yield from (
        (line, f"imports {name}") for line, name in imports(path) if within(name, ("pickle", "dill", "shelve", "marshal", "joblib"))
    )
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle" and ast.unparse(node.value) != "False":
            yield node.value.lineno, "allow_pickle"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec"):
            yield node.lineno, f"{node.func.id}()"


def test_no_pickle() -> None:
    """A file someone sends must not be able to run code."""
    nowhere(_ways_to_run_code)


def test_nothing_is_imported_for_its_side_effect() -> None:
    """Registries load themselves when first asked."""

    def unused(path: Path) -> Faults:
        lines = enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        return [(number, line.strip()) for number, line in lines if re.search(r"\bnoqa: F401", line)]

    nowhere(unused)


# -- how it is written -------------------------------------------------------------------------------------------------------------------


def test_no_bare_except() -> None:
    nowhere(lambda path: [(n.lineno, "bare except") for n in ast.walk(tree(path)) if isinstance(n, ast.ExceptHandler) and n.type is None])


def _too_long(path: Path) -> Faults:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    if lines > MAX_FILE_LINES:
        yield 1, f"{lines} lines, more than {MAX_FILE_LINES}: is it one thing?"
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = node.end_lineno - node.lineno + 1
            if ast.get_docstring(node) is not None:
                length -= node.body[0].end_lineno - node.body[0].lineno + 1
            if length > MAX_FUNCTION_LINES:
                yield node.lineno, f"{node.name} has {length} lines, more than {MAX_FUNCTION_LINES}: does it fit a screen?"


def test_files_and_functions_fit() -> None:
    nowhere(_too_long)
