"""Lossless short forms of a few thousand numbers: of a ramp, of few different values, of small differences, of single precision."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from vitrine.core.errors import quoted

MICRO = 1e6  # seconds are recorded in whole microseconds
FEW = 64  # different values among the first ones, up to which a table is tried
PROBE = 256
WIDTHS = {1: "i1", 2: "<i2", 4: "<i4"}  # bytes of a difference


class Coding(NamedTuple):
    """encode: the short form of float64 values, or None where it does not take them. decode: the n values of a short form."""

    name: str
    encode: Callable[[np.ndarray], bytes | None]
    decode: Callable[[bytes, int], np.ndarray]


def _as_constant(values: np.ndarray) -> bytes | None:
    bits = values.view(np.int64)
    return values[:1].tobytes() if np.all(bits == bits[0]) else None


def _from_constant(data: bytes, count: int) -> np.ndarray:
    return np.full(count, *struct.unpack("<d", data))


def _as_ramp(values: np.ndarray) -> bytes | None:
    first, slope = float(values[0]), float(values[1] - values[0]) if len(values) > 1 else 0.0
    if not (np.isfinite(first) and np.isfinite(slope)) or values[-1] != first + slope * (len(values) - 1):
        return None
    return struct.pack("<dd", first, slope)


def _from_ramp(data: bytes, count: int) -> np.ndarray:
    first, slope = struct.unpack("<dd", data)
    return np.asarray(first + slope * np.arange(count))


def _as_table(values: np.ndarray) -> bytes | None:
    bits = values.view(np.int64)
    if len(np.unique(bits[:PROBE])) > FEW:
        return None
    table, codes = np.unique(bits, return_inverse=True)
    if len(table) > 2**16:
        return None
    kind = np.uint8 if len(table) <= 256 else np.uint16
    return struct.pack("<I", len(table)) + table.tobytes() + codes.astype(kind).tobytes()


def _from_table(data: bytes, count: int) -> np.ndarray:
    (size,) = struct.unpack_from("<I", data)
    table = np.frombuffer(data, np.float64, size, 4)
    codes = np.frombuffer(data, np.uint8 if size <= 256 else np.uint16, count, 4 + 8 * size)
    return np.asarray(table[codes])  # an IndexError for a code beyond the table


def _as_differences(values: np.ndarray) -> bytes | None:
    """First value and differences, in units of 1 or of a millionth."""
    for scale in (1.0, MICRO):
        scaled = np.rint(values * scale)
        if not np.abs(scaled).max() < 2.0**52 or not np.array_equal(scaled / scale, values):
            continue
        whole = scaled.astype(np.int64)
        steps = np.diff(whole)
        reach = int(np.abs(steps).max(initial=0))
        for size, kind in WIDTHS.items():
            if reach <= np.iinfo(kind).max:
                return struct.pack("<dBq", scale, size, int(whole[0])) + _shuffled(steps.astype(kind))
    return None


def _from_differences(data: bytes, count: int) -> np.ndarray:
    scale, size, first = struct.unpack_from("<dBq", data)
    steps = _unshuffled(data[17:], np.dtype(WIDTHS[size]), count - 1)
    whole = np.concatenate([[first], steps.astype(np.int64)])
    return np.asarray(np.cumsum(whole) / scale)


def _as_single(values: np.ndarray) -> bytes | None:
    with np.errstate(over="ignore", invalid="ignore"):
        return _shuffled(values.astype(np.float32))


def _from_single(data: bytes, count: int) -> np.ndarray:
    return _unshuffled(data, np.dtype(np.float32), count).astype(np.float64)


def _as_double(values: np.ndarray) -> bytes | None:
    return _shuffled(values)


def _from_double(data: bytes, count: int) -> np.ndarray:
    return _unshuffled(data, np.dtype(np.float64), count)


def _shuffled(values: np.ndarray) -> bytes:
    """All first bytes, then all second ones, and so on: equal bytes lie together, which makes them short when packed."""
    return values.view(np.uint8).reshape(len(values), -1).T.tobytes()


def _unshuffled(data: bytes, kind: np.dtype, count: int) -> np.ndarray:
    return np.ascontiguousarray(np.frombuffer(data, np.uint8).reshape(kind.itemsize, count).T).reshape(-1).view(kind)


# In files a coding is known by its place here: add at the end only.
CODINGS = (
    Coding("constant", _as_constant, _from_constant),
    Coding("ramp", _as_ramp, _from_ramp),
    Coding("table", _as_table, _from_table),
    Coding("differences", _as_differences, _from_differences),
    Coding("single", _as_single, _from_single),
    Coding("double", _as_double, _from_double),
)
SHORT = 32  # bytes: no use to look for a shorter form


def encode(values: np.ndarray) -> tuple[int, bytes]:
    """The place in CODINGS and the shortest form of at least one float64, from which the same bits come back."""
    best: tuple[int, bytes] | None = None
    bits = values.view(np.int64)
    for place, coding in enumerate(CODINGS):
        with np.errstate(invalid="ignore", over="ignore"):
            data = coding.encode(values)
            if data is None or (best is not None and len(data) >= len(best[1])):
                continue
            same = np.array_equal(coding.decode(data, len(values)).view(np.int64), bits)
        if same:
            best = place, data
            if len(data) <= SHORT:
                break
    assert best is not None  # "double" takes anything
    return best


def decode(place: int, data: bytes, count: int) -> np.ndarray:
    """The values, read-only. Raises ValueError for a form that `encode` does not give."""
    try:
        with np.errstate(invalid="ignore", over="ignore"):
            values = CODINGS[place].decode(data, count)
    except (struct.error, IndexError, KeyError, TypeError, OverflowError) as error:
        raise ValueError(f"a column of the history can't be read: {quoted(error)}") from error
    if values.shape != (count,) or values.dtype != np.float64:
        raise ValueError("a column of the history does not hold what it says")
    values.setflags(write=False)
    return values


def packed(data: bytes) -> bytes:
    """The same, shorter."""
    return zlib.compress(data, 1)


def unpacked(data: bytes, most: int) -> bytes:
    """What `packed` took. Raises ValueError for anything else, and where it would be larger than `most` bytes."""
    machine = zlib.decompressobj()
    try:
        found = machine.decompress(data, most)
    except zlib.error as error:
        raise ValueError(f"a column of the history can't be unpacked: {quoted(error)}") from error
    if not machine.eof:
        raise ValueError("a column of the history is cut short, or unpacks into too much")
    return found
