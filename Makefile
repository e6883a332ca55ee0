# `make` alone prints what it can do. Everything is installed into .venv, nothing elsewhere but Debian packages for tests.

BIN := .venv/bin

.PHONY: help setup demo test lint bench clean programs
.PHONY: chaos chaos-simulated chaos-kill chaos-power chaos-mutations chaos-peers chaos-report

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

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

demo: .venv/with-demo ## A recorded junction and a simulated county through the whole product (ARGS="--port 8090" passes options on)
	@exec $(BIN)/sensorhub demo $(ARGS)

# Real servers for the tests. Where they may not be installed, the tests that need them are skipped and say so.
programs:
	@missing=""; \
	PATH="$$PATH:/usr/sbin"; \
	command -v mosquitto > /dev/null || missing="mosquitto"; \
	command -v chromium > /dev/null || missing="$$missing chromium fonts-liberation"; \
	command -v openssl > /dev/null || missing="$$missing openssl"; \
	command -v eatmydata > /dev/null || missing="$$missing eatmydata"; \
	command -v faketime > /dev/null || missing="$$missing faketime"; \
	command -v mkfs.ext4 > /dev/null || missing="$$missing e2fsprogs"; \
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

# The proof that nothing is lost and nothing stored twice (docs/delivery.md). Each prints one JSON object on its last
# line and exits with 1, and the seed, on any finding.

RESULTS ?= build/delivery
PROVE = @mkdir -p $(RESULTS); PATH="$$PATH:/usr/sbin:/sbin"; export PATH; exec $(BIN)/python -m tests.delivery

chaos: chaos-simulated chaos-kill chaos-power chaos-mutations chaos-peers ## All of the following

chaos-simulated: .venv/with-test ## Faults of every kind in one thread under virtual clocks (SEEDS=1000)
	$(PROVE).simulated --seeds $(or $(SEEDS),1000) --jobs 2 --output $(RESULTS)/simulated.json $(ARGS)

chaos-kill: .venv/with-test programs ## Real processes killed, cut off, filled up, their clocks set (SEEDS=20)
	$(PROVE).kill --seeds $(or $(SEEDS),20) --output $(RESULTS)/kill.json $(ARGS)

chaos-power: .venv/with-test programs ## Power cuts of card and hub, on images of a file system (CUTS=100)
	$(PROVE).power --cuts $(or $(CUTS),100) --output $(RESULTS)/power.json $(ARGS)

chaos-mutations: .venv/with-test programs ## Whether the proof notices: one line broken at a time
	$(PROVE).mutations --output $(RESULTS)/mutations.json $(ARGS)

chaos-peers: .venv/with-test programs ## The same kills against what people use today
	$(PROVE).peers --output $(RESULTS)/peers.json $(ARGS)

chaos-report: .venv/with-test ## Write the results into docs/delivery.md and README.md
	$(PROVE).report --from $(RESULTS) $(ARGS)

clean: ## Remove what was made here, .venv included
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
