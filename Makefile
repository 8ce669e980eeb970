# make app: start the page.  make test: all tests.  make check: style and types.
# make space: the folder that a Space, or a container, runs from.
# make bench: how fast it is; some five minutes on a quiet machine.
# make reliability: votes under load and kill -9, thousands of odd photos; an hour and more, prints
# its figures.
# make audit: known holes in what is installed; needs the network, fails where it cannot look.
# All set up .venv on their first run (Python 3.11 or newer; about 3 minutes).

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
SPACE ?= build/space

.PHONY: app test reliability check audit bench space clean

app: $(VENV)/app.installed
	$(RUN) app.py

test: $(VENV)/test.installed
	$(RUN) -m pytest

reliability: $(VENV)/test.installed
	$(RUN) -m pytest -m reliability -s

check: $(VENV)/test.installed
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy

audit: $(VENV)/test.installed
	$(RUN) -m pip install --quiet pip-audit
	$(RUN) -m pip_audit --local --strict

bench: $(VENV)/test.installed
	$(RUN) -m benchmarks.bench

space:
	rm -rf $(SPACE)
	mkdir -p $(SPACE)/assets
	cp README.md LICENSE requirements.txt app.py $(SPACE)
	cp -r colorizer $(SPACE)
	cp -r assets/LICENSES.md assets/checkpoints assets/examples assets/readme assets/study $(SPACE)/assets
	find $(SPACE) -name __pycache__ -prune -exec rm -r {} +

clean:
	rm -rf $(VENV) .cache build

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/app.installed: requirements.txt | $(VENV)/bin/python
	$(RUN) -m pip install --quiet --requirement requirements.txt
	touch $@

$(VENV)/test.installed: $(VENV)/app.installed train/requirements.txt tests/requirements.txt
	$(RUN) -m pip install --quiet -r requirements.txt -r train/requirements.txt -r tests/requirements.txt
	touch $@
