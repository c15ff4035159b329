# make verify   run the main job (quick profile) and leave reports/latest/
# make check    lint, types and fast tests, under two minutes: for work in between
# make test     lint, types, tests and coverage: the gate
# make frameworks   also Dask, JAX, PyTorch, pandas and Qiskit, so that their tests run instead of being skipped
# make docs     the documentation, in build/docs
# make field    what takes many minutes, or a library that nothing else needs: kills, and the examples
# make bench    speed beside peers, in reports/bench, then the same by pytest-benchmark
# make lint;  make clean;  make distclean (also the environment)

PYTHON ?= python3
PROFILE ?= quick
OUT ?= reports/latest
BENCH ?= reports/bench
TEST_JOBS ?= 2
# A version with a build for processors only: others pull gigabytes.
TORCH ?= torch==2.13.0

# One numerical thread a process: the work is parallel already, and BLAS threads only get in its way.
export OMP_NUM_THREADS := 1
# Hundreds of short processes import the same modules: none compiles them again.
export PYTHONDONTWRITEBYTECODE :=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
NEEDS := NumPy, SciPy, Numba, mpmath, FLINT, Hypothesis and Matplotlib
COMPILED := $(shell find lcnn_verify/numerics lcnn_verify/packs -name "*.py")
# Tests that say that they reach every line and branch of the compiled bodies.
PLAIN := $(shell grep -rl --include="*.py" "^# Runs as plain Python, too" tests)
PYTEST := $(BIN)/python -m pytest --numprocesses $(TEST_JOBS) --dist worksteal --benchmark-disable

.PHONY: verify check test field lint bench docs frameworks clean distclean
.DELETE_ON_ERROR:

verify: $(VENV)/.warm
	$(BIN)/lcnn-verify run --profile $(PROFILE) --out $(OUT)

# Lint and the compiler take a core each. Properties judge the mathematics: which lines they reach says
# nothing, and tracing them costs a third more. Coverage sees compiled bodies only where they run as
# plain Python, so some tests run twice. The gate's last line is pytest's own.
test: $(VENV)/.installed-dev
	$(MAKE) --no-print-directory --jobs 2 --output-sync=target lint $(VENV)/.warm
	$(PYTEST) --quiet properties
	rm -f .coverage .coverage.*
	NUMBA_DISABLE_JIT=1 $(PYTEST) --quiet --cov --cov-report= $(PLAIN)
	$(PYTEST) --cov --cov-append --cov-report=term-missing:skip-covered --cov-fail-under=95 tests

check: lint $(VENV)/.warm
	$(PYTEST) --quiet -m 'not slow' tests/engine tests/numerics

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Of so many modules few are ever imported: the first use compiles those, half a minute less in all.
frameworks: | $(BIN)/python
	@echo "installing lcnn-verify with all that its tests can use: a few minutes, 2 GB"
	$(PIP) --no-compile --editable '.[cluster,dev,jax,pandas,quantum]' '$(TORCH)'
	touch $(VENV)/.installed $(VENV)/.installed-dev

bench: $(VENV)/.installed-dev $(VENV)/.warm
	$(BIN)/lcnn-verify bench --out $(BENCH)
	env -u OMP_NUM_THREADS $(BIN)/python -m pytest tests/packs/test_benchmarks_of_packs.py --benchmark-only \
		--benchmark-max-time 0.1 --benchmark-min-rounds 3 --benchmark-group-by group --benchmark-columns min,median,iqr,rounds

# One after the other: a semaphore of another test's run would be taken for one that was left.
field: $(VENV)/.installed-dev $(VENV)/.warm
	$(BIN)/python -m pytest -m field tests/field

docs: $(VENV)/.installed-dev $(VENV)/.warm
	$(BIN)/python -m sphinx -W --keep-going -q -b html -d build/doctrees docs build/docs
	@echo "the documentation is in build/docs/index.html"

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "error: PYTHON: got %s, wanted CPython 3.11 or newer" % sys.version.split()[0])'
	@echo "making a virtual environment in $(VENV)"
	$(PYTHON) -m venv $(VENV)

# A stamp is newer than pyproject.toml when what it lists is installed.
$(VENV)/.installed: pyproject.toml | $(BIN)/python
	@echo "installing lcnn-verify with $(NEEDS): a minute or two, 0.6 GB"
	$(PIP) --editable .
	touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python
	@echo "installing lcnn-verify with $(NEEDS), and the tools of its tests: a minute or two, 0.7 GB"
	$(PIP) --editable '.[dev]'
	touch $(VENV)/.installed $@

# The self-check also compiles the numerics, once, into the cache beside the sources.
$(VENV)/.warm: $(COMPILED) $(VENV)/.installed
	@echo "compiling the numerics, once: a minute or two"
	$(BIN)/lcnn-verify doctor
	touch $@

clean:
	rm -rf build dist docs/generated .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks
	find lcnn_verify properties tests -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -f $(VENV)/.warm

distclean: clean
	rm -rf $(VENV)
