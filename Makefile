PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,$(shell command -v $(name) 2>&1)))
BIN := .venv/bin

.PHONY: help setup run test check fuzz torture long mutate test-lowest test-device format pictures docs dist bundle lock clean

help:  ## what there is
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 13

setup:  ## make .venv with the pinned versions; nothing to do when it is up to date
	@PYTHON="$(PYTHON)" $(or $(PYTHON),$(error Python 3.11 or newer is needed; install it)) packaging/bootstrap.py

run: setup    ## the desktop, or a generation into output/ where there is no screen
	@bash packaging/run.sh

test: setup    ## all tests
	@bash packaging/test.sh

check: setup    ## style, types, layers, then all tests
	@twice=$$(find tests -name 'test_*.py' | sed 's|.*/||' | sort | uniq -d | tr '\n' ' '); [ -z "$$twice" ] || \
		{ echo "two test files have one name, which pytest refuses; rename one of: $$twice"; exit 1; }
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@bash packaging/test.sh

fuzz: setup    ## mutated files and documents, 20 times (TIMES) as many as the tests try, of another seed (SEED)
	MICRODESIGNER_FUZZ_TIMES=$(or $(TIMES),20) MICRODESIGNER_FUZZ_SEED=$(or $(SEED),1) \
		bash packaging/test.sh $$(grep -rlE "mutate_(bytes|json|rows)" tests --include='test_*.py')

torture: setup    ## commands, stores and window killed 50 times (TIMES) each at random (SEED), two at once, full disks and the like
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.torture --times $(or $(TIMES),50) --seed $(or $(SEED),1)

long: setup    ## long use: 500 cycles, 10,000 films, a week of training; what it takes at its beginning and at its end
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.torture.long_runs

mutate: setup    ## which changes of the code no test notices; ONLY='microdesigner.core.support*' for a part
	$(BIN)/python -m pip install --quiet --disable-pip-version-check mutmut==3.8.1
	$(BIN)/python -m mutmut run $(if $(ONLY),'$(ONLY)')
	$(BIN)/python -m mutmut results

test-lowest:    ## quick tests with the lowest versions that pyproject.toml declares, in an environment of their own
	@PYTHON="$(PYTHON)" bash packaging/test_lowest.sh

test-device: setup    ## generation and training on a strict second device, without a GPU; needs g++ and ninja
	OMP_NUM_THREADS=1 TEST_DEVICE=1 $(BIN)/python -m pytest tests/device

format: setup    ## bring the code into the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

pictures: setup    ## the README's pictures and the first result, from the real window
	xvfb-run -a -s "-screen 0 1600x1000x24" $(BIN)/python packaging/pictures.py
	$(BIN)/python packaging/descriptor_pictures.py

docs: setup    ## the manual as a site in build/docs, warnings as errors
	$(BIN)/mkdocs build --strict --quiet
	@echo build/docs/index.html

dist: setup    ## wheel (with the default model) and sdist in build/dist, the other models in build/dist/models
	$(BIN)/python -m hatchling build -d build/dist
	rm -rf build/dist/models
	$(BIN)/python packaging/model_collection.py build/dist/models $$(ls weights | grep -v '^ch-3phase$$')

bundle:    ## what users download, in build/bundle: a folder that holds all it needs, on Linux also tar.zst and .deb
	"$(PYTHON)" packaging/bundle/bundle.py $(if $(LEVEL),--level $(LEVEL))

lock:    ## renew packaging/locks from pyproject.toml; needs uv
	"$(PYTHON)" packaging/lock.py

clean:  ## remove what these targets made, .venv included
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis mutants
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
