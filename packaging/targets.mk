# What people install: wheel, Debian package, archive, container; and what calls the program: Python, workflows.
.PHONY: wheel test-wheel release deb test-deb test-container dist test-dist test-python test-integrations

# The program linked once more, for machines without its C libraries; wheel and archive are made of it.
PORTABLE := .build/portable/components.json

$(TOMOS): build
	@:

$(PORTABLE): $(TOMOS) $(wildcard packaging/portable/*)
	@scripts/install-packages python3 binutils patchelf
	@python3 packaging/portable/build.py

wheel: $(PORTABLE) .venv-wheel/requirements.txt ## Make the wheel, with the program and all that it needs inside (dist/)
	@.venv-wheel/bin/python packaging/wheel/build.py

.venv-wheel/requirements.txt: packaging/wheel/requirements.txt
	$(environment)

test-wheel: wheel ## Install the wheel offline and use it, then in bare Debian systems (OPTIONS=--short: without these; OPTIONS=bookworm: one)
	@scripts/test-wheel $(TOMOS) $(OPTIONS)

release: $(PORTABLE) ## Pack the program with all that it needs as an archive (dist/)
	@scripts/release

DEB = dist/tomos_$(shell packaging/version debian)_amd64.deb

deb: build ## Pack a Debian package (dist/), with man pages, completions, docs and the sample study
	@packaging/debian/build $(TOMOS)

test-deb: deb ## Look at the package: pages, completions, lintian, the service, an installation in a clean Debian 12 (as root)
	@scripts/install-packages mandoc man-db bash-completion zsh fish
	@packaging/make-share $(TOMOS) .build/deb/made
	@scripts/test-share .build/deb/made
	@scripts/test-service $(TOMOS)
	@scripts/test-deb $(DEB)

test-container: deb ## Build the container with buildah and run it as a BIDS App, without rights and network (as root)
	@scripts/test-container $(DEB)

dist: wheel deb release ## Make all that is published: wheel, Debian package, archive, list of parts, checksums (dist/)
	@scripts/dist

test-dist: dist ## See that all in dist/ is of one version, complete, and made of the same bytes twice
	@.venv-wheel/bin/python -m pytest --quiet packaging/tests

test-python: .venv-python/requirements.txt ## Test the Python package (the wheel in dist/, else python/): pytest, mypy, ruff (OPTIONS="-k run")
	@scripts/test-python $(OPTIONS)

.venv-python/requirements.txt: python/requirements.txt
	$(environment)

test-integrations: .venv-integrations/requirements.txt ## Test the Nextflow module, the Snakemake wrapper and the module of 3D Slicer
	@scripts/test-integrations $(OPTIONS)

.venv-integrations/requirements.txt: integrations/requirements.txt
	$(environment)
