# make setup   the virtual environment, from the locked versions
# make parse   reads data/raw, writes data/parsed
# make report  the tables of data/parsed as a site to look at, with the source beside the rows
# make test    lint and tests
# make test-site  the site in a browser; needs Chromium and its driver (Debian: chromium, chromium-driver)
# make lint    ruff and mypy
# make fit       learns what columns look like, from generated and labelled forms
# make calibrate learns what a confidence is, on words, layouts and seeds that nothing else is fitted on (half an hour; goes on where it was
#              stopped)
# make accuracy  how many rows of every text dialect, layout and kind of file are right, and what the audit finds of planted faults, with the goals;
#              and what confidences are worth (docs/accuracy.md); and how well projects are joined over years
# make sample    invents 300 documents in data/sample and reads them into data/sample-parsed
# make pages   the pages of the documentation that are made: docs/walkthrough.md, docs/rules.md
# make docs    the documentation as a site in build/docs
# make bench   the whole job against pdfplumber, camelot, pdfium's bare text and rapidocr; adds a line to bench/history.csv
# make lock    new locked versions from pyproject.toml
# make clean   everything that can be made again

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LOCKS := requirements.lock requirements-dev.lock
COMPILE := $(BIN)/python -m piptools compile --quiet --strip-extras --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.PHONY: setup parse report test test-site lint fit calibrate accuracy sample pages docs bench lock clean

setup: $(STAMP)

# The locks are complete, so nothing beyond them is installed.
$(STAMP): $(LOCKS)
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps $(LOCKS:%=-r %)
	@touch $@

parse: setup
	$(BIN)/python -m pipeline parse data/raw --out data/parsed

report: setup
	$(BIN)/python -m pipeline report --tables data/parsed --out data/parsed/report

lint: setup
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy

test: lint
	$(BIN)/python -m pytest -n auto --dist loadfile

test-site: setup
	$(BIN)/python -m pytest tests/browser

fit: setup
	$(BIN)/python -m tests.fitting.roles

calibrate: setup
	$(BIN)/python -m tests.fitting.confidence

accuracy: setup
	$(BIN)/python -m tests.writers.report
	$(BIN)/python -m tests.fitting.reliability
	$(BIN)/python -m tests.series

sample: setup
	$(BIN)/python -m tests.writers.sample --out data/sample
	$(BIN)/python -m pipeline parse data/sample --out data/sample-parsed

pages: setup
	$(BIN)/python -m tests.pages

docs: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "mkdocs-material>=9.5"
	$(BIN)/python -m mkdocs build --quiet

bench: setup
	$(BIN)/python -m tests.bench

# The development lock holds what the runtime lock does not.
lock: setup
	$(COMPILE) --output-file requirements.lock pyproject.toml
	$(COMPILE) --extra dev --constraint requirements.lock --output-file $(VENV)/all.lock pyproject.toml
	grep -E '^[a-z0-9]' $(VENV)/all.lock | grep -vxFf requirements.lock > requirements-dev.lock

clean:
	rm -rf data/sample data/sample-parsed
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find data/parsed -mindepth 1 ! -name .gitkeep -delete
