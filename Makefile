PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: quickstart test lint results clean

# The stamps make a second run free: pip is called only when a requirements file changed.
$(VENV)/.stamp: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.stamp-dev: requirements-dev.txt $(VENV)/.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

quickstart: $(VENV)/.stamp
	$(BIN)/python search_cli.py quickstart

# Everything that results/ rests on. Interrupted or failed, the same command goes on. The times are for searching; they
# and the rest may be set: make results RESULTS=mine DATASET=digits SHALLOW_TIME=1m COMPARE_FLAGS="--epochs 30"
RESULTS ?= results
DATASET ?= mnist
SHALLOW_TIME ?= 60m
DEEP_TIME ?= 90m
OPEN_TIME ?= 90m
SEARCH_FLAGS ?= --max-epochs 120
RETRAIN_FLAGS ?= --epochs 180
COMPARE_FLAGS ?= --seeds 3 --epochs 120 --rate 0.01

results: $(VENV)/.stamp
	$(BIN)/python -m benchmarks.results --out $(RESULTS) --dataset $(DATASET) \
	    --shallow-time $(SHALLOW_TIME) --deep-time $(DEEP_TIME) --open-time $(OPEN_TIME) \
	    --search-flags "$(SEARCH_FLAGS)" --retrain-flags "$(RETRAIN_FLAGS)" --compare-flags "$(COMPARE_FLAGS)" \
	    --baseline-flags "$(BASELINE_FLAGS)" --overfit-flags "$(OVERFIT_FLAGS)"

lint: $(VENV)/.stamp-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint
	$(BIN)/python -m pytest

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
