# Commands of the project; `make` alone lists them. Everything they need is prepared in .venv, from the locks.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
ONLY ?=
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help run test check fix bench features diagrams styles tools ready ready-dev browser

help: ## lister les commandes
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

run: ready ## préparer et démarrer l'espace avec ses personnes fictives (ARGS="--http 127.0.0.1:8000")
	@exec .venv/bin/ens up --demo $(ARGS)

# Three at once for two cores: a test often waits, for a server, a browser or a date. Who takes what: tests/sharing_out.py.
test: ready-dev browser ## passer les tests, sur deux cœurs (ARGS="tests/record -k masque")
	@$(BIN)/python -m pytest -n 3 --no-loadscope-reorder $(ARGS)

check: ready-dev ## style, types, gabarits, couches, migrations manquantes
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/djlint src --lint --quiet
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python .ci/missing_migrations.py

fix: ready-dev ## corriger ce que les outils savent corriger seuls
	@$(BIN)/ruff check --fix .

bench: ready-dev ## mesurer sur cette machine (ONLY=fhir,mail,pages ; PROFILE=1)
	@$(BIN)/python benchmarks/run.py $(ONLY)

features: ready-dev ## lignes de docs/domaine/features.csv, avec les tests qui les prouvent
	@$(BIN)/python -m tests.features

diagrams: ready-dev ## refaire les schémas d'états de docs/domaine et les pages de codes de docs/interop
	@$(BIN)/python .ci/diagrams.py
	@$(BIN)/python -W ignore -m tests.consistency.codes

styles: ready-dev ## refaire common/dsfr.css : ce que les pages emploient du système de design
	@$(BIN)/python .ci/styles.py

# -- preparation -------------------------------------------------------------------------------------------
APT := sudo apt-get install -y python3 python3-venv make git

tools:
	@command -v $(PYTHON) >/dev/null || { echo "Il manque python3. Installez-le : $(APT)" >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Il faut Python 3.11 ou plus récent ; ici : $$($(PYTHON) --version)." >&2; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Il manque python3-venv. Installez-le : $(APT)" >&2; exit 2; }
	@command -v git >/dev/null || { echo "Il manque git. Installez-le : $(APT)" >&2; exit 2; }

ready: tools
	@PYTHON=$(PYTHON) sh .ci/prepare requirements.lock

ready-dev: tools
	@PYTHON=$(PYTHON) sh .ci/prepare requirements-dev.lock

browser:
	@sh .ci/browser
