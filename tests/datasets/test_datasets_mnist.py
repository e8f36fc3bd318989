"""MNIST's files: found where they should be, read rightly, and told apart when they are broken."""

from __future__ import annotations

import gzip
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from vitrine.core.errors import DataError
from vitrine.core.training.settings import Split
from vitrine.datasets.base import Info, Raw
from vitrine.datasets.build import build
from vitrine.datasets.digits import Digits
from vitrine.datasets.idx import read_header, read_idx
from vitrine.datasets.mnist import MNIST, file_name
from vitrine.datasets.preprocessing.scale01 import Scale01


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small MNIST: 40 training and 20 test images of 6 x 5 pixels, two of the files compressed."""
    rng = np.random.default_rng(0)
    where = tmp_path / "mnist"
    where.mkdir()
    for part, count in (("train", 40), ("t10k", 20)):
        images = idx(rng.integers(0, 256, (count, 6, 5), np.uint8))
        (where / (file_name(part, 3) + ".gz")).write_bytes(gzip.compress(images))
        (where / file_name(part, 1)).write_bytes(idx((np.arange(count) % 10).astype(np.uint8)))
    return where


def test_reads_packed_and_plain(folder: Path) -> None:
    spec = MNIST(folder=str(folder))
    info = spec.describe()
    assert info.input_shape == (6, 5, 1) and info.count == 60 and info.class_names == tuple("0123456789")
    data = build(spec, Scale01(), Split(train=0.8, validation=0.2))
    assert data.counts() == {"train": 32, "validation": 8, "test": 20}
    np.testing.assert_array_equal(data.rows["test"], np.arange(40, 60))
    np.testing.assert_array_equal(data.split("test")[1], np.arange(20) % 10)


def test_found_by_variable_and_in_the_users_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for value in (folder, folder.parent):
        monkeypatch.setenv("VITRINE_DATA", str(value))
        assert MNIST().describe().count == 60
    monkeypatch.delenv("VITRINE_DATA")
    with pytest.raises(DataError):
        MNIST().describe()
    from vitrine.datasets.folders import user_folder

    user_folder().mkdir(parents=True)
    folder.rename(user_folder() / "mnist")
    assert MNIST().describe().count == 60


def test_absent_files_say_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VITRINE_DATA", str(tmp_path))
    with pytest.raises(DataError) as caught:
        MNIST().describe()
    text = str(caught.value)
    assert "train-images-idx3-ubyte.gz is not there" in text and str(tmp_path) in text and "choose the folder" in text
    with pytest.raises(DataError, match="elsewhere"):
        MNIST(folder=str(tmp_path / "elsewhere")).describe()


def test_truncated_packed_file(folder: Path) -> None:
    path = folder / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(DataError, match="train-images-idx3-ubyte.gz is truncated or damaged"):
        MNIST(folder=str(folder)).load()


def test_truncated_plain_file(folder: Path) -> None:
    path = folder / "t10k-labels-idx1-ubyte"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DataError, match=r"t10k-labels-idx1-ubyte is truncated: 20 values expected \(20\), 19 found"):
        MNIST(folder=str(folder)).load()


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "truncated"),
        (b"\0\0", "truncated"),
        (b"<html>404 not found</html>", "magic number"),
        (struct.pack(">HBBI", 0, 13, 1, 4) + bytes(16), "magic number is 3329, not 2049"),
        (struct.pack(">HBB3I", 0, 8, 3, 1, 2, 3) + bytes(6), "magic number is 2051, not 2049"),
        (struct.pack(">HBBI", 0, 8, 1, 2**32 - 1) + bytes(16), "damaged"),
        (struct.pack(">HBBI", 0, 8, 1, 3) + bytes(5), "longer than its header says"),
        (b"\x1f\x8bnot really gzip", "can't be unpacked"),
    ],
)
def test_broken_content(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "labels"
    path.write_bytes(content)
    with pytest.raises(DataError, match=words):
        read_idx(path, 1)


@pytest.mark.parametrize("sizes, words", [((5, 0, 28), "examples of no size"), ((2**32 - 1,) * 3, "damaged: its header asks for")])
def test_absurd_sizes(tmp_path: Path, sizes: tuple[int, ...], words: str) -> None:
    path = tmp_path / "images"
    path.write_bytes(struct.pack(">HBB3I", 0, 8, 3, *sizes))
    with pytest.raises(DataError, match=words):
        read_idx(path, 3)


def test_a_small_file_that_would_unpack_into_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    """Declared and true: 2 GB of zeros in 2 MB."""
    path = tmp_path / "images.gz"
    header, block = struct.pack(">HBB3I", 0, 8, 3, 2_000_000, 32, 32), gzip.compress(bytes(1_024_000))
    path.write_bytes(gzip.compress(header) + block * 2000)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=r"a trick: its [12],\d{3},\d{3} bytes would unpack into 2,048,000,000 \(2,000,000 × 32 × 32\)"):
            read_idx(path, 3)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_no_more_is_unpacked_than_the_header_declares(tmp_path: Path) -> None:
    path = tmp_path / "labels.gz"
    with gzip.open(path, "wb") as file:
        file.write(struct.pack(">HBBI", 0, 8, 1, 10))
        for _ in range(300):
            file.write(bytes(2**20))
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="longer than its header says: 10 values expected"):
            read_idx(path, 1)
        assert read_header(path, 1) == (10,)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_a_plain_file_that_declares_more_than_it_holds_asks_for_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "images"
    path.write_bytes(struct.pack(">HBB3I", 0, 8, 3, 2_000_000, 32, 32) + bytes(1000))
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="truncated: 2,048,000,000 values expected .*, 1,000 found"):
            read_idx(path, 3)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_blank_images_pack_well_and_are_read(tmp_path: Path) -> None:
    path = tmp_path / "blank.gz"
    path.write_bytes(gzip.compress(idx(np.zeros((2000, 28, 28), np.uint8))))
    assert read_idx(path, 3).shape == (2000, 28, 28)


def test_files_that_do_not_belong_together(folder: Path) -> None:
    (folder / file_name("train", 1)).write_bytes(idx(np.zeros(39, np.uint8)))
    with pytest.raises(DataError, match="39 labels for the 40 images"):
        MNIST(folder=str(folder)).describe()


def test_label_outside_the_range(folder: Path) -> None:
    labels = (np.arange(40) % 10).astype(np.uint8)
    labels[7] = 11
    (folder / file_name("train", 1)).write_bytes(idx(labels))
    with pytest.raises(DataError, match="label 11 in row 8"):
        build(MNIST(folder=str(folder)), Scale01(), Split())


def test_the_real_files(mnist_dir: Path) -> None:
    data = build(MNIST(folder=str(mnist_dir)), Scale01(), Split(train=0.9, validation=0.1))
    assert data.info.input_shape == (28, 28, 1) and data.counts() == {"train": 54_000, "validation": 6_000, "test": 10_000}
    x, y = data.split("test")
    assert y[:5].tolist() == [7, 2, 1, 0, 4] and x.max() == 1.0 and x.mean() == pytest.approx(0.1325, abs=1e-3)


def test_more_examples_than_the_memory_holds_are_not_loaded() -> None:
    class Endless(Digits, abstract=True):
        def describe(self) -> Info:
            return self.info((8, 8, 1), tuple("0123456789"), 10**13, "nowhere")

        def load(self) -> Raw:
            raise AssertionError("nothing may be loaded")

    with pytest.raises(DataError, match="10,000,000,000,000 examples take 2,560,000.0 GB of memory, this machine has"):
        build(Endless(), Scale01(), Split())
