# Rasid. `make` lists what there is; `make demo` and `make test` set themselves up in .venv.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install demo test lint format bench requirements clean

# Where it is set, every process would compile all that it imports anew: a worker would start in 15 s instead of 5.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
RUN := $(VENV)/bin
# Its time tells when .venv was last brought in step with what it is made from.
STAMP := $(VENV)/.installed
COMPILE := $(RUN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate --quiet $(if $(UPGRADE),--upgrade)

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP)  ## .venv with everything, at the pinned versions

$(STAMP): pyproject.toml requirements.txt requirements-bootstrap.txt deploy/install.sh
	@deploy/install.sh $(VENV)
	@touch $@

demo: install  ## broker, worker, receiver and seed articles on this machine: the first alerts in a minute
	@$(RUN)/rasid demo

test: install  ## all tests, by file on two processes; ARGS="tests/watch -k phrase" runs some
	@$(RUN)/python -m pytest -n 2 --dist loadfile $(ARGS)

lint: install  ## ruff, its formatter, mypy --strict, import-linter
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports

format: install  ## put the code into its format
	$(RUN)/ruff check --fix-only .
	$(RUN)/ruff format .

bench: install  ## speed of the whole way, beside a bare Faust pass-through
	@$(RUN)/rasid bench pipeline

requirements: install  ## pin again what pyproject.toml asks for; UPGRADE=1 takes newer versions
	$(COMPILE) --extra embedded --extra morphology --extra notify --extra dev --output-file requirements.txt
	$(COMPILE) --extra morphology --extra notify --constraint requirements.txt --output-file deploy/requirements-image.txt

clean:  ## remove .venv and every cache
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
