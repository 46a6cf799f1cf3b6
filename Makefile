# make test: every test. make lint: linters and types. make format: mend the layout.
PYTHON = .venv/bin/python
.PHONY: test lint format set-up

set-up:
	@./aitia --set-up-only
	@cmp -s requirements-dev.lock .venv/dev-made-from.lock || { \
	  echo "aitia: adding the development tools (once) ..." >&2; \
	  $(PYTHON) -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements-dev.lock && \
	  cp requirements-dev.lock .venv/dev-made-from.lock; }

test: set-up
	@.ci/postgresql
	@.ci/chromium
	@$(PYTHON) -m pytest --cov -n 2 --dist loadfile

lint: set-up
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy

format: set-up
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .
