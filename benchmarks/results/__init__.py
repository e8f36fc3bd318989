"""The lectures' figures beside ours: `python -m benchmarks.results` makes docs/results.md again.

`row.py` says what a row is, `runs.py` trains through the command line and remembers each run, `page.py` writes the page.
One file a group of rows in `rows`; a subclass of `Row` there is all it takes to be in the table.
"""
