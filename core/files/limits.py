"""How much a file may claim to hold: checked by what it declares, before anything is unpacked."""

from __future__ import annotations

import json
import zipfile
from math import prod
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard

from vitrine.core import machine
from vitrine.core.errors import FileError, shown

SMALL = 64 * 2**20  # bytes that a project may unpack into however small its file
RATIO = 50  # by which one may shrink when it is packed: what it mostly holds, weights, does not shrink at all
MOST_ENTRIES = 1_000
MOST_ARRAYS = 200_000
LARGEST_HEADER = 32 * 2**20  # bytes
SIZES = {"BOOL": 1, "U8": 1, "I8": 1, "U16": 2, "I16": 2, "F16": 2, "U32": 4, "I32": 4, "F32": 4, "U64": 8, "I64": 8, "F64": 8}


def check_archive(path: str | Path, archive: zipfile.ZipFile, packed: int) -> None:
    """Raises FileError where the entries of a file of `packed` bytes declare more than a project can hold, or than the machine can."""
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise FileError(f"{path} is not a Vitrine project: it holds {len(entries):,} entries")
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        # the others unpack a few kilobytes into gigabytes at once, whatever they declare
        raise FileError(f"{path} is not a Vitrine project: it is packed in a way that Vitrine never uses")
    claimed = sum(entry.file_size for entry in entries)
    if claimed > max(SMALL, RATIO * packed):
        raise FileError(f"{path} is damaged or a trick: its {packed:,} bytes claim to unpack into {claimed:,}")
    there = machine.memory()
    if there is not None and 2 * claimed > there:  # once as bytes, once as arrays
        raise FileError(
            f"{path} can't be opened here: it holds {claimed / 1e9:,.1f} GB, and this machine has {there / 1e9:,.1f} GB of memory"
        )


class Span(NamedTuple):
    """Where the header of a safetensors file says that an array lies."""

    name: str
    kind: str
    shape: tuple[int, ...]
    start: int
    stop: int


def check_header(place: str, text: bytes, size: int) -> list[Span]:
    """What the header of a safetensors file describes. Raises FileError unless it is plain arrays that fill the `size` bytes after
    it without gaps."""
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FileError(f"{place} is damaged: its arrays can't be read (the header is no JSON)") from error
    if not isinstance(header, dict) or len(header) > MOST_ARRAYS:
        raise FileError(f"{place} is damaged: its arrays can't be read (the header is {shown(header)})")
    spans = [_span(place, name, entry) for name, entry in header.items() if name != "__metadata__"]
    end = 0
    for span in sorted(spans, key=lambda span: (span.start, span.stop)):
        if span.start != end:
            raise FileError(f"{place} is damaged: its arrays overlap or leave gaps")
        end = span.stop
    if end != size:
        raise FileError(f"{place} is damaged: its arrays take {end:,} bytes, it holds {size:,}")
    return spans


def _span(place: str, name: str, entry: Any) -> Span:
    described: dict[str, Any] = entry if isinstance(entry, dict) else {}
    kind, shape, span = described.get("dtype"), described.get("shape"), described.get("data_offsets")
    if not isinstance(kind, str) or kind not in SIZES:
        raise FileError(f"{place} is damaged: {shown(name)} is of the unknown type {shown(kind)}")
    if not _counts(shape) or len(shape) > 16 or not _counts(span) or len(span) != 2:
        raise FileError(f"{place} is damaged: the shape {shown(shape)} of {shown(name)} is none")
    if prod(shape) * SIZES[kind] != span[1] - span[0]:
        raise FileError(f"{place} is damaged: {shown(name)} does not fill the {span[1] - span[0]:,} bytes that are declared")
    return Span(name, kind, tuple(shape), span[0], span[1])


def _counts(value: Any) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(type(v) is int and 0 <= v < 2**48 for v in value)
