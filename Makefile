# make app: start the page.  make test: all tests.  make check: style and types.
# make space: the folder that a Space, or a container, runs from.
# make bench: how fast it is; some five minutes on a quiet machine.
# make reliability: votes under load and kill -9, thousands of odd photos; an hour and more, prints
# its figures.
# make audit: known holes in what is installed; needs the network, fails where it cannot look.
# make lock: requirements.lock anew, all that the container installs, with hashes.
# make floors: the oldest versions that pyproject.toml allows are installed and colour a photo.
# All set up .venv on their first run (Python 3.11 or newer): make app without PyTorch in a minute,
# the others with it in some three.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
SPACE ?= build/space
# Prints pyproject's dependencies, and those of the extras that are named.
NEEDS := -c "import sys, tomllib; p = tomllib.load(open('pyproject.toml', 'rb'))['project']; print(*p['dependencies'], *(n for e in sys.argv[1:] for n in p['optional-dependencies'][e]), sep='\n')"

.PHONY: app test reliability check audit lock floors bench space clean

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

lock: | $(VENV)/bin/python
	$(RUN) -m pip install --quiet uv
	$(VENV)/bin/uv pip compile pyproject.toml --extra film --universal --python-version 3.11 --generate-hashes \
		--no-header --upgrade --quiet --output-file requirements.lock

floors: | $(VENV)/bin/python
	$(RUN) -m pip install --quiet uv
	$(VENV)/bin/uv venv --quiet --clear --python $(RUN) build/floors
	$(VENV)/bin/uv pip install --quiet --python build/floors --resolution lowest-direct .
	build/floors/bin/colorizer --out build assets/examples/leaves.jpg
	build/floors/bin/python -c "from colorizer.settings import Settings; from colorizer.web import build_app; build_app(Settings())"

bench: $(VENV)/test.installed
	$(RUN) -m benchmarks.bench

space:
	rm -rf $(SPACE)
	mkdir -p $(SPACE)/assets
	cp README.md LICENSE packages.txt requirements.lock app.py $(SPACE)
	$(PYTHON) $(NEEDS) film > $(SPACE)/requirements.txt
	cp -r colorizer $(SPACE)
	cp -r assets/LICENSES.md assets/checkpoints assets/examples assets/readme assets/study $(SPACE)/assets
	find $(SPACE) -name __pycache__ -prune -exec rm -r {} +

clean:
	rm -rf $(VENV) .cache build

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/app.installed: pyproject.toml | $(VENV)/bin/python
	$(RUN) $(NEEDS) > $(VENV)/app.txt
	$(RUN) -m pip install --quiet --requirement $(VENV)/app.txt
	touch $@

$(VENV)/test.installed: $(VENV)/app.installed
	$(RUN) $(NEEDS) train test > $(VENV)/test.txt
	$(RUN) -m pip install --quiet --requirement $(VENV)/test.txt
	touch $@
