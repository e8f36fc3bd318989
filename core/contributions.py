"""Where contributed code comes from, and how it is let in: as a guest.

Three sources: the modules of a package of the tree (and of its sub-packages, one level), the `.py` files in the user's own plugin
folder, and entry points of installed packages. Each is imported under guard.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import pkgutil
import sys
import time
import traceback
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from vitrine.core import taming
from vitrine.core.errors import GUEST, quoted, said
from vitrine.core.taming import GuestLoader, Spared, tamed

if TYPE_CHECKING:
    from importlib import metadata

log = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[1]
SLOW = 1.0  # seconds of importing one guest that are worth a sentence


def unheard(_what: object) -> None:
    """Told where nobody listens."""


begun: Callable[[str], object] = unheard  # told which guest is imported now, so that a long wait has a name
brought: Callable[[ModuleType], object] = unheard  # told of every guest's module; what it raises, the guest raised


@dataclass(frozen=True)
class Disabled:
    """A contribution that could not be imported: what, and why."""

    kind: str
    name: str
    reason: str

    def __str__(self) -> str:
        reason = self.reason.removeprefix(f"{self.name.partition(' (')[0]}, ")  # need not be named twice
        return f"{self.name} is left out: {reason}. Mend or remove it, then start Vitrine again"


@dataclass(frozen=True)
class Slow:
    """A guest whose import took its time: what, and how many seconds."""

    name: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.name} took {self.seconds:.1f} s to import, for which all else had to wait. Mend or remove it"


slow: list[Slow] = []  # those of this process
guests: dict[str, str] = {}  # by module: how a person knows it


@dataclass(frozen=True)
class Contribution:
    """One module to be imported. name: how a person knows it; module: as Python knows it; guest: not of the tree."""

    name: str
    module: str
    bring: Callable[[], object]
    guest: bool = True

    def load(self) -> str | None:
        """Import it; the reason where that failed. A guest may raise what it likes, KeyboardInterrupt too."""
        if not self.guest:
            return guarded(self.name, self.bring, GUEST)
        log.info("importing %s", self.name)
        begun(self.name)
        before = time.monotonic()
        guests[self.module] = self.name
        trouble = guarded(self.name, self._bring)
        seconds = time.monotonic() - before
        if seconds >= SLOW:
            slow.append(Slow(self.name, seconds))
            log.info("%s", slow[-1])
        return trouble

    def _bring(self) -> None:
        self.bring()
        module = sys.modules.get(self.module)
        if module is not None:
            brought(module)


def guarded(
    name: str, call: Callable[[], object], kinds: type[BaseException] | tuple[type[BaseException], ...] = BaseException
) -> str | None:
    """Call it; the reason where it raises, with the traceback in the log."""
    try:
        call()
    except kinds as error:
        log.info("%s is left out: %s", name, "".join(traceback.format_tb(error.__traceback__)))  # at this level a command line stays quiet
        return reason(error)
    return None


def plugin_folder(package: str = "") -> Path:
    """The user's folder for all contributions, or for those of a package: `plugins/layers` in the user's data folder."""
    from platformdirs import user_data_path

    folder = user_data_path("vitrine", appauthor=False) / "plugins"
    return folder / package.rpartition(".")[2] if package else folder


def of(package: str, skip: Collection[str] = ()) -> Iterator[Contribution]:
    """All contributions to a package. Sub-packages named in `skip` hold contributions of another kind."""
    yield from _in_tree(package, skip)
    yield from _of_the_user(package)
    yield from _installed(package)


def _in_tree(package: str, skip: Collection[str]) -> Iterator[Contribution]:
    for found in pkgutil.iter_modules(importlib.import_module(package).__path__, package + "."):
        if found.name in skip:
            continue
        yield _module(found.name)
        inner = sys.modules.get(found.name) if found.ispkg else None
        if inner is not None:
            for module in pkgutil.iter_modules(inner.__path__, found.name + "."):
                yield _module(module.name)


def _module(name: str) -> Contribution:
    return Contribution(name.removeprefix("vitrine.").replace(".", "/") + ".py", name, partial(importlib.import_module, name), guest=False)


def _of_the_user(package: str) -> Iterator[Contribution]:
    folder = plugin_folder(package)
    for path in sorted(folder.glob("*.py")) if folder.is_dir() else ():
        if not path.name.startswith("_"):
            name = f"vitrine_plugins.{folder.name}.{path.stem}"
            yield Contribution(f"{path.name} (in {folder})", name, partial(_import_file, name, path, _spared(package)))


def _import_file(name: str, path: Path, spared: Spared) -> ModuleType:
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path, loader=GuestLoader(name, str(path), spared))
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} can't be imported")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def _installed(package: str) -> Iterator[Contribution]:
    group = f"vitrine.{package.rpartition('.')[2]}"
    for point in (one for one in _entry_points() if one.group == group):
        where = f" of the package {point.dist.name}" if point.dist is not None else ""
        yield Contribution(f"{point.value}{where}", point.module, partial(_import_point, point, _spared(package)))


def _import_point(point: metadata.EntryPoint, spared: Spared) -> object:
    with tamed(point.module, spared):
        return point.load()


def _spared(package: str) -> Spared:
    """What its functions may raise to end the program: nothing that the window calls may; elsewhere Ctrl+C at a command line counts."""
    return () if package.startswith("vitrine.gui.") else (KeyboardInterrupt,)


def _may_contribute(folder: str) -> bool:
    """Whether a package in that folder names Vitrine. Most often none does, and importlib.metadata, slow to import, is not needed."""
    try:
        return any(b"[vitrine." in file.read_bytes() for file in Path(folder).glob("*-info/entry_points.txt"))
    except OSError:
        return True  # let importlib.metadata judge


@cache
def _entry_points() -> tuple[metadata.EntryPoint, ...]:
    """Those of every installed package that contributes to Vitrine: a file of each is read, once."""
    if not any(map(_may_contribute, sys.path)):
        return ()
    from importlib import metadata

    found: dict[tuple[str, str, str], metadata.EntryPoint] = {}
    for package in metadata.distributions():
        try:
            points = package.entry_points
        except (ValueError, TypeError) as error:  # damaged, of a package that may have nothing to do with Vitrine
            log.warning("the entry points of %s can't be read: %s", getattr(package, "_path", "a package"), quoted(error))
            continue
        for point in points:
            if point.group.startswith("vitrine."):
                found.setdefault((point.group, point.name, point.value), point)
    return tuple(found.values())


def reason(error: BaseException) -> str:
    """What went wrong, in a line that names the file and its line."""
    text = said(error)
    if text == type(error).__name__:
        text += ": it gives no reason"
    if isinstance(error, SyntaxError):
        return f"{_short(error.filename)}, line {error.lineno}: {error.msg}" if error.lineno else text
    places = [(frame, line) for frame, line in traceback.walk_tb(error.__traceback__) if _tells(frame.f_code.co_filename)]
    places = [p for p in places if p[0].f_code.co_name == "<module>"] or places  # the line of the module, not of what it called
    places = [p for p in places if p[0].f_globals.get("__name__") in guests] or places  # nor of what a guest called
    if not places:
        return text
    return f"{_short(places[-1][0].f_code.co_filename)}, line {places[-1][1]}: {text}"


def _tells(filename: str) -> bool:
    """Whether a line there says anything of what went wrong; not where contributions are imported and guarded."""
    return "importlib" not in filename and filename not in (__file__, taming.__file__)


def guest_of(error: BaseException) -> str:
    """The guest whose code raised it, or called what did: how a person knows it; "" where none is in it."""
    for frame, _line in reversed(list(traceback.walk_tb(error.__traceback__))):
        module = str(frame.f_globals.get("__name__", ""))
        if module in guests:
            return guests[module]
    return ""


def _short(filename: str | None) -> str:
    path = Path(filename or "?").resolve()
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
