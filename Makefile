# Two commands matter: `make demo` shows the terminal doing its whole job, `make test` proves it.
.POSIX:
.PHONY: demo test test-qt-6.8 test-every-build lint setup fresh deb pictures experience screens bench-documents \
  bench-search bench-ui soak bench-keyboard bench-devices soak-devices \
  bench-outbox proof-outbox proof-power-cut proof-stick lock clean

PY = .venv/bin/python

demo: setup            ## the whole job: with a display in a window beside a dock, without one in demo-output/
	$(PY) -m kiosk demo

test: lint             ## every check and every test, against the real daemons
	nice $(PY) tests/run.py
	@# a loop device can be made by root alone; continuous integration is root
	if [ "$$(id -u)" -eq 0 ]; then nice unshare -m $(PY) -m tests.drills.outbox --share 0.1 power_cut; fi

OLD_QT = build/qt-6.8
test-qt-6.8: setup     ## every test of the screens on the oldest Qt, whose wheels run on glibc 2.28 (95 MB, once)
	@if ! cmp -s packaging/requirements-qt-6.8.lock $(OLD_QT)/.lock; then \
	    rm -rf $(OLD_QT); \
	    $(PY) -m pip install -q --disable-pip-version-check --no-deps --require-hashes --target $(OLD_QT) \
	        -r packaging/requirements-qt-6.8.lock && cp packaging/requirements-qt-6.8.lock $(OLD_QT)/.lock; \
	fi
	@# before the environment's own packages stand those of this folder; what is tested says which Qt it met
	PYTHONPATH=$(OLD_QT) $(PY) -c "import PySide6; assert PySide6.__version__ == '6.8.3', PySide6.__version__"
	PYTHONPATH=$(OLD_QT) nice $(PY) -m devices.namespace -- $(PY) -m pytest tests/ui tests/unit/ui

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

experience: setup      ## redraw the pictures of docs/experience.md
	PYTHONPATH=. nice $(PY) tests/ui/screens/experience_pictures.py docs/pictures/experience

screens: setup         ## every screen in every layout and language, and the extremes, on sheets in build/screens
	PYTHONPATH=. nice $(PY) tests/ui/screens/contact_sheets.py build/screens

test-every-build: setup ## the geometry of every screen in each of 80 builds, of which `make test` measures 30
	EVERY_BUILD=1 nice $(PY) -m pytest -q -p no:cacheprovider tests/ui/screens/test_geometry.py

bench-documents: setup ## how well pages are found (also those in PHOTOGRAPHS), blur seen, print read, paper packed
	$(PY) -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r packaging/requirements-bench.lock
	PYTHONPATH=tests/bench/documents nice $(PY) tests/bench/documents/blurring.py
	PYTHONPATH=tests/bench/documents nice $(PY) tests/bench/documents/finding.py $(PHOTOGRAPHS)
	PYTHONPATH=tests/bench/documents nice $(PY) tests/bench/documents/gating.py
	PYTHONPATH=tests/bench/documents nice $(PY) tests/bench/documents/print_and_paper.py

bench-search: setup    ## from a key to the search's answer and its picture, over 300 items
	PYTHONPATH=tests/ui/screens nice $(PY) tests/bench/screens/search.py

bench-ui: setup        ## start, touch, frames, memory and what sessions leave behind: what has to be reached and what was
	nice $(PY) -m devices.namespace -- $(PY) -m tests.bench.screens

soak: setup            ## 10,000 sessions on one screen: what stays behind
	nice $(PY) -m tests.bench.screens.sessions 10000

bench-keyboard: setup  ## names and addresses typed by pinyin; characters by hand, with STROKES (a folder of stroke data)
	PYTHONPATH=tests/bench/keyboard nice $(PY) tests/bench/keyboard/pinyin_figures.py
	[ -z "$(STROKES)" ] || PYTHONPATH=tests/bench/keyboard nice $(PY) tests/bench/keyboard/handwriting_figures.py $(STROKES)

bench-devices: setup   ## what the drivers cost beside their wires, against their emulators and the real daemons
	PYTHONPATH=tests/bench/devices nice $(PY) -m devices.namespace -- $(PY) tests/bench/devices/figures.py

soak-devices: setup    ## a thousand times every plug pulled and put back: what stays behind
	MALLOC_ARENA_MAX=1 PYTHONPATH=tests/bench/devices nice $(PY) -m devices.namespace -- $(PY) tests/bench/devices/soak.py

lock:                  ## resolve the dependencies anew
	.venv/bin/pip-compile -q --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-find-links \
	    --no-emit-trusted-host --strip-extras --extra central --extra dev -o packaging/requirements-dev.lock pyproject.toml
	.venv/bin/pip-compile -q --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-find-links \
	    --no-emit-trusted-host --strip-extras -c packaging/requirements-dev.lock -o packaging/requirements.lock pyproject.toml
	.venv/bin/pip-compile -q --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-find-links \
	    --no-emit-trusted-host --strip-extras -c packaging/requirements-dev.lock -o packaging/requirements-bench.lock \
	    packaging/requirements-bench.in
	.venv/bin/pip-compile -q --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-find-links \
	    --no-emit-trusted-host --strip-extras -o packaging/requirements-qt-6.8.lock packaging/requirements-qt-6.8.in

bench-outbox: setup    ## the outbox and its peers, measured in turns on this disk: what has to be reached and what was
	$(PY) -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r packaging/requirements-bench.lock
	$(PY) -m tests.bench.outbox

proof-outbox: setup    ## the outbox killed, starved, scribbled on and modelled: what had to be shown and what was
	$(PY) -m tests.drills.outbox

proof-power-cut: setup ## 200 power cuts on a loop device, with a control that must lose (root)
	unshare -m $(PY) -m tests.drills.outbox power_cut

proof-stick: setup     ## sticks put into and pulled out of an emulated Debian 12 with the package's udev rule and units (root)
	nice $(PY) -m tests.drills.stick

clean:
	rm -rf build dist demo-output .mypy_cache .ruff_cache .pytest_cache
