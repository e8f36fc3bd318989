"""Arrays by name in the safetensors form, written and read a piece at a time.

The package of that name copies all at once, and the whole program waits: 200 ms for 100 MB.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import IO

import numpy as np

from vitrine.core.errors import FileError
from vitrine.core.files.limits import LARGEST_HEADER, check_header

PIECE = 4 * 2**20  # bytes that are read or written at once: 1 ms
TYPES = {
    "BOOL": "?", "U8": "u1", "I8": "i1", "U16": "<u2", "I16": "<i2", "F16": "<f2", "U32": "<u4", "I32": "<i4", "F32": "<f4",
    "U64": "<u8", "I64": "<i8", "F64": "<f8",
}  # fmt: skip
NAMES = {np.dtype(code): name for name, code in TYPES.items()}

Read = Callable[[int], object]  # told how many bytes were read


def write_arrays(file: IO[bytes], arrays: Mapping[str, np.ndarray]) -> None:
    """Wide types first, then by name: so every array begins at a multiple of its item's size."""
    ordered = sorted(arrays.items(), key=lambda entry: (-entry[1].dtype.itemsize, entry[0]))
    header, at = {}, 0
    for name, array in ordered:
        kind = NAMES[array.dtype.newbyteorder("<")]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    file.write(len(text).to_bytes(8, "little") + text)
    for _, array in ordered:
        data = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(-1).view(np.uint8).data
        for start in range(0, len(data), PIECE):
            file.write(data[start : start + PIECE])


def read_arrays(place: str, file: IO[bytes], size: int, read: Read) -> dict[str, np.ndarray]:
    """What `size` bytes hold, read-only. Raises FileError unless a header describes plain arrays that fill the rest without gaps."""
    first = file.read(8)
    length = int.from_bytes(first, "little")
    if len(first) < 8 or length > min(LARGEST_HEADER, size - 8):
        raise FileError(f"{place} is damaged: its arrays can't be read (a header of {length:,} bytes in a file of {size:,})")
    header = file.read(length)
    spans = check_header(place, header, size - 8 - length)
    data = np.empty(size - 8 - length, np.uint8)
    at = 0
    while at < len(data):
        piece = file.read(min(PIECE, len(data) - at))
        if not piece:
            raise FileError(f"{place} is damaged: its arrays can't be read (it ends after {at:,} bytes of {len(data):,})")
        data[at : at + len(piece)] = np.frombuffer(piece, np.uint8)
        at += len(piece)
        read(len(piece))
    data.flags.writeable = False
    return {span.name: _view(data[span.start : span.stop], span.kind, span.shape) for span in spans}


def _view(data: np.ndarray, kind: str, shape: tuple[int, ...]) -> np.ndarray:
    dtype = np.dtype(TYPES[kind])
    if data.ctypes.data % dtype.alignment:  # another program's file
        data = data.copy()
        data.flags.writeable = False
    return data.view(dtype).reshape(shape)
