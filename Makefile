PYTHON ?= python3
BIN := .venv/bin

.PHONY: help setup run test check format pictures clean

help:  ## what there is
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 10

setup:  ## make .venv with the pinned versions; nothing to do when it is up to date
	@PYTHON="$(PYTHON)" bash packaging/setup.sh

run: setup    ## the desktop, or a generation into output/ where there is no screen
	@bash packaging/run.sh

test: setup    ## all tests
	@bash packaging/test.sh

check: setup    ## style, types, layers, then all tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@bash packaging/test.sh

format: setup    ## bring the code into the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

pictures: setup    ## the README's pictures and the first result, from the real window
	xvfb-run -a -s "-screen 0 1600x1000x24" $(BIN)/python packaging/pictures.py

clean:  ## remove what these targets made, .venv included
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
