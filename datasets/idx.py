"""Reading idx files, the format of MNIST, plain or compressed with gzip.

A big-endian header (two zero bytes, the type of values, the number of dimensions, one 32-bit size for each) and
then the values. Source: the description by LeCun, Cortes and Burges with the MNIST database.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import IO, cast

import numpy as np

from vitrine.core.errors import DataError

UNSIGNED_BYTE = 8
GZIP = b"\x1f\x8b"
LARGEST = 2**31  # bytes; a header that asks for more is broken
SMALL = 64 * 2**20  # bytes that are unpacked from a file however small
RATIO = 100  # by which images may shrink when they are packed: those of MNIST do by 5


def read_header(path: Path, dimensions: int) -> tuple[int, ...]:
    """The sizes in the header of a file of unsigned bytes. Raises DataError for any other file."""
    with _opened(path) as file:
        return _parse_header(path, file.read(4 + 4 * dimensions), dimensions)


def read_idx(path: Path, dimensions: int) -> np.ndarray:
    """The file's values, uint8, read-only. Raises DataError for a broken, truncated or foreign file.

    No more is read, or unpacked, than the header declares, and nothing at all where a small file declares enormous sizes.
    """
    with _opened(path) as file:
        shape = _parse_header(path, file.read(4 + 4 * dimensions), dimensions)
        wanted = int(np.prod(shape, dtype=np.int64))
        _check_size(path, file, wanted, shape)
        data = file.read(wanted + 1)
    if len(data) != wanted:
        if len(data) < wanted:
            raise DataError(f"{path} is truncated: {wanted:,} values expected ({_sizes(shape)}), {len(data):,} found; get the file again")
        raise DataError(f"{path} is longer than its header says: {wanted:,} values expected ({_sizes(shape)}); get the file again")
    return np.frombuffer(data, np.uint8).reshape(shape)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """The file after decompression, which goes by content, not by the file's name."""
    try:
        with open(path, "rb") as file:
            packed = file.read(2) == GZIP
            file.seek(0)
            if not packed:
                yield file
                return
            with gzip.open(file) as unpacked:
                yield cast(IO[bytes], unpacked)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path} is truncated or damaged: it can't be unpacked ({error}); get the file again") from error
    except OSError as error:
        raise DataError(f"{path} can't be read: {error.strerror or error}") from error


def _check_size(path: Path, file: IO[bytes], wanted: int, shape: tuple[int, ...]) -> None:
    """Raises DataError where the header declares more than such a file can hold."""
    there = path.stat().st_size
    if isinstance(file, gzip.GzipFile):
        if wanted > max(SMALL, RATIO * there):
            raise DataError(
                f"{path} is damaged or a trick: its {there:,} bytes would unpack into {wanted:,} ({_sizes(shape)}); get the file again"
            )
    elif there - file.tell() < wanted:  # before memory is asked for
        found = max(there - file.tell(), 0)
        raise DataError(f"{path} is truncated: {wanted:,} values expected ({_sizes(shape)}), {found:,} found; get the file again")


def _parse_header(path: Path, data: bytes, dimensions: int) -> tuple[int, ...]:
    if len(data) < 4 + 4 * dimensions:
        raise DataError(f"{path} is truncated: {len(data)} bytes are less than an idx header; get the file again")
    zero, kind, found = struct.unpack(">HBB", data[:4])
    if zero != 0 or kind != UNSIGNED_BYTE or found != dimensions:
        expected = (UNSIGNED_BYTE << 8) + dimensions
        magic = int.from_bytes(data[:4], "big")
        raise DataError(f"{path} is not the idx file expected here: its magic number is {magic}, not {expected}; get the file again")
    shape = struct.unpack(f">{dimensions}I", data[4 : 4 + 4 * dimensions])
    if 0 in shape[1:]:
        raise DataError(f"{path} is damaged: its header asks for examples of no size ({_sizes(shape)}); get the file again")
    if prod(shape) > LARGEST:
        raise DataError(f"{path} is damaged: its header asks for {_sizes(shape)} values; get the file again")
    return shape


def _sizes(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{extent:,}" for extent in shape)
