"""What leaves a guest's functions: errors; Ctrl+C only where it can be meant, and the end of generators."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from types import ModuleType

import pytest

from vitrine.core.contributions import _import_file
from vitrine.core.errors import Left
from vitrine.gui.window.guests.staying import staying

GUEST = """
class Rude(BaseException):
    pass

def leave(kind):
    raise kind("out")

inner = lambda kind: leave(kind)

def counting(ended):
    try:
        yield 1
        yield 2
    finally:
        ended.append(True)

def through(ended):
    yield from counting(ended)

async def waiting(ended, what):
    try:
        await what
    finally:
        ended.append(True)
"""


@pytest.fixture
def guest(tmp_path: Path) -> ModuleType:
    path = tmp_path / "rude.py"
    path.write_text(GUEST, encoding="utf-8")
    return _import_file(f"vitrine_plugins.tests.{tmp_path.name}", path, (KeyboardInterrupt,))


def raised(guest: ModuleType, kind: type[BaseException]) -> BaseException:
    try:
        guest.inner(kind)
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def in_a_thread(guest: ModuleType, kind: type[BaseException]) -> BaseException:
    found: list[BaseException] = []
    thread = threading.Thread(target=lambda: found.append(raised(guest, kind)))
    thread.start()
    thread.join(10)
    return found[0]


def test_ctrl_c_ends_a_program_without_a_window(guest: ModuleType) -> None:
    assert type(raised(guest, KeyboardInterrupt)) is KeyboardInterrupt
    with staying():
        assert type(raised(guest, KeyboardInterrupt)) is Left
    assert type(raised(guest, KeyboardInterrupt)) is KeyboardInterrupt


def test_no_ctrl_c_comes_to_other_threads(guest: ModuleType) -> None:
    """A training or viewing thread ended by it without a word: the window showed a run that was no more."""
    assert type(in_a_thread(guest, KeyboardInterrupt)) is Left


@pytest.mark.parametrize("kind", [SystemExit, GeneratorExit, BaseException], ids=lambda kind: kind.__name__)
def test_what_is_no_error_becomes_one(guest: ModuleType, kind: type[BaseException]) -> None:
    assert str(raised(guest, kind)) == f"{kind.__name__}: out" and type(raised(guest, kind)) is Left
    assert type(in_a_thread(guest, kind)) is Left
    assert type(raised(guest, guest.Rude)) is Left


def test_generators_end_as_ever(guest: ModuleType) -> None:
    ended: list[bool] = []
    for make in (guest.counting, guest.through):
        generator = make(ended)
        assert next(generator) == 1
        generator.close()
    coroutine = guest.waiting(ended, asyncio.sleep(0))
    coroutine.send(None)
    coroutine.close()
    assert ended == [True] * 3
