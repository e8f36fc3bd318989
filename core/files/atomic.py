"""Writing a file whole or not at all, and sweeping up what writers left that were killed."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from vitrine.core.errors import FileError
from vitrine.core.files.locks import take

LEFT = re.compile(r"\..+\.[0-9a-f]{12}\.tmp")  # what a writer's file is called
OLD = 24 * 3600.0  # seconds after which nobody writes any more, where locks can't say so
LONGEST = 200  # bytes of a name that are kept in a temporary's


def real(path: Path) -> Path:
    """The path without links; `Path.resolve` raises RuntimeError where links lead in a circle."""
    return Path(os.path.realpath(path))


def stamp(path: Path) -> tuple[int, int] | None:
    """When the file was changed last, and its size: another pair is another file. None where there is none to be seen."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size


def write_atomically(path: str | Path, write: Callable[[IO[bytes]], object]) -> None:
    """Call `write(file)` on a new file in the folder of `path`, then put it in its place. Raises FileError.

    The new file is locked while it is written: one that can be locked belongs to a writer that was killed, and is
    removed by the next who writes the same file, or by `sweep`. A device or a pipe is written to, never replaced.
    """
    try:
        if _is_special(path):
            with open(path, "wb") as special:
                write(special)
            return
        target = Path(os.path.realpath(path))
        protected = target.is_file() and not (target.stat().st_mode & stat.S_IWUSR and os.access(target, os.W_OK))
    except (OSError, ValueError) as error:
        raise FileError(f"{path} can't be written: {getattr(error, 'strerror', None) or error}") from error
    if protected:  # its folder would let it be replaced all the same
        raise FileError(f"{path} can't be written: it is write-protected")
    stem = os.fsencode(target.name)[:LONGEST].decode(errors="ignore")
    sweep(target.parent, stem)
    try:
        file = _begin(target, stem)
        temporary = Path(file.name)
        try:
            with file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
                if target.exists():
                    os.chmod(temporary, target.stat().st_mode & 0o777)
                if os.name != "nt":  # still locked: nobody takes it for left behind
                    os.replace(temporary, target)
            if os.name == "nt":
                os.replace(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise FileError(f"{path} can't be written: {error.strerror or error}; what was there before is unchanged") from error
    _settle(target.parent)


def _is_special(path: str | Path) -> bool:
    """Whether there is something at the path that is neither a file nor a folder."""
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def sweep(folder: Path, stem: str = "") -> int:
    """Remove what killed writers left of files whose name begins with `stem`; how many there were."""
    removed = 0
    try:
        names = [n for n in os.listdir(folder) if n.startswith(f".{stem}") and LEFT.fullmatch(n)]
    except OSError:
        return 0
    for name in names:
        with contextlib.suppress(OSError):  # it went meanwhile, or is not ours to remove
            removed += _remove_left(folder / name)
    return removed


def _remove_left(path: Path) -> bool:
    """Remove the file if nobody writes it any more; whether it was so."""
    if os.name == "nt":  # an open file can't be removed there
        left = time.time() - path.stat().st_mtime > 60.0
        if left:
            path.unlink()
        return left
    with open(path, "rb") as file:  # removed while locked: else one who has just made it could lock it in between
        try:
            left = take(file)
        except OSError:
            left = time.time() - path.stat().st_mtime > OLD
        if left:
            path.unlink()
        return left


def _begin(target: Path, stem: str) -> IO[bytes]:
    """A new, locked file beside the target."""
    while True:
        file = open(target.with_name(f".{stem}.{uuid.uuid4().hex[:12]}.tmp"), "xb")  # noqa: SIM115  the caller closes it
        if os.name == "nt":
            return file
        try:
            if take(file) and os.fstat(file.fileno()).st_nlink:
                return file
        except OSError:  # a file system without locks
            return file
        file.close()  # somebody swept before it was locked


def _settle(folder: Path) -> None:
    """Have the new name on disk too, where the system can be told so."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        number: Any = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
