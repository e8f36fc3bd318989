# Each target does all its own set-up (system libraries, .venv, dependencies); a second call costs next to nothing.
#   make run [PROJECT=file]     open the app
#   make test [ARGS="-k name"]  run the tests without a window, on JOBS processes, in an order by chance (its seed is printed)
#   make bench                  speed against PyTorch and liveliness of the window
#   make results                the lectures' figures beside ours, into docs/results.md (about an hour; ARGS=--quick: without the long ones, printed)
#   make lint                   ruff and mypy; make types: mypy alone
#   make docs                   the API reference, from the docstrings, into docs/api
#   make setup                  only the set-up for run and test

SHELL := bash
PY := .venv/bin/python
JOBS ?= 2
ARGS ?=
PROJECT ?=

# One BLAS thread a test process: two processes with two threads each would fight over two cores.
ONE_THREAD := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 MKL_NUM_THREADS=1

.PHONY: help setup run test bench results lint types docs
.DEFAULT_GOAL := help

help:
	@sed -n 's/^#   //p' Makefile

setup:
	@tools/bootstrap.sh window test

run:
	@tools/bootstrap.sh window
	@if [ "$$(uname)" = Linux ] && [ -z "$$DISPLAY$$WAYLAND_DISPLAY$$QT_QPA_PLATFORM" ]; then \
	  echo "vitrine: no display here (DISPLAY and WAYLAND_DISPLAY are empty); see also: $(PY) main.py train --help" >&2; exit 1; fi
	@$(PY) main.py $(PROJECT)

test:
	@tools/bootstrap.sh offscreen test
	QT_QPA_PLATFORM=offscreen $(ONE_THREAD) $(PY) -m pytest -n $(JOBS) --dist worksteal --max-worker-restart 0 --timeout 300 --timeout-method thread $(ARGS)

bench:
	@tools/bootstrap.sh offscreen bench
	QT_QPA_PLATFORM=$${QT_QPA_PLATFORM:-offscreen} $(PY) -m benchmarks $(ARGS)

results:
	@tools/bootstrap.sh offscreen
	$(ONE_THREAD) $(PY) -m benchmarks.results $(ARGS)

docs:
	@tools/bootstrap.sh offscreen docs
	$(PY) tools/api_reference.py

lint:
	@tools/bootstrap.sh offscreen dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	@$(MAKE) --no-print-directory types

types:
	@tools/bootstrap.sh offscreen dev
	@mkdir -p .venv/src && ln -sfn ../.. .venv/src/vitrine  # mypy does not follow an editable install
	MYPYPATH=.venv/src $(PY) -m mypy -p vitrine.core -p vitrine.datasets -p vitrine.gui -m vitrine.main -p benchmarks
