# `make` alone prints what it can do. Everything is installed into .venv, nothing elsewhere but Debian packages for tests.

BIN := .venv/bin

.PHONY: help setup demo test lint bench clean programs

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

# The first Python that really runs: a version manager may leave names on the PATH that do not.
.venv/made:
	@for python in python3.13 python3.12 python3.11 python3; do \
	    if $$python -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2> /dev/null; then \
	        echo "Making .venv with $$($$python --version)."; \
	        $$python -m venv .venv && touch $@ && exit 0; \
	        exit 1; \
	    fi; \
	done; \
	echo "No Python 3.11 to 3.13 with its venv module was found: install one (on Debian: apt install python3-venv)."; \
	exit 1

.venv/with-demo: pyproject.toml | .venv/made
	@echo "Installing what the demo needs."
	@$(BIN)/python -m pip install -qq --no-compile --disable-pip-version-check --editable '.[demo]'
	@touch $@

.venv/with-test: pyproject.toml | .venv/made
	@echo "Installing everything, with the tools for tests."
	@$(BIN)/python -m pip install -qq --no-compile --disable-pip-version-check --editable '.[test]'
	@touch $@ .venv/with-demo

setup: .venv/with-test ## Install everything into .venv

demo: .venv/with-demo ## Play a recorded junction through the whole product (ARGS="--port 8090" passes options on)
	@exec $(BIN)/sensorhub demo $(ARGS)

# Real servers for the tests. Where they may not be installed, the tests that need them are skipped and say so.
programs:
	@missing=""; \
	PATH="$$PATH:/usr/sbin"; \
	command -v mosquitto > /dev/null || missing="mosquitto"; \
	command -v chromium > /dev/null || missing="$$missing chromium fonts-liberation"; \
	command -v openssl > /dev/null || missing="$$missing openssl"; \
	[ -n "$$missing" ] || exit 0; \
	command -v apt-get > /dev/null || { echo "Not installed here: $$missing."; exit 0; }; \
	if [ "$$(id -u)" = 0 ]; then as_root=""; elif sudo -n true 2> /dev/null; then as_root="sudo -n"; \
	else echo "Some tests will be skipped; to run them: sudo apt-get install $$missing"; exit 0; fi; \
	echo "Installing $$missing."; \
	{ $$as_root apt-get update -qq && $$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
	    --no-install-recommends $$missing > /dev/null; } < /dev/null \
	|| echo "apt could not install $$missing; the tests that need them will be skipped."

test: .venv/with-test programs ## Run the tests (ARGS="-k spool" passes options on)
	@$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: .venv/with-test ## Check format, style and types
	@$(BIN)/ruff format --check --quiet && $(BIN)/ruff check --quiet && $(BIN)/mypy --no-error-summary

bench: .venv/with-test ## Run each benchmark in benchmarks/
	@set -e; for name in $(basename $(notdir $(wildcard benchmarks/bench_*.py))); do echo "== $$name"; $(BIN)/python -m benchmarks.$$name; done

clean: ## Remove what was made here, .venv included
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
