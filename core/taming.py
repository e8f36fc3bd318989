"""What a guest's functions may raise: errors. One that tries to end the program breaks like any other.

Qt calls slots directly, lambdas and functions within functions, too, and ends the process at a SystemExit before anybody can catch
it. So a guest's file is compiled with every function's body under a guard; names, parameters and lines stay as they were written.
"""

from __future__ import annotations

import ast
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType, TracebackType
from typing import Any, ClassVar, TypeVar

from vitrine.core.errors import Left, said

T = TypeVar("T")
Spared = tuple[type[BaseException], ...]

GUARD = "__vitrine_guard__"  # the guard's name in a guest's module


class Guard:
    """`with guard:` raises `Left` where the body raises what is no Exception; `with guard.pausing:` is that of functions that yield or
    await, which end by GeneratorExit.

    `spared` passes as it is in the main thread, the only one that Ctrl+C comes to, while there is no window: elsewhere the guest
    itself has raised it.
    """

    may_end: ClassVar[bool] = True  # False: a window stands, which only its closing ends

    def __init__(self, spared: Spared = (), pausing: Guard | None = None) -> None:
        self._spared = spared
        self._passes: Spared = (Exception,) if pausing is None else (Exception, GeneratorExit)
        self.pausing = pausing or Guard(spared, self)

    def _lets_through(self, error: BaseException) -> bool:
        if isinstance(error, self._passes):
            return True
        return isinstance(error, self._spared) and Guard.may_end and threading.current_thread() is threading.main_thread()

    def __enter__(self) -> None:
        """Nothing to begin."""

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is not None and not self._lets_through(error):
            raise Left(said(error)).with_traceback(trace) from error

    def __call__(self, body: Callable[[], T]) -> T:
        with self:
            return body()


class _Guarding(ast.NodeTransformer):
    """Puts every function's body under the guard, whatever it lies in; signatures, which Qt reads, stay."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._guarded(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._guarded(node)

    def _guarded(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        self.generic_visit(node)
        words = node.body[:1] if ast.get_docstring(node, clean=False) is not None else []
        body = node.body[len(words) :]
        if body:
            name: ast.expr = ast.Name(GUARD, ast.Load())
            if isinstance(node, ast.AsyncFunctionDef) or any(isinstance(part, (ast.Yield, ast.YieldFrom)) for part in ast.walk(node)):
                name = ast.Attribute(name, "pausing", ast.Load())
            guard = ast.With(items=[ast.withitem(context_expr=name)], body=body)
            node.body = [*words, ast.copy_location(guard, body[0])]
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        self.generic_visit(node)
        if not any(_needs_its_function(part) for part in ast.walk(node.body)):
            inner = ast.Lambda(args=ast.arguments([], [], None, [], [], None, []), body=node.body)
            node.body = ast.copy_location(ast.Call(ast.Name(GUARD, ast.Load()), [inner], []), node.body)
        return node


def _needs_its_function(part: ast.AST) -> bool:
    """Whether it means something else in a function within."""
    return isinstance(part, (ast.Yield, ast.YieldFrom, ast.Await)) or (isinstance(part, ast.Name) and part.id == "super")


class GuestLoader(SourceFileLoader):
    """Loads a guest's file with all its functions under a guard. It keeps no bytecode: that would be another program's, too."""

    def __init__(self, name: str, path: str, spared: Spared = ()) -> None:
        super().__init__(name, path)
        self._guard = Guard(spared)

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)

    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> CodeType:  # type: ignore[override]
        """The file's code under the guard."""
        tree = ast.fix_missing_locations(_Guarding().visit(ast.parse(data, path)))
        code: CodeType = compile(tree, path, "exec", dont_inherit=True, optimize=_optimize)
        return code

    def exec_module(self, module: ModuleType) -> None:
        vars(module)[GUARD] = self._guard
        super().exec_module(module)


class _Finder(MetaPathFinder):
    """Finds one module as ever, and has it loaded as a guest."""

    def __init__(self, name: str, spared: Spared) -> None:
        self._name, self._spared = name, spared

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        found = PathFinder.find_spec(fullname, path, target) if fullname == self._name else None
        if found is not None and type(found.loader) is SourceFileLoader:
            found.loader = GuestLoader(fullname, found.loader.path, self._spared)
        return found


@contextmanager
def tamed(module: str, spared: Spared = ()) -> Iterator[None]:
    """While this lasts, the installed module of that name is imported as a guest."""
    finder = _Finder(module, spared)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
