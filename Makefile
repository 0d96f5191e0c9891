# Every target installs what it needs into .venv first; the second run does not.
# Needs Python >= 3.11 and a package index. PYTHON= names another interpreter than python3.

PORT ?= 5000
PYTHON ?= python3
export PYTHON
# A module is compiled once, not by each process of the tests again.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
FOR_DEMO := .venv/.installed-demo
FOR_DEV := .venv/.installed-dev
FOR_BENCH := .bench/.installed
INSTALLED_FROM := pyproject.toml uv.lock .ci/bootstrap

.DEFAULT_GOAL := help
.PHONY: help demo test check soak bench bench-quick docs screenshots messages lock clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

demo: $(FOR_DEMO) ## Serve the demo on http://127.0.0.1:5000 (PORT= changes it)
	@$(BIN)/python examples/demo/serve.py --port $(PORT)

test: $(FOR_DEV) ## Run the tests
	$(BIN)/python -m pytest -n 2 --dist loadscope

check: $(FOR_DEV) ## Check formatting, lint, types, docs and the rules of the house
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html
	$(BIN)/python -m pytest -q tests/house

soak: $(FOR_DEV) ## Run the long counts (up to an hour)
	$(BIN)/python -m pytest -n 2 --dist loadscope -m soak

bench: $(FOR_DEV) $(FOR_BENCH) ## Compare what everything costs with what others do (half an hour)
	$(BIN)/python -m bench

bench-quick: $(FOR_DEV) ## Compare what a page and a login cost with what is written by hand (3 minutes)
	$(BIN)/python -m bench.quick

docs: $(FOR_DEV) ## Build the documentation into docs/_build/html
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html

screenshots: $(FOR_DEV) ## Take the pictures of every page
	$(BIN)/python tests/screenshots.py

messages: $(FOR_DEV) ## Collect the words to translate
	$(BIN)/python -m babel.messages.frontend -q extract -F babel.cfg -k translate \
		--no-location --omit-header --sort-output -o src/flask_airlock/translations/flask_airlock.pot .

lock: ## Renew uv.lock
	.ci/bootstrap lock

clean: ## Remove what was installed, built and cached
	rm -rf .venv .uv .bench build dist docs/_build .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find src tests examples docs -name __pycache__ -type d -prune -exec rm -rf {} +

$(FOR_DEMO): $(INSTALLED_FROM)
	@echo "Installing the demo into .venv ..."
	@.ci/bootstrap demo

$(FOR_DEV): $(INSTALLED_FROM)
	@echo "Installing the project and its tools into .venv ..."
	@.ci/bootstrap dev

$(FOR_BENCH): $(INSTALLED_FROM) $(wildcard bench/requirements/*.txt)
	@echo "Installing what is compared into .bench ..."
	@.ci/bootstrap bench
