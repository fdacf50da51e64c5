# Everything a clone needs: a Python of 3.11 or newer and make. `make` alone lists what there is to do.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
ARGS ?=
PYTEST_ARGS ?=

.PHONY: help install run test check bench clean

help:
	@echo 'make run      install what is missing and start Billhook (ARGS="--port 9000" passes options)'
	@echo 'make test     run every test (PYTEST_ARGS="-k name" passes options)'
	@echo 'make check    style, types, floors'
	@echo 'make bench    measure'
	@echo 'make install  make $(VENV) and install Billhook into it'
	@echo 'make clean    remove $(VENV) and caches; your data in var/ stay'

install: $(VENV)/installed

run: $(VENV)/installed
	@exec $(BIN)/billhook serve $(ARGS)

test: $(VENV)/installed-dev
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(VENV)/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/test_tidy.py

bench: $(VENV)/installed-dev
	@$(BIN)/python -m bench $(ARGS)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Billhook needs Python 3.11 or newer; found none. Name one with PYTHON=…" >&2; exit 1; }
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); echo "On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

# The stamps are older than pyproject.toml when a dependency may have changed; otherwise nothing is asked of the network.
$(VENV)/installed: pyproject.toml | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev
	@touch $@
