"""The record of a run: small in memory and in files, without a bit lost, and read while it grows."""

from __future__ import annotations

import threading
from functools import partial

import numpy as np
import pytest

from vitrine.core.training.history import STEP_COLUMNS, RunHistory
from vitrine.core.training.parts.codings import CODINGS, decode, encode
from vitrine.core.training.parts.columns import CHUNK, Column, Frozen, Rows

RNG = np.random.default_rng(7)
ROWS = 5000
KINDS: dict[str, tuple[np.ndarray, str]] = {  # values, and the coding that suits them
    "constant": (np.full(ROWS, 0.1), "constant"),
    "not a number": (np.full(ROWS, np.nan), "constant"),
    "one": (np.array([3.25]), "constant"),
    "steps": (np.arange(17, 17 + ROWS, dtype=float), "ramp"),
    "epochs": ((np.arange(ROWS) // 40).astype(float), "differences"),
    "accuracies": (RNG.integers(0, 33, ROWS) / 32, "table"),
    "accuracies now and then": (np.where(np.arange(ROWS) % 8 == 0, RNG.integers(0, 33, ROWS) / 32, np.nan), "table"),
    "seconds": (np.cumsum(RNG.integers(90, 20_000, ROWS)) / 1e6, "differences"),
    "seconds that go back": (RNG.integers(0, 10**9, ROWS) / 1e6, "differences"),
    "losses in single precision": (RNG.random(ROWS).astype(np.float32).astype(float), "single"),
    "losses": (RNG.random(ROWS), "double"),
    "strange ones": (np.array([0.0, -0.0, np.inf, -np.inf, 5e-324, 1e308, 2.0**53 + 2, -1.5] + RNG.random(300).tolist()), "double"),
}


def bits(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(values).view(np.int64)


@pytest.mark.parametrize("name", KINDS)
def test_every_bit_comes_back_from_a_form_that_suits(name: str) -> None:
    values, coding = KINDS[name]
    place, data = encode(values)
    assert CODINGS[place].name == coding
    np.testing.assert_array_equal(bits(decode(place, data, len(values))), bits(values))


@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 100])
def test_a_column_gives_what_was_appended(count: int) -> None:
    values = RNG.random(count)
    column = Column()
    for value in values.tolist():
        column.append(value)
    at_once = Column(values)
    for start, stop in ((0, None), (-1, None), (-CHUNK - 3, None), (count // 2, None), (0, 1), (CHUNK - 2, CHUNK + 2), (count, None)):
        expected = values[start:] if stop is None else values[start:stop]
        for found in (
            column.values(start, stop if stop is None else min(stop, count)),
            at_once.values(start, stop if stop is None else min(stop, count)),
        ):
            np.testing.assert_array_equal(found, expected, err_msg=f"{start}:{stop}")
            assert not found.flags.writeable
    again = Column.of(Frozen.unpacked(column.frozen().packed()))
    np.testing.assert_array_equal(again.values(), values)
    again.append(0.25)
    np.testing.assert_array_equal(again.values(), [*values, 0.25])


def test_what_is_frozen_stays_while_the_column_grows() -> None:
    column = Column(np.arange(float(CHUNK + 10)))
    frozen = column.frozen()
    branch = Column.of(frozen)
    for i in range(2 * CHUNK):
        column.append(-float(i))
    branch.append(7.0)
    np.testing.assert_array_equal(np.asarray(frozen), np.arange(CHUNK + 10))
    np.testing.assert_array_equal(branch.values(), [*range(CHUNK + 10), 7.0])


@pytest.mark.parametrize("begun", [0, 1, 300, CHUNK - 1, CHUNK, CHUNK + 1])
def test_rows_give_what_was_appended(begun: int) -> None:
    """As single columns do, from whatever length they go on; moments taken on the way stay as they were."""
    values = RNG.random((begun + 2 * CHUNK + 50, 3))
    values[::7, 1] = np.nan
    columns = [Column(values[:begun, place]) for place in range(3)]
    moments = [column.frozen() for column in columns]
    rows = Rows(columns)
    kept = []
    for count, row in enumerate(values[begun:].tolist(), begun):
        if count % 3001 == 0:
            kept.append((count, [column.frozen() for column in columns]))
        rows.append(*row)
    assert kept and {column.count for column in columns} == {len(values)}
    for count, frozen in [(begun, moments), *kept]:
        for place, moment in enumerate(frozen):
            np.testing.assert_array_equal(bits(moment.values()), bits(values[:count, place]))
    for place, column in enumerate(columns):
        np.testing.assert_array_equal(bits(column.values()), bits(values[:, place]))
        np.testing.assert_array_equal(bits(column.values(-5)), bits(values[-5:, place]))
        assert not column.values(-5).flags.writeable
        np.testing.assert_array_equal(bits(Frozen.unpacked(column.frozen().packed()).values()), bits(values[:, place]))


@pytest.mark.parametrize("together", [False, True], ids=["alone", "in rows"])
def test_reading_while_another_thread_appends(together: bool) -> None:
    column, wrong, done = Column(), [], threading.Event()
    append = partial(Rows([Column(), column]).append, 0.5) if together else column.append

    def read() -> None:
        while not done.is_set():
            count = column.count
            for start in (0, max(0, count - 5), count // 2):
                found = column.values(start, count)
                if not np.array_equal(found, np.arange(start, count)):
                    wrong.append((start, count))

    reader = threading.Thread(target=read)
    reader.start()
    for i in range(6 * CHUNK):
        append(float(i))
    done.set()
    reader.join()
    assert not wrong


@pytest.mark.parametrize(
    "damage",
    [b"", b"\x09", b"\x01\x00", b"\x01" + bytes(9), b"\x01\x63" + (5).to_bytes(4, "little") + (0).to_bytes(4, "little")],
    ids=["nothing", "unknown form", "cut short", "no rows", "unknown coding"],
)
def test_damaged_columns_are_refused(damage: bytes) -> None:
    with pytest.raises(ValueError, match="column of the history"):
        Frozen.unpacked(np.frombuffer(damage, np.uint8))


def test_every_flipped_byte_is_refused_or_read() -> None:
    """Nothing but a ValueError comes of bad bytes, and never more rows than a chunk holds."""
    good = Column(np.concatenate([values for values, _ in KINDS.values()])).frozen().packed()
    for place in RNG.integers(0, len(good), 300):
        bad = good.copy()
        bad[place] ^= RNG.integers(1, 256)
        try:
            assert Frozen.unpacked(bad).count <= 20 * CHUNK
        except ValueError:
            pass


def million_steps(rows: int) -> RunHistory:
    """As a small network makes them in epochs of one batch: a row a step and a row an epoch."""
    history, rng = RunHistory(), np.random.default_rng(0)
    losses = (0.7 * np.exp(-np.arange(rows) / rows) + 0.01 * rng.random(rows)).astype(np.float32).astype(float)
    right, seconds = rng.integers(0, 5, rows) / 4, np.cumsum(rng.normal(150, 20, rows).astype(int)) / 1e6
    columns = {"step": np.arange(1.0, rows + 1), "epoch": np.arange(float(rows)), "loss": losses, "accuracy": right,
               "learning_rate": np.full(rows, 0.1), "seconds": seconds}  # fmt: skip
    epochs = {"epoch": columns["step"], "step": columns["step"], "train_loss": losses, "train_accuracy": right,
              "learning_rate": columns["learning_rate"], "seconds": seconds}  # fmt: skip
    history = RunHistory.of({f"steps/{k}": v for k, v in columns.items()} | {f"epochs/{k}": v for k, v in epochs.items()})
    return history


def test_a_long_history_is_small() -> None:
    """It took 96 bytes a step in memory, and again in the file."""
    rows = 200_000
    history = million_steps(rows)
    frozen = history.frozen()
    assert sum(column.nbytes for column in frozen.values()) < 17 * rows
    packed = {name: column.packed() for name, column in frozen.items()}
    assert sum(array.nbytes for array in packed.values()) < 14 * rows
    assert sum(column.nbytes for column in history.frozen().values()) < 14 * rows, "what was packed stays so"
    again = RunHistory.of({name: Frozen.unpacked(array) for name, array in packed.items()})
    for of in ("steps", "epochs"):
        for name in getattr(history, of).names():
            np.testing.assert_array_equal(getattr(again, of).column(name), getattr(history, of).column(name), err_msg=name)


def test_a_view_of_the_past_copies_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    history = million_steps(100_000)

    def refuse(*_: object) -> None:
        raise AssertionError("the past is read")

    monkeypatch.setattr("vitrine.core.training.parts.columns.decode", refuse)
    monkeypatch.setattr("vitrine.core.training.parts.columns.encode", refuse)
    frozen = history.frozen()
    assert len(frozen["steps/loss"]) == 100_000


def test_histories_of_older_files_are_read() -> None:
    """They held plain float64 columns."""
    old = {f"steps/{name}": RNG.random(30) for name in STEP_COLUMNS} | {"epochs/train_loss": np.array([0.5, np.nan])}
    history = RunHistory.of(old, [[3, "stopped here"]])
    for name, values in old.items():
        np.testing.assert_array_equal(getattr(history, name.split("/")[0]).column(name.split("/")[1]), values)
    assert history.marks == [(3, "stopped here")]
    with pytest.raises(ValueError, match="lacks"):
        RunHistory.of({name: values for name, values in old.items() if name != "steps/loss"})
    with pytest.raises(ValueError, match="unequal"):
        RunHistory.of(old | {"steps/loss": np.zeros(3)})


def test_the_lowest_value_reads_each_row_once() -> None:
    table = RunHistory().epochs
    read = []
    whole = table.column

    def counted(name: str, start: int = 0, stop: int | None = None) -> np.ndarray:
        found = whole(name, start, stop)
        read.append(len(found))
        return found

    table.column = counted  # type: ignore[method-assign]
    for i, loss in enumerate([3.0, np.nan, 2.0, 5.0, 1.0, np.inf] * 50):
        table.append({"validation_loss": loss})
        assert table.lowest("validation_loss", 0, i) == min(
            [v for v in ([3.0, np.nan, 2.0, 5.0, 1.0, np.inf] * 50)[:i] if np.isfinite(v)], default=np.inf
        )
    assert sum(read) < 300


def test_speed_is_read_from_the_end() -> None:
    history = million_steps(60_000)
    assert history.steps_per_second() == pytest.approx(1e6 / 150, rel=0.01)


def test_speed_costs_the_same_however_long_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read off with every frame; also of a record whose clock began anew, where no window back ends."""
    history = RunHistory()
    history.steps.columns["seconds"] = Column(np.append(np.arange(200_000) * 1e-2, np.arange(1000) * 1e-6))
    history.steps.count = 201_000
    read: list[int] = []
    column = history.steps.column

    def counted(name: str, start: int = 0, stop: int | None = None) -> np.ndarray:
        found = column(name, start, stop)
        read.append(len(found))
        return found

    history.steps.column = counted  # type: ignore[method-assign]
    assert history.steps_per_second() >= 0.0
    assert sum(read) <= 16 * 1024


def test_steps_left_count_in_the_present_batches() -> None:
    """Ten epochs of 100 steps are over when the batches become ten times as large."""
    history = RunHistory()
    assert history.steps_left(20, 100) == 2000
    for epoch in range(10):
        for step in range(100):
            history.add_step(100 * epoch + step + 1, epoch, 1.0, 1.0, 0.1, 0.0)
        history.add_epoch({"epoch": epoch + 1.0, "step": 100 * epoch + 100.0})
    assert history.steps_left(20, 100) == 1000 and history.steps_left(20, 10) == 100
    history.add_step(1001, 10, 1.0, 1.0, 0.1, 0.0)
    assert history.steps_left(20, 10) == 99 and history.steps_left(11, 1) == 0 and history.steps_left(5, 10) == 0
