"""Work buffers kept across steps, as fresh large arrays cost page faults at every step; and constants, ready as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

ALIGN = 64


def aligned_empty(count: int, dtype: Any = np.float32) -> np.ndarray:
    """A flat uninitialized array whose data starts at a multiple of 64 bytes (a cache line, an AVX-512 register)."""
    item = np.dtype(dtype).itemsize
    raw = np.empty(count * item + ALIGN, np.uint8)
    offset = -raw.ctypes.data % ALIGN
    return raw[offset : offset + count * item].view(dtype)


class Workspace:
    """Named buffers that grow to the largest size asked for; a smaller request is a view of the same memory."""

    def __init__(self, dtype: Any = np.float32) -> None:
        self.dtype = np.dtype(dtype)
        self._flat: dict[tuple[str, np.dtype], np.ndarray] = {}
        self._views: dict[tuple[str, tuple[int, ...], np.dtype | None], np.ndarray] = {}

    def buffer(self, name: str, shape: tuple[int, ...], dtype: Any = None) -> np.ndarray:
        """An array of that shape with whatever was in it before; valid until the next request by that name."""
        if dtype is self.dtype:
            dtype = None  # hashing a dtype costs more than all the rest
        view = self._views.get((name, shape, dtype))
        if view is None:
            view = self._views[name, shape, dtype] = self._make(name, shape, self.dtype if dtype is None else np.dtype(dtype))
        return view

    def zeros(self, name: str, shape: tuple[int, ...], dtype: Any = None) -> np.ndarray:
        """`buffer`, filled with zeros."""
        array = self.buffer(name, shape, dtype)
        array.fill(0)
        return array

    def constant(self, name: str, shape: tuple[int, ...], value: float, dtype: Any = None) -> np.ndarray:
        """An array full of `value`, filled when it is first asked for; nobody may write to it."""
        if dtype is self.dtype:
            dtype = None
        view = self._views.get((name, shape, dtype))
        if view is None:
            view = self.buffer(name, shape, dtype)
            view.fill(value)
        return view

    def nbytes(self) -> int:
        """Bytes of all buffers."""
        return sum(flat.nbytes for flat in self._flat.values())

    def _make(self, name: str, shape: tuple[int, ...], kind: np.dtype) -> np.ndarray:
        size = 1
        for extent in shape:
            size *= extent
        flat = self._flat.get((name, kind))
        if flat is None or flat.size < size:
            flat = aligned_empty(size, kind)
            self._flat[name, kind] = flat
            # views of the outgrown memory would keep it alive
            self._views = {k: v for k, v in self._views.items() if k[0] != name or v.dtype != kind}
        return flat[:size].reshape(shape)


class Constant(dict[str, np.ndarray]):
    """One number as an array without axes, in every type that was asked for, by the type's character: `HALF[z.dtype.char]`.

    NumPy makes such an array of a Python number at every operation, which takes as long as the operation on a small array.
    Rounded as NumPy rounds that number; float64 for what is no floating-point type.
    """

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = value

    def __missing__(self, kind: str) -> np.ndarray:
        made = self[kind] = np.array(self.value, kind if np.dtype(kind).kind == "f" else np.float64)
        made.flags.writeable = False
        return made


ZERO, HALF, ONE = Constant(0.0), Constant(0.5), Constant(1.0)
