"""Speed and liveliness, measured: `python -m benchmarks`. One file a section, in `benchmarks/sections`; the lectures' figures in `results`."""
