"""`python -m benchmarks [--quick] [--section NAME ...] [--scenario S1 ...]`: print the report."""

from __future__ import annotations

import argparse
import sys
import time

from benchmarks.machine import describe, find_data
from benchmarks.section import Options, sections


def main(arguments: list[str] | None = None) -> int:
    known = sections()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="shorter measurements: more noise, the same tables")
    parser.add_argument("--section", action="append", choices=[s.name for s in known], help="only this section; may be repeated")
    parser.add_argument("--scenario", action="append", default=[], help="only this scenario (S1, …); may be repeated")
    chosen = parser.parse_args(arguments)
    options = Options(chosen.quick, tuple(chosen.scenario))
    find_data()
    started = time.perf_counter()
    print(describe())
    for section in known:
        if chosen.section and section.name not in chosen.section:
            continue
        print(f"\n== {section.title} ==", flush=True)
        section().run(options)
    print(f"\n{time.perf_counter() - started:.0f} s in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
