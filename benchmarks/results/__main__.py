"""`python -m benchmarks.results [--quick] [--row L5 ...] [--again]`: measure, and write docs/results.md where all was measured."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from platformdirs import user_cache_path

from benchmarks.machine import find_data
from benchmarks.results.page import Section, measure, page
from benchmarks.results.row import Row, rows
from benchmarks.results.runs import ROOT, NotMeasured, Runs
from vitrine.core.files.atomic import write_atomically
from vitrine.core.kernels.threads import use

PAGE = ROOT / "docs" / "results.md"


def main(arguments: list[str] | None = None) -> int:
    known = rows()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.results", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only rows that take seconds; print them, leave the page alone")
    parser.add_argument("--row", action="append", choices=sorted({r.lecture for r in known}), help="only this row; may be repeated")
    parser.add_argument("--again", action="store_true", help="train anew what was trained before")
    parser.add_argument("--cache", type=Path, default=user_cache_path("vitrine") / "results", help="where finished runs are kept")
    parser.add_argument("--output", type=Path, help="write the page there, whatever it holds")
    chosen = parser.parse_args(arguments)
    use(1)
    find_data()
    wanted = [r for r in known if not (chosen.quick and r.long) and (not chosen.row or r.lecture in chosen.row)]
    sections = measured(wanted, Runs(chosen.cache, chosen.again))
    text = page(sections)
    missing = [s for s in sections if s.trouble]
    if chosen.output or (len(wanted) == len(known) and not missing):
        write_atomically(chosen.output or PAGE, lambda file: file.write(text.encode()))
    else:
        print(text)
    for section in missing:
        print(f"{section.row.lecture} {section.row.title}: not measured: {section.trouble}", file=sys.stderr)
    return 1 if missing else 0


def measured(wanted: list[type[Row]], runs: Runs) -> list[Section]:
    sections = []
    for row in wanted:
        started = time.perf_counter()
        try:
            section = measure(row, runs)
        except NotMeasured as error:
            section = Section(row, trouble=str(error))
        print(f"{row.lecture} {row.title}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
        sections.append(section)
    return sections


if __name__ == "__main__":
    sys.exit(main())
