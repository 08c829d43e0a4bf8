# On a fresh machine with Python >= 3.11, git and make: `make check`, then `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: check test lint bench coverage fixtures clean

check: $(VENV)/.core ## both engines over the embedded year; ends in a table of gates
	$(BIN)/hyprl check

test: $(VENV)/.dev ## every test
	$(BIN)/python -m pytest -n auto --dist worksteal

lint: $(VENV)/.dev ## ruff, mypy, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

coverage: $(VENV)/.dev
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered

bench: $(VENV)/.bench ## ratios in one run; see docs/benchmarks.md
	$(BIN)/python -m bench

fixtures: $(VENV)/.dev ## remake the committed parity fixtures from the embedded bars
	$(BIN)/python scripts/make_nvda_microscope_fixtures.py --start 2025-01-15 --end 2025-01-20

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "HyprL needs Python 3.11 or newer: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install --quiet -c constraints.txt -e .
	touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install --quiet -c constraints.txt -e '.[dev]'
	touch $@ $(VENV)/.core

$(VENV)/.bench: $(VENV)/.dev
	$(PIP) install --quiet -c constraints.txt -e '.[bench]'
	touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis data/models data/signals data/parity_traces
