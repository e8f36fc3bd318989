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

from vitrine.core.errors import GUEST, said
from vitrine.core.taming import tame

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


@dataclass(frozen=True)
class Contribution:
    """One module to be imported. name: how a person knows it; module: as Python knows it; guest: not of the tree; window: it may
    hold what the window calls, and no KeyboardInterrupt of its own shall end that."""

    name: str
    module: str
    bring: Callable[[], object]
    guest: bool = True
    window: bool = False

    def load(self) -> str | None:
        """Import it; the reason where that failed. A guest may raise what it likes, KeyboardInterrupt too."""
        if not self.guest:
            return guarded(self.name, self.bring, GUEST)
        log.info("importing %s", self.name)
        begun(self.name)
        before = time.monotonic()
        trouble = guarded(self.name, self._bring_tame)
        seconds = time.monotonic() - before
        if seconds >= SLOW:
            slow.append(Slow(self.name, seconds))
            log.info("%s", slow[-1])
        return trouble

    def _bring_tame(self) -> None:
        self.bring()
        module = sys.modules.get(self.module)
        if module is not None:
            tame(module, () if self.window else KeyboardInterrupt)
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
            yield Contribution(f"{path.name} (in {folder})", name, partial(_import_file, name, path), window=_of_window(package))


def _import_file(name: str, path: Path) -> ModuleType:
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
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
        yield Contribution(f"{point.value}{where}", point.module, point.load, window=_of_window(package))


def _of_window(package: str) -> bool:
    return package.startswith("vitrine.gui.")


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
        for point in package.entry_points:
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
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "importlib" not in f.filename and f.filename != __file__]
    frames = [f for f in frames if f.name == "<module>"] or frames  # the line of the module, not of what it called
    if not frames:
        return text
    return f"{_short(frames[-1].filename)}, line {frames[-1].lineno}: {text}"


def _short(filename: str | None) -> str:
    path = Path(filename or "?").resolve()
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
