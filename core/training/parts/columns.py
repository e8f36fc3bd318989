"""Columns of numbers that only grow, small in memory and in files. Nothing is thinned out, every bit comes back."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

from vitrine.core.training.parts.codings import CODINGS, decode, encode, packed, unpacked

CHUNK = 8192  # rows that are put into a short form together
FIRST = 256  # rows that a column has room for at first
VERSION = 1  # of the form in files
MOST_ROWS = 2**31
HEADER = struct.Struct("<BII")  # of a chunk in a file: coding, rows, bytes


class Chunk:
    """Some rows in their short form. Packed once for a file, they stay packed: the rows are then worked out when read."""

    __slots__ = ("_form", "coding", "count")

    def __init__(self, coding: int, count: int, data: bytes, is_packed: bool = False) -> None:
        self.coding, self.count = coding, count
        self._form = is_packed, data  # both at once: another thread may be reading

    @classmethod
    def of(cls, values: np.ndarray) -> Chunk:
        """The shortest form of at least one float64."""
        coding, data = encode(values)
        return cls(coding, len(values), data)

    def values(self) -> np.ndarray:
        """The rows, read-only. Raises ValueError where they are damaged."""
        is_packed, data = self._form
        most = 9 * self.count + 64 + 8 * 2**16
        return decode(self.coding, unpacked(data, most) if is_packed else data, self.count)

    def packed(self) -> bytes:
        """The form in a file, with its header."""
        is_packed, data = self._form
        if not is_packed:
            data = packed(data)
            self._form = True, data
        return HEADER.pack(self.coding, self.count, len(data)) + data

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        return len(self._form[1])


class Frozen:
    """A column as it was at a moment: it shares the rows with the column that grows on, and copies none."""

    def __init__(self, chunks: list[Chunk], sealed: int, active: np.ndarray, count: int) -> None:
        self._chunks, self._sealed, self._active, self.count = chunks, sealed, active, count

    def __len__(self) -> int:
        return self.count

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self.values(), dtype)

    def chunks(self) -> list[Chunk]:
        """The rows in short forms, the last ones in one made now."""
        found = self._chunks[: self._sealed]
        tail = self._active[: self.count - sum(chunk.count for chunk in found)]
        return [*found, Chunk.of(tail.copy())] if len(tail) else found

    def values(self) -> np.ndarray:
        """All rows, float64."""
        return Column.of(self).values()

    def row(self, at: int) -> float:
        """One of the rows, at the cost of its chunk."""
        chunk, place = divmod(at, CHUNK)
        return float(self._chunks[chunk].values()[place] if chunk < self._sealed else self._active[at - self._sealed * CHUNK])

    def pieces(self) -> list[Chunk | np.ndarray]:
        """What the rows lie in; moments of one column share most of it."""
        return [*self._chunks[: self._sealed], self._active]

    @property
    def nbytes(self) -> int:
        """Memory that the rows take."""
        return sum(piece.nbytes for piece in self.pieces())

    def packed(self) -> np.ndarray:
        """The form in a file, uint8."""
        return np.frombuffer(bytes([VERSION]) + b"".join(chunk.packed() for chunk in self.chunks()), np.uint8)

    @classmethod
    def unpacked(cls, array: np.ndarray) -> Frozen:
        """What `packed` gave, or plain numbers. Raises ValueError for anything else."""
        if array.ndim != 1 or array.dtype.kind not in "fiu":
            raise ValueError("a column of the history is no row of numbers")
        if array.dtype != np.uint8:
            return Column(array).frozen()
        data = array.tobytes()
        if data[:1] != bytes([VERSION]):
            raise ValueError(f"a column of the history is of an unknown form, {data[0] if data else 'empty'}")
        column = Column()
        at = 1
        while at < len(data):
            at = column.take(*_chunk_at(data, at))
        return column.frozen()


def _chunk_at(data: bytes, at: int) -> tuple[Chunk, int]:
    """The chunk that begins there, and where it ends."""
    if at + HEADER.size > len(data):
        raise ValueError("a column of the history is cut short")
    coding, count, size = HEADER.unpack_from(data, at)
    end = at + HEADER.size + size
    if coding >= len(CODINGS) or not 0 < count <= CHUNK or end > len(data):
        raise ValueError("a column of the history is damaged")
    chunk = Chunk(coding, count, data[at + HEADER.size : end], is_packed=True)
    chunk.values()  # damaged ones are found here and not while somebody trains
    return chunk, end


Stored = Frozen | np.ndarray  # a column as a checkpoint or a file has it


class Column:
    """A float64 column. One thread appends, any other may read: a row counts only once it is written, and what readers
    hold is never moved. Full chunks are put into a short form."""

    __slots__ = ("_chunks", "_fill", "_parts", "_recent", "count")

    def __init__(self, values: np.ndarray | None = None) -> None:
        self.count = 0
        self._chunks: list[Chunk] = []
        self._fill = 0  # rows of the active part
        self._parts = 0, np.empty(FIRST)  # chunks that count, and the part that grows: both at once
        self._recent: tuple[int, np.ndarray] = (-1, np.empty(0))  # the chunk that was read last
        if values is not None:
            self._extend(np.asarray(values, np.float64))

    @classmethod
    def of(cls, frozen: Frozen) -> Column:
        """A column that goes on from a moment of another one."""
        column = cls()
        for chunk in frozen.chunks():
            column.take(chunk, 0)
        return column

    def take(self, chunk: Chunk, end: int) -> int:
        """Append a whole chunk, if it has its full length; else its rows. `end` comes back."""
        if self.count + chunk.count > MOST_ROWS:
            raise ValueError("a column of the history claims too many rows")
        if chunk.count == CHUNK and not self._fill:
            self._chunks.append(chunk)
            self._parts = len(self._chunks), self._parts[1]
            self.count += CHUNK
        else:
            self._extend(chunk.values())
        return end

    def append(self, value: float) -> None:
        """Append a value."""
        at = self._fill
        active = self._parts[1]
        if at == len(active):
            active, at = self._make_room(active)
        active[at] = value
        self._fill = at + 1
        self.count += 1

    def _make_room(self, active: np.ndarray) -> tuple[np.ndarray, int]:
        """More room for the part that grows, or a new one once it is full."""
        at = self._fill
        if at < CHUNK:
            grown = np.empty(min(CHUNK, 2 * at))
            grown[:at] = active
        else:
            self._chunks.append(Chunk.of(active))
            grown, at = np.empty(CHUNK), 0
        self._parts = len(self._chunks), grown
        return grown, at

    def _extend(self, values: np.ndarray) -> None:
        start = 0
        while start < len(values):
            active = self._parts[1]
            if self._fill == len(active):
                active, self._fill = self._make_room(active)
            if not self._fill and len(values) - start >= CHUNK:
                start = self.take(Chunk.of(np.ascontiguousarray(values[start : start + CHUNK])), start + CHUNK)
                continue
            new = values[start : start + len(active) - self._fill]
            active[self._fill : self._fill + len(new)] = new
            start, self._fill, self.count = start + len(new), self._fill + len(new), self.count + len(new)

    def frozen(self) -> Frozen:
        """The rows so far, as they are for ever; in the thread that appends."""
        return Frozen(self._chunks, *self._parts, self.count)

    def values(self, start: int = 0, stop: int | None = None) -> np.ndarray:
        """The rows from `start` (negative: from the end) to `stop`, read-only; at the cost of what is read."""
        stop = self.count if stop is None else stop
        start = max(0, stop + start) if start < 0 else min(start, stop)
        sealed, active = self._parts  # after the count: they hold that many rows at least
        first = sealed * CHUNK
        if start >= first:
            view = active[start - first : stop - first]
            view.flags.writeable = False
            return view
        parts = []
        for index in range(start // CHUNK, min(sealed, -(-stop // CHUNK))):
            low = index * CHUNK
            parts.append(self._chunk(index)[max(0, start - low) : stop - low])
        if stop > first:
            parts.append(active[: stop - first])
        found = np.concatenate(parts) if len(parts) > 1 else parts[0] if parts else np.empty(0)
        found.flags.writeable = False
        return found

    def _chunk(self, index: int) -> np.ndarray:
        at, values = self._recent
        if at != index:
            values = self._chunks[index].values()
            self._recent = index, values
        return values


class Rows:
    """Columns of one length that grow together: a row is written at once, in a third of the time of value after value.

    What grows of them lies in one block, row by row, and each column's part is a view of it. Nobody else may append to them.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = tuple(columns)
        form = struct.Struct(f"{len(columns)}d")
        self._pack, self._size = form.pack_into, form.size
        self._fill = self._room = 0  # rows that are written, and that there is room for
        self._lay(len(columns[0]._parts[1]), columns[0]._fill)

    def append(self, *row: float) -> None:
        """Append a value to every column."""
        if self._fill == self._room:
            self._make_room()
        self._pack(self._bytes, self._fill * self._size, *row)
        self._fill = fill = self._fill + 1
        for column in self._columns:
            column._fill = fill
            column.count += 1

    def _make_room(self) -> None:
        """A larger block, or a new one once it is full: its rows are then put into a short form."""
        if self._fill < CHUNK:
            self._lay(min(CHUNK, 2 * self._fill), self._fill)
            return
        for column in self._columns:
            column._chunks.append(Chunk.of(np.ascontiguousarray(column._parts[1])))
        self._lay(CHUNK, 0)

    def _lay(self, room: int, fill: int) -> None:
        """The columns' growing parts into a block with room for so many rows; `fill` of them are written."""
        block = np.empty((room, len(self._columns)))
        for column, part in zip(self._columns, block.T, strict=True):
            part[:fill] = column._parts[1][:fill]
            column._parts = len(column._chunks), part
            column._fill = fill
        self._bytes, self._room, self._fill = block.data.cast("B"), room, fill
