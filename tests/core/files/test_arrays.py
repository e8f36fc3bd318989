"""Arrays in files: the form that other programs read, and never much of it at once."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

from vitrine.core.errors import FileError
from vitrine.core.files import arrays as module
from vitrine.core.files.arrays import TYPES, read_arrays, write_arrays

ARRAYS: dict[str, np.ndarray] = {
    "dense_1/W": np.arange(12, dtype=np.float32).reshape(3, 4),
    "turned": np.arange(12, dtype=np.float64).reshape(3, 4).T,
    "empty": np.empty((0, 5), np.float32),
    "one": np.array(3.5),
    "bytes/숫자": np.arange(7, dtype=np.uint8),
}
ARRAYS |= {f"all {name}": np.arange(3).astype(code) for name, code in TYPES.items()}


class Pieces(io.BytesIO):
    """Notes how much is asked of it at once."""

    largest = 0

    def write(self, data: Any) -> int:
        self.largest = max(self.largest, len(data))
        return super().write(data)

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        self.largest = max(self.largest, len(found))
        return found


def written(arrays: dict[str, np.ndarray]) -> bytes:
    file = io.BytesIO()
    write_arrays(file, arrays)
    return file.getvalue()


def read(data: bytes) -> dict[str, np.ndarray]:
    return read_arrays("here", io.BytesIO(data), len(data), lambda _count: None)


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    assert one.keys() == other.keys()
    for name, array in one.items():
        assert array.dtype == other[name].dtype and array.shape == other[name].shape, name
        assert array.tobytes() == other[name].tobytes(), name


def test_what_is_written_is_read() -> None:
    same(read(written(ARRAYS)), ARRAYS)
    assert read(written({})) == {}


def test_others_read_it_and_we_read_theirs() -> None:
    package = pytest.importorskip("safetensors.numpy")
    same(package.load(written(ARRAYS)), ARRAYS)
    same(read(package.save({name: array.copy(order="C") for name, array in ARRAYS.items()})), ARRAYS)


def test_a_file_that_does_not_mind_alignment() -> None:
    header = b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}'
    values = np.array([1.5, -2], np.float32)
    found = read(len(header).to_bytes(8, "little") + header + b"\x07" + values.tobytes())
    assert found["a"].tolist() == [7] and found["b"].tolist() == [1.5, -2] and found["b"].flags.aligned


def test_nobody_waits_for_much_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece holds the interpreter while it is copied: the window and training get their turn between two."""
    monkeypatch.setattr(module, "PIECE", 1000)
    file = Pieces()
    write_arrays(file, {"w": np.zeros(10_000, np.float32)})
    assert file.largest <= 1000
    file.seek(0)
    told: list[int] = []
    read_arrays("here", file, len(file.getvalue()), told.append)
    assert file.largest <= 1000 and sum(told) == 40_000 and len(told) == 40


@pytest.mark.parametrize("length", [0, 5, 8, 30, 300])
def test_cut_short(length: int) -> None:
    whole = written(ARRAYS)
    with pytest.raises(FileError, match="here is damaged"):
        read_arrays("here", io.BytesIO(whole[:length]), len(whole), lambda _count: None)
    with pytest.raises(FileError, match="here is damaged"):
        read(whole[:length])


def test_whoever_is_told_may_end_it() -> None:
    class Enough(Exception):
        pass

    def told(_count: int) -> None:
        raise Enough

    data = written(ARRAYS)
    with pytest.raises(Enough):
        read_arrays("here", io.BytesIO(data), len(data), told)
