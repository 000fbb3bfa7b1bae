# Two commands are enough: `make run` and `make test`. Both set up what they need.
SHELL := /bin/sh
.DEFAULT_GOAL := help
export UV_PYTHON_DOWNLOADS := never
# Where a folder cannot be written: make run TELEVENT_VENV=~/.televent/venv TELEVENT_DATA_DIR=~/.televent/data
TELEVENT_VENV ?= .venv
export UV_PROJECT_ENVIRONMENT := $(abspath $(TELEVENT_VENV))

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do $$p -c '$(NEW_ENOUGH)' 2>/dev/null && { echo $$p; break; }; done)
BIN := $(TELEVENT_VENV)/bin
# Files that tell: running is prepared; testing is prepared.
RUNS := $(TELEVENT_VENV)/.ready-run
READY := $(TELEVENT_VENV)/.ready

.PHONY: help run demo test test-long test-all coverage lint types bench samples phrases interop setup-interop fuzz chaos guide-pictures setup clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

# A shell checks this, because an older Python cannot read environment.py.
define SET_UP
	@$(or $(PYTHON),false) -c '$(NEW_ENOUGH)' 2>/dev/null || { \
		echo "televent: Python 3.11 or newer is needed; $(or $(PYTHON),python3) is $$($(or $(PYTHON),python3) --version 2>/dev/null || echo not there)." >&2; \
		echo "  Debian, Ubuntu: sudo apt install python3 python3-venv. macOS: brew install python. Or name one: make PYTHON=/path/to/python3" >&2; \
		exit 1; }
	@$(PYTHON) tools/environment.py $(TELEVENT_VENV)
endef

$(RUNS): pyproject.toml uv.lock
	$(SET_UP) run

$(READY): pyproject.toml uv.lock
	$(SET_UP) develop

setup: $(READY) ## Make .venv with everything that run and test need

run: $(RUNS) ## Start everything: API, CalDAV, bot, worker, mail, on an embedded PostgreSQL
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

samples: $(READY) ## Deliver the sample mails beside this repository to running services; writes docs/reference/mail-samples.md
	@exec $(BIN)/python -m tests.samples

phrases: $(READY) ## Score the reader of dates against what people type (ARGS="--show silent" prints what went wrong)
	@exec $(BIN)/python -m tests.phrases $(ARGS)

setup-interop: $(READY) ## Install the foreign suites and clients that interop needs, below .interop/
	@exec $(BIN)/python -m tests.interop --setup

interop: $(READY) ## Run other projects' server tests and real clients against Televent; writes docs/reference/interop.md
	@exec $(BIN)/python -m tests.interop $(ARGS)

fuzz: $(READY) ## Send bad requests by the thousand to a fresh Televent (ARGS="--minutes 10")
	@exec $(BIN)/python -m tests.fuzz $(ARGS)

chaos: $(READY) ## Kill, cut off and fill the disk of a Televent that people write to; writes docs/reference/reliability.md
	@exec $(BIN)/python -m tests.chaos $(ARGS)

guide-pictures: $(READY) ## Take the pictures of the guides in a headless Chromium (ARGS=--help lists the options)
	@exec $(BIN)/python -m tests.guide $(ARGS)

clean: ## Remove the environment and caches; data stays
	@test ! -f $(TELEVENT_VENV)/pyvenv.cfg || rm -rf $(TELEVENT_VENV)
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .bench .interop .fuzz .chaos \
		.coverage .coverage.* .coverage-html
