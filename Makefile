# The two commands a person needs: `make run` and `make test`. Everything else is a part of them.
PYTHON ?= python3
BIN := .venv/bin
RUN_STAMP := .venv/.run-installed
TEST_STAMP := .venv/.test-installed
export ATLAS_DATA ?= data

.PHONY: run test lint build docs bench clean

run: build
	$(BIN)/python -m dashboard

build: $(RUN_STAMP)
	$(BIN)/python -m etl build

test: $(TEST_STAMP) lint
	tests/ensure-chromium
	tests/ensure-nginx
	tests/ensure-valkey
	tests/ensure-spark
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder --durations 30

# `aggregate` on Spark alone: a cluster of two executors and Spark Connect. Needs Java 17.
.PHONY: test-spark
test-spark: $(TEST_STAMP)
	tests/ensure-spark
	$(BIN)/python -m pytest tests/microdata/test_spark.py

lint: $(TEST_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# -W -n: a broken link or a page that no table of contents leads to stops it.
docs: $(TEST_STAMP)
	$(BIN)/python -m sphinx -W -n -E -q -c docs . build/docs -d build/docs-cache
	@echo "written: build/docs/index.html"

bench: $(TEST_STAMP) build
	tests/ensure-chromium
	$(BIN)/python -m bench
	$(BIN)/python -m bench.etl_build
	$(BIN)/python -m bench.exports
	$(BIN)/python -m bench.pressure

# What the accessibility statement says: axe on every kind of page, and what keys, zoom and large letters do.
.PHONY: accessibility
accessibility: $(TEST_STAMP)
	tests/ensure-chromium
	AXE_REPORT=dashboard/legal/accessibility.json $(BIN)/python -m pytest tests/browser/test_every_page.py \
	  tests/browser/test_access.py tests/browser/test_tasks.py tests/browser/test_keyboard.py

clean:
	rm -rf .venv build dashboard/.compressed

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv

$(RUN_STAMP): lock/run.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r lock/run.txt
	touch $@

$(TEST_STAMP): lock/test.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r lock/test.txt
	touch $@ $(RUN_STAMP)
