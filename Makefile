# Two commands are enough: `make run` and `make test`. Both set up what they need.
SHELL := /bin/sh
.DEFAULT_GOAL := help
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do command -v $$p >/dev/null 2>&1 && { echo $$p; break; }; done)
BIN := .venv/bin
UV := $(BIN)/uv
READY := .venv/.ready

.PHONY: help run demo test test-long test-all coverage lint types bench interop setup-interop fuzz chaos setup clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

$(UV):
	@test -n "$(PYTHON)" || { echo "Televent needs Python 3.11 or newer; none was found on PATH."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Televent needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Setting up .venv …"
	@$(PYTHON) -m venv .venv || { echo "python -m venv failed (on Debian and Ubuntu: apt install python3-venv)"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(READY): $(UV) pyproject.toml uv.lock
	@# Behind a company's proxy only the system's certificates work; on a bare machine only the bundled ones exist.
	@$(UV) sync --quiet --frozen --inexact --compile-bytecode 2>/dev/null \
		|| $(UV) sync --quiet --frozen --inexact --compile-bytecode --system-certs
	@touch $(READY)

setup: $(READY) ## Make .venv with everything that run and test need

run: $(READY) ## Start everything: API, CalDAV, bot, worker, mail, on an embedded PostgreSQL
	@# Written bytecode, also where the environment forbids it: without, each start compiles the product.
	@PYTHONDONTWRITEBYTECODE= exec $(BIN)/televent up $(ARGS)

demo: $(READY) ## Show one meeting in chat, calendar app and mail
	@exec $(BIN)/python -m tests.e2e.demo

# Written bytecode, also where the environment forbids it: without, each process that tests start compiles the product.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -q -n 2 --dist loadgroup

test: $(READY) lint ## Style, types, contracts, and all tests but the long ones: under four minutes on two cores
	$(PYTEST) -m "not long" $(ARGS)

test-long: $(READY) ## The long tests: kill -9, chaos, servers that crash, many writers, the bench in short
	$(PYTEST) -m long $(ARGS)

test-all: test test-long ## All tests

coverage: $(READY) ## The tests of make test, and which lines of src they ran; fails under 90 %
	@rm -f .coverage .coverage.*
	$(PYTEST) -m "not long" --cov --cov-report=term --cov-report=html:.coverage-html $(ARGS)

lint: $(READY) ## Check style, types and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry src

bench: $(READY) ## Measure Televent beside Radicale and Xandikos (ARGS=--help lists the options); writes docs/reference/performance.md
	@exec $(BIN)/python -m bench $(ARGS)

setup-interop: $(READY) ## Install the foreign suites and clients that interop needs, below .interop/
	@exec $(BIN)/python -m tests.interop --setup

interop: $(READY) ## Run other projects' server tests and real clients against Televent; writes docs/reference/interop.md
	@exec $(BIN)/python -m tests.interop $(ARGS)

fuzz: $(READY) ## Send bad requests by the thousand to a fresh Televent (ARGS="--minutes 10")
	@exec $(BIN)/python -m tests.fuzz $(ARGS)

chaos: $(READY) ## Kill, cut off and fill the disk of a Televent that people write to; writes docs/reference/reliability.md
	@exec $(BIN)/python -m tests.chaos $(ARGS)

clean: ## Remove the environment and caches; data stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .bench .interop .fuzz .chaos \
		.coverage .coverage.* .coverage-html
