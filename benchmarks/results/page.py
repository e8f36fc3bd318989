"""The page in Markdown."""

from __future__ import annotations

import platform
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.results.row import Detail, Figure, Row
from vitrine.core.kernels.threads import blas_libraries, processors

HEADER = ("Row", "What", "Lecture", "Vitrine", "Wanted", "Measured with")


@dataclass
class Section:
    """What one row gave; `trouble` says why it gave nothing."""

    row: type[Row]
    figures: list[Figure] = field(default_factory=list)
    details: list[Detail] = field(default_factory=list)
    trouble: str = ""


def measure(row: type[Row], runs: object) -> Section:
    """All that a row has to show."""
    section = Section(row)
    for part in row().measure(runs):  # type: ignore[arg-type]
        (section.figures if isinstance(part, Figure) else section.details).append(part)  # type: ignore[arg-type]
    return section


def page(sections: Sequence[Section]) -> str:
    """The whole page."""
    parts = [*wrapped(INTRODUCTION.format(machine=machine())), table(HEADER, [line for s in sections for line in _lines(s)])]
    missed = [f"{s.row.lecture} {f.what}" for s in sections for f in s.figures if f.reached is False]
    wanted = sum(f.reached is not None for s in sections for f in s.figures)
    parts.append(
        f"Of {wanted} wanted figures {wanted - len(missed)} are reached" + (f"; not reached: {', '.join(missed)}." if missed else ".")
    )
    for section in sections:
        for detail in section.details:
            parts.append(f"## {section.row.lecture}: {detail.title}")
            parts += wrapped(detail.text)
            parts.append(table(detail.header, detail.rows))
    return "\n\n".join([*parts, *wrapped(ENDING)]) + "\n"


INTRODUCTION = """# The lectures' figures and ours

Made by `make results`; not written by hand. Every run goes through the command line (`python main.py train EXAMPLE --seed S`), with the
settings that the example ships with unless the last column says otherwise. A single run uses the example's own seed. Accuracies of
several seeds are given as their mean and each; a wanted figure counts as reached when every seed reaches it. No run looks at its test part before its end; but the
examples' settings were chosen by people who saw such figures, so they flatter a little.

{machine}.
Seconds are those of training alone, while other work ran on the machine: take them as an upper bound."""

ENDING = """## What is not here

L16 (pre-training with restricted Boltzmann machines) comes later. L18, L19, L23 and L25 name no figure. Of L21 the 981 windows over four
signals and the daily views, and of L22 the gradient by time step are not measured here."""


def machine() -> str:
    """What it was measured on, without naming it."""
    libraries = {f"{lib['internal_api']} with kernels for {lib.get('architecture', '?')}" for lib in blas_libraries()}
    blas = ", ".join(sorted(libraries)) or "its own BLAS"
    return (
        f"Measured with Python {platform.python_version()}, NumPy {np.__version__} on {blas}, one BLAS thread, "
        f"{platform.system()} {platform.machine()} with {processors()} processors, in float32"
    )


def wrapped(text: str) -> list[str]:
    """The paragraphs in lines of one length."""
    return [textwrap.fill(part, 138, break_long_words=False, break_on_hyphens=False) for part in text.split("\n\n") if part]


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def _lines(section: Section) -> list[tuple[str, ...]]:
    row = section.row
    if section.trouble:
        return [(row.lecture, row.title, "", f"not measured: {section.trouble}", "", "")]
    return [
        (
            row.lecture if i == 0 else "",
            f.what,
            f.lecture,
            f.ours,
            f.wanted + {None: "", True: ": reached", False: ": **not reached**"}[f.reached],
            f.how,
        )
        for i, f in enumerate(section.figures)
    ]
