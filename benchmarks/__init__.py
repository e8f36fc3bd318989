"""Speed and liveliness, measured: `python -m benchmarks`. One file a section, in `benchmarks/sections`."""
