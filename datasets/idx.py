"""Reading idx files, the format of MNIST, plain or compressed with gzip.

A big-endian header (two zero bytes, the type of values, the number of dimensions, one 32-bit size for each) and
then the values. Source: the description by LeCun, Cortes and Burges with the MNIST database.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np

from core.errors import DataError

UNSIGNED_BYTE = 8
GZIP = b"\x1f\x8b"
LARGEST = 2**31  # bytes; a header that asks for more is broken


def read_header(path: Path, dimensions: int) -> tuple[int, ...]:
    """The sizes in the header of a file of unsigned bytes. Raises DataError for any other file."""
    return _parse_header(path, _read(path, 4 + 4 * dimensions), dimensions)


def read_idx(path: Path, dimensions: int) -> np.ndarray:
    """The file's values, uint8, read-only. Raises DataError for a broken, truncated or foreign file."""
    data = _read(path, None)
    shape = _parse_header(path, data, dimensions)
    start = 4 + 4 * dimensions
    wanted, there = int(np.prod(shape, dtype=np.int64)), len(data) - start
    if there != wanted:
        state = "truncated" if there < wanted else "longer than its header says"
        raise DataError(f"{path} is {state}: {wanted:,} values expected ({_sizes(shape)}), {max(there, 0):,} found; get the file again")
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)


def _read(path: Path, count: int | None) -> bytes:
    """The first `count` bytes (None: all) after decompression, which goes by content, not by the file's name."""
    try:
        with open(path, "rb") as file:
            packed = file.read(2) == GZIP
            file.seek(0)
            if not packed:
                return file.read(-1 if count is None else count)
            with gzip.open(file) as unpacked:
                return unpacked.read(-1 if count is None else count)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path} is truncated or damaged: it can't be unpacked ({error}); get the file again") from error
    except OSError as error:
        raise DataError(f"{path} can't be read: {error.strerror or error}") from error


def _parse_header(path: Path, data: bytes, dimensions: int) -> tuple[int, ...]:
    if len(data) < 4 + 4 * dimensions:
        raise DataError(f"{path} is truncated: {len(data)} bytes are less than an idx header; get the file again")
    zero, kind, found = struct.unpack(">HBB", data[:4])
    if zero != 0 or kind != UNSIGNED_BYTE or found != dimensions:
        expected = (UNSIGNED_BYTE << 8) + dimensions
        magic = int.from_bytes(data[:4], "big")
        raise DataError(f"{path} is not the idx file expected here: its magic number is {magic}, not {expected}; get the file again")
    shape = struct.unpack(f">{dimensions}I", data[4 : 4 + 4 * dimensions])
    if int(np.prod(shape, dtype=object)) > LARGEST:
        raise DataError(f"{path} is damaged: its header asks for {_sizes(shape)} values; get the file again")
    return shape


def _sizes(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{extent:,}" for extent in shape)
