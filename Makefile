# The commands of the project. `make demo` and `make test` set the checkout up by themselves.
.PHONY: help demo setup setup-dev test test-full check format protos lock bench results clean

PY := .venv/bin/python
# `make test TRAIN=` leaves torch out; the tests that need it then skip.
TRAIN ?= --train

help:
	@echo "make demo       a learnt agent on simulated phones (and an expert on a desktop where X is there): 32 episodes, verified"
	@echo "make test       set up, check and run the tests"
	@echo "make test-full  the same with the slow proofs"
	@echo "make check      ruff, mypy, import layers, generated protobuf code"
	@echo "make bench      every benchmark; results go to results/*.json, then docs/results.md"

demo: setup
	$(PY) scripts/demo.py

setup:
	@scripts/setup.sh

setup-dev:
	@scripts/setup.sh --dev $(TRAIN)

test: setup-dev check
	$(PY) -m pytest -n 2 -m "not slow" tests

test-full: setup-dev check
	$(PY) -m pytest -n 2 tests

check: setup-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) scripts/generate_protos.py --check

format: setup-dev
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

protos: setup-dev
	$(PY) scripts/generate_protos.py

# uv resolves; the lock files hold names, versions and hashes, no addresses.
lock:
	uv pip compile pyproject.toml requirements/build.in --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --quiet -o requirements/core.lock
	uv pip compile pyproject.toml requirements/build.in --extra dev --extra export --extra docker --universal \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet \
	  -c requirements/core.lock -o requirements/dev.lock
	uv pip compile pyproject.toml requirements/train.in --extra train --universal --python-version 3.11 \
	  --no-emit-index-url --no-annotate --no-header --quiet -c requirements/dev.lock -o requirements/train.lock
	sed -i '/^cuda-/d; /^nvidia-/d; /^triton=/d' requirements/train.lock
	$(PY) scripts/lock_debian.py

bench: setup-dev
	$(PY) scripts/run_benchmarks.py

results: setup-dev
	$(PY) scripts/make_results.py

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
