# Everything a person does with a checkout of Nocturne. Bare `make` lists it.
# PYTHON=/path/to/python3.12 names the Python to build .venv with; ARGS="…" is passed on by run, test, mutate, ui, bench and lock.

UV_VERSION := 0.13.9
BIN := .venv/bin
RUN_STAMP := .venv/.installed-run
DEV_STAMP := .venv/.installed-dev

# One certificate bundle for both installers: pip reads PIP_CERT, uv reads SSL_CERT_FILE.
ifdef SSL_CERT_FILE
PIP_CERT ?= $(SSL_CERT_FILE)
export PIP_CERT
else ifdef PIP_CERT
export SSL_CERT_FILE := $(PIP_CERT)
endif
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help .venv run test check mutate ui bench down clean lock
MAKEFLAGS += --no-print-directory

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z.]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv ## the demo: a year of groceries, eight nights, a summary
	@$(BIN)/python -m nocturne.demo $(ARGS)

test: $(DEV_STAMP) ## run the tests (ARGS="-k server" for some of them)
	@$(BIN)/python -m pytest $(ARGS)

check: $(DEV_STAMP) ## ruff, sqlfluff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint sql
	$(BIN)/mypy

mutate: $(DEV_STAMP) ## change each SELECT a little: do its cases and the oracle notice? (ARGS="people features/sessions")
	@$(BIN)/python -m tests.mutation $(ARGS)

ui: .venv ## Airflow's web UI on 127.0.0.1, until Ctrl-C or `make down`
	@$(BIN)/python -m nocturne.airflow.ui $(ARGS)

bench: $(DEV_STAMP) ## the benchmark, on a made-up shop of any size (SCALE=1m, KILLS=200)
	@$(BIN)/python -m bench $(ARGS)

down: ## stop everything Nocturne has started
	@if [ -x $(BIN)/nocturne ]; then $(BIN)/nocturne down; else echo "Nothing is installed, so nothing runs."; fi

# The demo's own home only: a home that NOCTURNE_HOME names is somebody's data and stays.
clean: ## stop the demo and remove .nocturne and .venv
	@if [ -x $(BIN)/nocturne ]; then env -u NOCTURNE_HOME $(BIN)/nocturne down || true; fi
	@room=$$(readlink .nocturne/postgres/elsewhere || true); \
	case "$$room" in /var/lib/nocturne/?*) rm -rf -- "$$room" ;; esac
	rm -rf .nocturne .venv

.venv: $(RUN_STAMP) ## install Nocturne and what it needs into .venv

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url \
    --custom-compile-command "make lock" $(ARGS)

lock: .venv ## lock what setup.py needs, keeping versions that still fit (ARGS=--upgrade for the newest)
	$(LOCK) --extra demo setup.py -o requirements.lock
	$(LOCK) --extra demo --extra dev -c requirements.lock setup.py -o requirements-dev.lock

# A Python fits if it starts (a version manager's shim may not), is 3.11 to 3.13, and can make a virtual environment.
define FIND_PYTHON
python=; \
for name in $(or $(PYTHON),python3.13 python3.12 python3.11 python3); do \
    if "$$name" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
        >/dev/null 2>&1; then python=$$name; break; fi; \
done; \
if [ -z "$$python" ]; then \
    echo "No Python 3.11, 3.12 or 3.13 that can make a virtual environment was found$(if $(PYTHON), as $(PYTHON))." >&2; \
    echo "Install one (on Debian and Ubuntu: python3 and python3-venv), or name it: make PYTHON=/path/to/python3.12" >&2; \
    exit 1; \
fi
endef

$(BIN)/.uv-$(UV_VERSION):
	@if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	    $(FIND_PYTHON); \
	    echo "Making .venv with $$("$$python" --version)"; \
	    "$$python" -m venv --clear .venv; \
	fi
	@$(BIN)/python -m pip install --quiet uv==$(UV_VERSION)
	@touch $@

$(RUN_STAMP): requirements.lock setup.py | $(BIN)/.uv-$(UV_VERSION)
	@echo "Installing Nocturne from requirements.lock"
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

$(DEV_STAMP): requirements-dev.lock $(RUN_STAMP)
	@echo "Installing what the tests need from requirements-dev.lock"
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -r requirements-dev.lock
	@touch $@
