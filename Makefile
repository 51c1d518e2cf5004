# Two commands matter: `make demo` shows the terminal doing its whole job, `make test` proves it.
.POSIX:
.PHONY: demo test lint setup fresh deb pictures bench-documents lock clean

PY = .venv/bin/python
APART = $(PY) -m devices.namespace --

demo: setup            ## the whole job: with a display in a window beside a dock, without one in demo-output/
	$(PY) -m kiosk demo

test: lint             ## every check and every test, against the real daemons
	nice $(APART) $(PY) -m pytest --ignore tests/e2e
	nice $(APART) $(PY) -m pytest tests/e2e

lint: setup
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m ui.lint

setup:
	@sh packaging/setup.sh

fresh:                 ## the demo in an empty Debian 12: proves that no step was done by hand (root)
	sh packaging/fresh.sh

deb: setup             ## a Debian package in dist/
	sh packaging/deb/build.sh

pictures: setup        ## redraw the README's pictures from a run of the demo
	$(PY) -m kiosk demo --headless --pictures docs/pictures

bench-documents: setup ## how well pages are found (also those in PHOTOGRAPHS), print is read, paper is packed
	PYTHONPATH=tests/bench/documents nice $(PY) tests/bench/documents/finding.py $(PHOTOGRAPHS)
	PYTHONPATH=tests/bench/documents nice $(PY) tests/bench/documents/print_and_paper.py

lock:                  ## resolve the dependencies anew
	.venv/bin/pip-compile -q --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-find-links \
	    --no-emit-trusted-host --strip-extras --extra central --extra dev -o packaging/requirements-dev.lock pyproject.toml
	.venv/bin/pip-compile -q --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-find-links \
	    --no-emit-trusted-host --strip-extras -c packaging/requirements-dev.lock -o packaging/requirements.lock pyproject.toml

clean:
	rm -rf build dist demo-output .mypy_cache .ruff_cache .pytest_cache
