# make setup   .venv with Hallwatch in it, exactly the locked versions; the pages' scripts and styles
# make demo    two people walk down a corridor; the one on the list raises an alert in your browser
# make test    everything that must hold
# make bench   how fast this machine is, as JSON
# make texts   collect the console's texts, bring the catalogues up to date
# make lock    resolve requirements.lock anew

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup demo test lint bench texts lock

setup: $(VENV)/.ready
	@$(BIN)/python frontend/build.py

$(VENV)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Hallwatch needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

demo: setup
	$(BIN)/hallwatch demo

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

test: setup lint
	$(BIN)/pytest --numprocesses 3 --dist worksteal

bench: setup
	$(BIN)/hallwatch bench --json

texts: setup
	$(BIN)/python -m tests.texts

lock:
	$(BIN)/uv pip compile pyproject.toml --all-extras --group dev --universal --python-version 3.11 \
		--generate-hashes --no-header -o requirements.lock
