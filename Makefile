# make lab   opens the lesson; make test runs every test; make help lists the rest.

PYTHON ?= python3
VENV   ?= .venv
LESSON ?= notebooks/Back_propagation.ipynb
# Further flags for JupyterLab, such as LAB_FLAGS=--no-browser.
LAB_FLAGS ?=
# JupyterLab asks root, as in a container, to say that it is meant.
AS_ROOT = $(if $(filter 0,$(shell id -u)),--allow-root)
# Further arguments for pytest, such as PYTEST_FLAGS='-x -k stepper'.
PYTEST_FLAGS ?=

NOTEBOOKS = $(wildcard notebooks/*.ipynb) Latex_macros.ipynb
BIN       = $(VENV)/bin
PIP       = $(BIN)/python -m pip install --quiet --disable-pip-version-check

# Tests that need PyTorch are skipped where it is missing, except in CI, where it is installed.
TEST_REQUIREMENTS = requirements-test.txt $(if $(CI),requirements-torch.txt)

.DEFAULT_GOAL := help
.PHONY: help lab test quick lint notebooks images bench clean

help: ## list what there is to make
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | while IFS="$$(printf '\t')" read -r name text; \
	do printf '  make %-10s %s\n' "$$name" "$$text"; done

lab: $(VENV)/.ready ## open the lesson in JupyterLab
	$(BIN)/jupyter trust $(NOTEBOOKS)
	$(BIN)/jupyter lab --ServerApp.root_dir="$(CURDIR)" $(AS_ROOT) $(LAB_FLAGS) $(LESSON)

test: lint ## install what the tests need and run every one: lint, types, units, notebooks, browser
	$(BIN)/python -m pytest --nbval --nbval-current-env --nbval-cell-timeout=120 \
		tests $(NOTEBOOKS) $(PYTEST_FLAGS)

quick: lint ## run what takes seconds: lint, types, units
	$(BIN)/python -m pytest -m "not browser and not notebook" tests $(PYTEST_FLAGS)

lint: $(VENV)/.ready-to-test ## check style and types
	$(BIN)/ruff check --quiet --output-format concise .
	$(BIN)/mypy

notebooks: $(VENV)/.ready-to-test ## run every notebook anew and write it in its normal form
	$(BIN)/python -m scripts.execute_notebooks $(NOTEBOOKS)

images: $(VENV)/.ready-to-test ## draw the figures anew, and photograph the README's steppers
	$(BIN)/python images/draw.py
	$(BIN)/python -m scripts.readme_pictures

bench: $(VENV)/.ready-to-test ## measure and print the numbers in benchmarks/
	$(BIN)/python -m benchmarks

clean: ## remove what make and the tests have made
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
	find . -name .ipynb_checkpoints -prune -exec rm -rf {} +

# The environment. Each stamp is newer than what it was made from, so a second `make` starts at once.

$(VENV)/.made:
	@$(PYTHON) -c '' || { echo 'No $(PYTHON) here. Install Python 3.11 or newer, or name yours: make PYTHON=…'; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, and $(PYTHON) is $$($(PYTHON) --version). Name another: make PYTHON=…"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo 'This Python cannot make environments. On Debian and Ubuntu: sudo apt-get install python3-venv'; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.ready: $(VENV)/.made requirements.txt pyproject.toml
	$(PIP) -r requirements.txt --editable .
	@touch $@

$(VENV)/.ready-to-test: $(VENV)/.ready $(TEST_REQUIREMENTS)
	$(PIP) $(addprefix -r ,$(TEST_REQUIREMENTS))
	@touch $@
