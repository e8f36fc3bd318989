"""Locks that end with the process that holds them, however it ends: the system gives them back, so none is ever stale."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import IO, Any

BUSY = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)


def take(file: IO[Any]) -> bool:
    """Lock an open file until it is closed; False if another holds it. Raises OSError where files can't be locked."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in BUSY:
            return False
        raise
    return True


def in_place(file: IO[Any]) -> bool:
    """Whether an open lock file still bears a name: a lock on one that was removed keeps nobody out."""
    return os.name == "nt" or os.fstat(file.fileno()).st_nlink > 0  # there an open file can't be removed


def held(path: Path) -> bool:
    """Whether a living process holds the lock file; not so where there is none."""
    try:
        with open(path, "r+b") as file:
            return not take(file)
    except FileNotFoundError:
        return False
    except OSError:  # who can't tell leaves it alone
        return True
