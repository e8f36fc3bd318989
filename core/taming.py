"""What a guest's functions may raise: errors. One that tries to end the program breaks like any other."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any


class Left(Exception):
    """Contributed code raised what would end the program: SystemExit, KeyboardInterrupt, or an exception of a kind of its own."""


def tame(module: ModuleType, spared: type[BaseException] | tuple[type[BaseException], ...] = ()) -> None:
    """Make the module's functions and its classes' methods raise `Left` where they would raise what is no Exception.

    Qt calls them directly, and ends the process at a SystemExit before anybody can catch it. `spared` passes as it is.
    """
    file = getattr(module, "__file__", None)
    if "__tame__" in vars(module):  # it contributes to several kinds
        return
    vars(module)["__tame__"] = True
    for name, thing in list(vars(module).items()):
        if getattr(thing, "__module__", None) != module.__name__:
            continue
        if isinstance(thing, FunctionType):
            setattr(module, name, _tamed(thing, spared))
        elif isinstance(thing, type):
            for own, member in list(vars(thing).items()):
                if isinstance(member, FunctionType) and member.__code__.co_filename == file:
                    setattr(thing, own, _tamed(member, spared))


def _tamed(function: Callable[..., Any], spared: type[BaseException] | tuple[type[BaseException], ...]) -> Callable[..., Any]:
    if inspect.isgeneratorfunction(function) or inspect.iscoroutinefunction(function):
        return function

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except (Exception, GeneratorExit):
            raise
        except BaseException as error:
            if isinstance(error, spared):
                raise
            raise Left(f"it raised {type(error).__name__}").with_traceback(error.__traceback__) from error

    return call
