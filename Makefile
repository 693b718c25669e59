# Miaopi. `make` says what there is; the first target that needs it makes .venv.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
ifndef BESIDE
.NOTPARALLEL:
endif
unexport PYTHONDONTWRITEBYTECODE  # else every process that the tests start compiles the same modules again
.PHONY: help demo workbench browser test test-spark lint types layers house check collect prove-it fuzz bench site reference clean
BIN := .venv/bin
READY := .venv/ready

help:  ## say what there is
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 18

$(READY): pyproject.toml .ci/prepare
	@.ci/prepare
	@touch $(READY)

workbench: $(READY)  ## the pages of analysts, approvers, auditors, operators and officers, on a stage with decided cases
	@$(BIN)/miaopi workbench --demo

browser:  # the pages of the workbench are tried in a real one
	@command -v chromium >/dev/null || { printf 'The tests drive the workbench in Chromium, which is not here. On Debian or Ubuntu:\n\n    apt-get install chromium fonts-noto-cjk\n\n' >&2; exit 1; }

demo: $(READY)  ## real applications of every matter through a real service, from nothing
	@$(BIN)/miaopi demo

test: browser $(READY)  ## everything that must hold, quickest first; but for Spark: make test-spark
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target BESIDE=1 lint types layers house check collect
	@$(BIN)/pytest -n 4 --dist worksteal $(ELSEWHERE)  # most tests wait for processes and clocks, not for a core

ELSEWHERE := --ignore=tests/house --ignore=tests/spark

collect: $(READY)  # what the tests import is compiled once, not in each worker of theirs
	@$(BIN)/pytest --collect-only -qq $(ELSEWHERE) >/dev/null

test-spark: $(READY)  ## populations on a real Spark, row by row; needs a Java of 17 or later and 3 GB of memory
	@command -v java >/dev/null || { printf 'Spark needs Java, which is not here. On Debian or Ubuntu:\n\n    apt-get install default-jre-headless\n\n' >&2; exit 1; }
	@$(BIN)/pip install --quiet --editable '.[workshop,spark]'
	@$(BIN)/pytest tests/spark

lint: $(READY)  ## format and style
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(READY)  ## strict types
	@$(BIN)/mypy

layers: $(READY)  ## which room may import which
	@$(BIN)/lint-imports

house: $(READY)  ## sizes of files and functions, docstrings, silenced lints
	@$(BIN)/pytest -q tests/house

check: $(READY)  ## the rule files and their worked cases
	@$(BIN)/miaopi fmt --check rules/
	@$(BIN)/miaopi schema --check
	@$(BIN)/miaopi check rules/
	@$(BIN)/miaopi lint rules/
	@$(BIN)/miaopi test rules/

prove-it: $(READY)  ## the tests at the sizes that are promised; hours, resumable
	@$(BIN)/python benchmarks/prove_it.py

fuzz: $(READY)  ## the parsers under atheris, a minute each (SECONDS_EACH=60)
	@$(BIN)/pip install --quiet --group fuzz
	@$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS_EACH),60)

bench: $(READY)  ## ratios on this machine, script by script; at the end the table of all goals
	@$(BIN)/pip install --quiet --group bench
	@for script in $(filter-out %/prove_it.py %/on_spark.py %/table.py %/goals.py %/figures.py $(wildcard benchmarks/elderly_*.py),$(wildcard benchmarks/*.py)); do \
		$(BIN)/python $$script; done
	@$(BIN)/python benchmarks/table.py --last

site: $(READY)  ## the documentation as a site, in var/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

reference: $(READY)  ## what the pages of the reference take from the source, written anew
	@$(BIN)/python -m tests.docs.writers

clean:  ## remove .venv, caches and var/
	@rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
