"""Tables from files, stock prices, curves and autoencoder targets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vitrine.core.errors import DataError, SpecError
from vitrine.core.training.settings import Split
from vitrine.datasets.base import DatasetSpec
from vitrine.datasets.build import build
from vitrine.datasets.curve import CURVES, Curve
from vitrine.datasets.digits import Digits
from vitrine.datasets.exam_scores import ExamScores
from vitrine.datasets.food_truck import FoodTruck
from vitrine.datasets.number_file import read_numbers
from vitrine.datasets.one_example import OneExample
from vitrine.datasets.preprocessing.none import NoPreprocessing
from vitrine.datasets.preprocessing.scale01 import Scale01
from vitrine.datasets.preprocessing.standardize import Standardize
from vitrine.datasets.stock_daily import StockDaily

TRUCK = "6.1,17.5\n\n# a remark\n 5.5 , -9.1 \n8.5,1e1\n"


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


# -- files of numbers -------------------------------------------------------------------------------------------------------------


def test_reads_numbers_past_remarks_and_blank_lines(tmp_path: Path) -> None:
    found = read_numbers(write(tmp_path / "t.txt", b"\xef\xbb\xbf" + TRUCK.replace("\n", "\r\n").encode()), 2)
    np.testing.assert_array_equal(found, [[6.1, 17.5], [5.5, -9.1], [8.5, 10.0]])


@pytest.mark.parametrize(
    "text, words",
    [
        ("1,2\n3,4,5\n", r"t.txt, line 2: 2 values parted by commas are expected, there are 3"),
        ("1,2\n3,four\n", r"t.txt, line 2: 'four' is not a number"),
        ("1,2\n3,\n", r"t.txt, line 2: '' is not a number"),
        ("", r"holds no numbers"),
        ("# nothing else\n", r"holds no numbers"),
        (b"1,2\n\xff,3\n", r"byte 5 is not UTF-8"),
    ],
)
def test_broken_lines_are_named(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read_numbers(write(tmp_path / "t.txt", text), 2)


def test_found_as_file_in_folder_and_by_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "lecture" / "ex1data1.txt", TRUCK)
    monkeypatch.setenv("VITRINE_DATA", str(tmp_path / "nothing here"))
    for chosen in (path, path.parent, tmp_path):
        assert FoodTruck(file=str(chosen)).describe().count == 3
    with pytest.raises(DataError, match="ex1data1.txt is not there: choose the file, or put it in .*looked in"):
        FoodTruck().describe()
    monkeypatch.setenv("VITRINE_DATA", str(tmp_path))
    assert FoodTruck().describe().count == 3


def test_nan_in_a_table_is_named_by_row(tmp_path: Path) -> None:
    path = write(tmp_path / "ex1data1.txt", "1,2\n3,nan\n")
    with pytest.raises(DataError, match="the target in row 2, column 1 is nan"):
        build(FoodTruck(file=str(path)), NoPreprocessing(), Split())


@pytest.mark.parametrize("label, words", [("2", "label 2 in row 2 is outside the range 0 to 1"), ("0.5", "whole numbers")])
def test_wrong_labels_in_a_table(tmp_path: Path, label: str, words: str) -> None:
    path = write(tmp_path / "ex2data1.txt", f"30,40,0\n50,60,{label}\n")
    with pytest.raises(DataError, match=words):
        build(ExamScores(file=str(path)), NoPreprocessing(), Split())


def test_the_lectures_tables(lecture_dir: Path) -> None:
    truck = build(FoodTruck(file=str(lecture_dir)), Standardize(), Split(train=1.0, validation=0.0))
    assert truck.counts() == {"train": 97, "validation": 0, "test": 0} and truck.split("train")[1].shape == (97, 1)
    exams = build(ExamScores(file=str(lecture_dir)), Standardize(), Split())
    assert sum(exams.counts().values()) == 100 and exams.info.element == "points"


# -- stock prices -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    """30 days, newest first; the close of day i (oldest 0) is 100 + i."""
    rows = [f"{i},{2 * i},{3 * i},{1000 * i},{100 + i}" for i in reversed(range(30))]
    return write(tmp_path / "data-02-stock_daily.csv", "# newest first\n" + "\n".join(rows) + "\n")


def test_windows_predict_the_next_close(prices: Path) -> None:
    raw = StockDaily(file=str(prices), scaling="none").load()
    assert raw.x.shape == (23, 7, 5) and raw.y.shape == (23, 1)
    np.testing.assert_array_equal(raw.x[0, :, 4], 100 + np.arange(7))
    np.testing.assert_array_equal(raw.x[4, :, 0], 4 + np.arange(7))
    np.testing.assert_array_equal(raw.y[:, 0], 107 + np.arange(23))
    np.testing.assert_array_equal(raw.test_rows, np.arange(16, 23))  # 70 % of 23 train


def test_stock_parts_follow_each_other(prices: Path) -> None:
    data = build(StockDaily(file=str(prices)), NoPreprocessing(), Split(train=0.75, validation=0.25))
    assert data.counts() == {"train": 12, "validation": 4, "test": 7}
    assert data.rows["train"].tolist() == list(range(12)) and data.rows["validation"].tolist() == list(range(12, 16))
    assert any("whole file" in note for note in data.notes)


def test_scaling_knows_nothing_of_the_future_if_told(prices: Path) -> None:
    whole, part = (StockDaily(file=str(prices), scaling=scaling).load() for scaling in ("whole file", "training part"))
    assert whole.y.max() == 1.0 and whole.x.min() == 0.0
    assert part.y[:16].max() == 1.0 and part.y.max() > 1.0


def test_too_few_days(prices: Path) -> None:
    with pytest.raises(DataError, match="30 days are too few for windows of 29 days"):
        build(StockDaily(file=str(prices), days=29), NoPreprocessing(), Split())


def test_the_lectures_prices(lecture_dir: Path) -> None:
    data = build(StockDaily(file=str(lecture_dir)), NoPreprocessing(), Split(train=1.0, validation=0.0))
    assert data.counts() == {"train": 507, "validation": 0, "test": 218}
    assert data.split("train")[0].shape[1:] == (7, 5) and data.split("test")[0].max() <= 1.0


# -- curves and single examples ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", CURVES)
def test_curves_stay_in_their_frame(function: str) -> None:
    raw = Curve(function=function).load()
    assert raw.x.min() == -1 and raw.x.max() == 1 and np.abs(raw.y).max() <= 1.0 and raw.y.std() > 0.3
    noisy = Curve(function=function, noise=0.1, samples=5000).load()
    assert (noisy.y - CURVES[function](noisy.x)).std() == pytest.approx(0.1, rel=0.1)


def test_one_example_serves_every_part() -> None:
    data = build(OneExample(x=2.0, target=-1.0), NoPreprocessing(), Split())
    for name in ("train", "validation", "test"):
        x, y = data.split(name)
        assert x.tolist() == [[2.0]] and y.tolist() == [[-1.0]]


# -- autoencoders -----------------------------------------------------------------------------------------------------------------


def test_the_target_may_be_the_input() -> None:
    data = build(Digits(target="image"), Scale01(), Split())
    assert data.info.task.key == "regression" and data.info.target_shape == (8, 8, 1) and data.info.class_names == ()
    labels = Digits().load().y
    for name in ("train", "validation", "test"):
        x, y = data.split(name)
        assert y is x or np.array_equal(x, y)
        np.testing.assert_array_equal(data.labels[name], labels[data.rows[name]])
    plain = build(Digits(), Scale01(), Split())
    np.testing.assert_array_equal(plain.rows["train"], data.rows["train"])  # the same split, whatever the target
    assert plain.labels == {}


def test_a_setting_outside_its_choices_is_refused() -> None:
    with pytest.raises(SpecError, match="must be one of class, image"):
        build(DatasetSpec.from_json({"type": "Digits", "target": "nothing"}), NoPreprocessing(), Split())
