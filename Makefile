# `make` alone lists what there is. Only Swift, make and apt are needed; `setup` installs the rest.
.DEFAULT_GOAL := help
.PHONY: help setup build demo demo-brain test test-fast test-report test-view test-viewers test-bids test-slurm chaos consumer sanitize sanitize-readers check format bench bench-batch bench-accuracy bench-losses bench-loop bench-page bench-peers bench-registration bench-totalsegmentator bench-unet conformance evaluation-reference train train-smoke \
    validate-weights fuzz site library-site test-docs test-arm64 clean

TOMOS := .build/release/tomos
# One way to build for use: with other flags all would be built again. Swift's libraries are linked in, so that the
# program runs where Swift is not installed, and no path of this machine stays in it.
RELEASE := swift build -c release --static-swift-stdlib -Xcc -ffile-prefix-map=$(CURDIR)=.
SWIFT_SOURCES := Package.swift Sources Tests Benchmarks

# Packages of Python for one purpose. The list is copied when all is installed, so that a broken install is begun anew
# and a changed list is seen.
define environment
	@scripts/install-packages python3 python3-venv
	@rm -rf $(@D)
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet -r $<
	@cp $< $@
endef

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install the apt packages that are missing
	@scripts/setup

build: setup ## Build the program (.build/release/tomos)
	@scripts/write-revision . $(wildcard .build/plugins/outputs/*/tomos/destination/Revision)
	@$(RELEASE) --product tomos

demo: build ## Segment the sample study (one NIfTI, one DICOM series) and compare with the truth
	@rm -rf demo
	$(TOMOS) run pipelines/phantom.yaml sample-data/study -o demo
	$(TOMOS) evaluate demo sample-data/truth
	@echo; echo "label maps and pictures:"
	@find demo -name '*.nii.gz' -o -name '*.png' -o -name '*.seg.*' | sort | sed 's/^/  /'
	@echo; echo "the study at a glance (open it in a browser): demo/report/index.html"

demo-brain: build ## Segment a real brain (fetched) from one labelled brain (fetched)
	@scripts/fetch-brain
	@rm -rf out/packs/brain out/brain/results
	$(TOMOS) task create -o out/packs/brain --name brain --plane axial --window "percentile(0.5, 99.5)" \
	    --images out/brain/labelled/ch2bet.nii.gz --labels out/brain/labelled/aal.nii.gz \
	    --label 37=hippocampus-left --label 38=hippocampus-right --label 71=caudate-left --label 72=caudate-right \
	    --label 73=putamen-left --label 74=putamen-right --label 77=thalamus-left --label 78=thalamus-right
	$(TOMOS) run pipelines/brain.yaml out/brain/study -o out/brain/results
	@echo; echo "label map and picture:"; find out/brain/results -name '*.nii.gz' -o -name '*.png' | sort | sed 's/^/  /'

# Weights that a person has imported and chosen are not those that tests speak of.
AS_NOBODY := XDG_DATA_HOME=$(CURDIR)/.build/nobody

test: setup ## Run all tests
	@scripts/install-packages python3-jsonschema python3-yaml
	@[ ! -d ../shared ] || scripts/install-packages zstd
	@$(AS_NOBODY) swift test

# Suites that segment volumes, run the program, or read whole series beside references.
WHOLE := AbdomenTests|HostileStudyTests|PackCheckTests|SupportCurveTests|SegmenterTests|SegmentationTests\.MemoryTests|RegistrationTests|RealSliceTests|EngineTests|ParityTests|Conformance|CommandTests|InferenceTests|DICOMColourTests

test-fast: setup ## Run the tests that take seconds
	@$(AS_NOBODY) swift test --skip '$(WHOLE)'

test-viewers: build ## Open what is exported with others' programs, and what they write with tomos (OPTIONS=--short: a part, in a minute)
	@scripts/test-viewers $(TOMOS) $(OPTIONS)

test-report: build ## Open the report of the sample study, and of drawn ones, in Chromium (OPTIONS=--short: what CI runs)
	@scripts/test-report $(TOMOS) $(OPTIONS)

test-view: build ## Open the page of 'tomos view' in Chromium, beside nibabel
	@scripts/test-view $(TOMOS) $(OPTIONS)

test-bids: build ## Run a BIDS data set through 'tomos bids' and validate what comes out (fetches the validator)
	@scripts/test-bids $(TOMOS)

test-slurm: build ## Run an array over a study on a real Slurm of one node, which it installs (OPTIONS=--short)
	@scripts/test-slurm $(TOMOS) $(OPTIONS)

chaos: build ## Break a hundred batch runs at random and see that nothing is lost or done twice (OPTIONS="--short", "--seed S --only K")
	@scripts/test-chaos $(TOMOS) $(OPTIONS)

consumer: setup ## Build and run a package that uses the library by version
	@scripts/check-consumer

sanitize-readers: setup ## Run the readers' tests and 2,000 fuzz inputs under the address sanitizer
	@scripts/sanitize readers
	@$(MAKE) --no-print-directory fuzz FUZZ="--inputs 2000 $(FUZZ)"

sanitize: setup ## Run the engine's tests under the thread and address sanitizers (builds of their own)
	@scripts/sanitize

check: setup ## Lint, module layers, text of the tree, conversions of numbers
	@swift format lint --strict --recursive $(SWIFT_SOURCES)
	@scripts/check-layers
	@scripts/check-text
	@scripts/check-conversions

format: ## Format the Swift sources in place
	@swift format --in-place --recursive $(SWIFT_SOURCES)

bench: build .venv-bench/requirements.txt .venv-convert/bin/dcm2niix ## Time conversion, the engine and training beside others' programs (fetched, GBs), and whole cases by stages
	@scripts/install-packages pigz strace
	@.venv-convert/bin/python Benchmarks/convert.py $(TOMOS)
	@echo; .venv-convert/bin/python Benchmarks/convert_many.py $(TOMOS)
	@$(RELEASE) --product engine-benchmark
	@.build/release/engine-benchmark
	@$(RELEASE) --product learning-benchmark
	@$(RELEASE) --product case-benchmark
	@echo; .venv-bench/bin/python Benchmarks/compare.py $(TOMOS)
	@echo; .venv-bench/bin/python Benchmarks/volume.py $(TOMOS)
	@echo; .venv-bench/bin/python Benchmarks/learning.py .build/release/learning-benchmark
	@echo; .venv-bench/bin/python Benchmarks/cases.py $(TOMOS) .build/release/case-benchmark

.venv-bench/requirements.txt: Benchmarks/requirements.txt
	$(environment)

.venv-convert/bin/dcm2niix:
	@scripts/install-packages python3 python3-venv
	@rm -rf .venv-convert
	python3 -m venv .venv-convert
	.venv-convert/bin/pip install --quiet numpy pydicom nibabel dcm2niix

bench-batch: build ## Measure a batch of 3,000 generated cases: the runner's overhead and memory, --dry-run, going on (OPTIONS="--cases 300")
	@Benchmarks/batch $(TOMOS) $(OPTIONS)

bench-accuracy: build ## Dice on five sets from 10 or 20 labelled volumes (needs ../shared; hours; OPTIONS="--resume --levers"); writes docs/accuracy.md
	@scripts/install-packages python3
	@Benchmarks/accuracy $(TOMOS) $(OPTIONS)

SET ?= heart
MINUTES ?= 20

bench-unet: build .venv-bench/requirements.txt ## Train a U-Net in PyTorch (fetched, GBs) on a set's pack, for docs/accuracy.md (SET=, MINUTES=)
	@PYTHONPATH=Benchmarks .venv-bench/bin/python -m Accuracy.unet $(TOMOS) $(SET) --minutes $(MINUTES) $(OPTIONS)

bench-losses: build .venv-bench/requirements.txt ## Say where bench-accuracy's results lose Dice, for docs/accuracy.md
	@PYTHONPATH=Benchmarks .venv-bench/bin/python -m Accuracy.account $(TOMOS) $(OPTIONS)

bench-loop: build ## What corrections bring, in the order of 'tomos next' and at random, for docs/accuracy.md (needs ../shared; minutes)
	@scripts/install-packages python3
	@Benchmarks/loop $(TOMOS) $(OPTIONS)

bench-page: build .venv-bench/requirements.txt ## Measure all that docs/accuracy.md must show, U-Nets in PyTorch too, and write it (2 to 3 hours; OPTIONS=--resume)
	@scripts/install-packages python3
	@Benchmarks/accuracy $(TOMOS) $(OPTIONS) default
	@$(MAKE) --no-print-directory bench-losses
	@Benchmarks/accuracy $(TOMOS) --resume --set hippocampus pack-of-5
	@PYTHONPATH=Benchmarks .venv-bench/bin/python -m Accuracy.baselines $(TOMOS) $(OPTIONS)
	@Benchmarks/accuracy $(TOMOS) --document

bench-registration: build .venv-registration/requirements.txt ## Registration beside greedy, ANTs and elastix (fetched, 1 GB): Dice, distances, CPU time (needs ../shared; hours; OPTIONS="--pairs 3 --resume"); writes docs/registration.md
	@$(RELEASE) --product registration-benchmark
	@.venv-registration/bin/python Benchmarks/registration $(TOMOS) .build/release/registration-benchmark $(OPTIONS)

.venv-registration/requirements.txt: Benchmarks/Registration/requirements.txt
	$(environment)

PEERS := greedy ants monai nnunet

bench-peers: build $(PEERS:%=.venv-peers-%/requirements.txt) ## Tomos beside greedy, ANTs, MONAI and nnU-Net (fetched, GBs) on the same packs: Dice, time, memory (needs ../shared; hours; OPTIONS="--pack 3 --resume"); writes docs/peers.md
	@Benchmarks/peers $(TOMOS) $(OPTIONS)

.venv-peers-%/requirements.txt: Benchmarks/Peers/requirements-%.txt
	$(environment)

bench-totalsegmentator: build .venv-totalsegmentator/requirements.txt ## Time a drawn CT beside TotalSegmentator on a processor (fetched, GBs; without its weights; OPTIONS=--whole for its five networks)
	@.venv-totalsegmentator/bin/python Benchmarks/beside_totalsegmentator.py $(TOMOS) $(OPTIONS)

.venv-totalsegmentator/requirements.txt: Benchmarks/requirements-totalsegmentator.txt
	$(environment)

conformance: build ## Compare with references (in ../shared), dcm2niix and SimpleITK (fetched); writes docs/conformance.md
	@scripts/install-packages python3 python3-venv zstd
	@[ -x .venv-conformance/bin/python ] || { python3 -m venv .venv-conformance && \
	    .venv-conformance/bin/pip install --quiet pydicom nibabel numpy dcm2niix SimpleITK; }
	@.venv-conformance/bin/python scripts/conformance/compare.py $(TOMOS) ../shared/conformance docs/conformance.md

evaluation-reference: build .venv-evaluation/complete ## Compare `tomos evaluate` with medpy, MONAI and surface-distance (fetched, GBs)
	@.venv-evaluation/bin/python scripts/evaluation-reference $(TOMOS)

# Made last, so that a broken install is begun anew.
.venv-evaluation/complete:
	@scripts/install-packages python3 python3-venv
	@rm -rf .venv-evaluation
	python3 -m venv .venv-evaluation
	.venv-evaluation/bin/pip install --quiet numpy scipy nibabel medpy monai surface-distance
	@touch $@

TRAIN := PYTHONPATH=training .venv-training/bin/python -m tomos_training
LEG := PYTHON=.venv-training/bin/python training/leg --toy --device cpu --minutes 0.5 --total 1
FOLDER ?= .training/run
STEPS ?= 5000

train: .venv-training/requirements.txt ## Train the weights on (FOLDER=, STEPS=, OPTIONS="--device cuda"); goes on where it stopped
	$(TRAIN) train --folder $(FOLDER) --init Sources/CTomosWeights/tomos-1.safetensors --steps $(STEPS) $(OPTIONS)

train-smoke: setup .venv-training/requirements.txt ## Train briefly; the loss falls, tomos reads the export and agrees; two legs of a lent GPU are rehearsed
	@swift build --product tomos
	PYTHONPATH=training .venv-training/bin/python -m unittest discover -s training/tests
	$(TRAIN) smoke --folder .training/smoke
	@cd .training/smoke && ../../.build/debug/tomos infer --weights smoke.safetensors --target query.npy \
	    --support-images images.npy --support-labels labels.npy -o engine.npy
	$(TRAIN) compare .training/smoke/engine.npy .training/smoke/logits.npy
	@rm -rf .training/leg
	OUT=.training/leg/one $(LEG)
	OUT=.training/leg/two $(LEG) --earlier .training/leg/one
	@grep -q '^Steps [1-9]' .training/leg/two/report.md || { echo "the second leg did not go on from the first"; exit 1; }

validation-slices: .venv-training/requirements.txt ## The development sets' packs as slices in one file, for a machine without them
	@mkdir -p .training
	$(TRAIN) slices .training/slices.npz

validate-weights: .venv-training/requirements.txt ## The figures of docs/weights.md (WEIGHTS="A B" compares files)
	$(TRAIN) validate $(WEIGHTS)

.venv-training/requirements.txt: training/requirements.txt
	$(environment)

fuzz: setup ## Read 20,000 damaged or extreme DICOM and NIfTI files under the address sanitizer (FUZZ="--run 2" for others)
	@swift build -c release --sanitize=address --product fuzz-readers --scratch-path .build/fuzz
	@ASAN_OPTIONS=detect_leaks=0 .build/fuzz/release/fuzz-readers $(wildcard sample-data ../shared/conformance) $(FUZZ)

site: .venv-site/requirements.txt ## The docs as pages to read and search, from disk too (out/site/index.html)
	@NO_MKDOCS_2_WARNING=1 .venv-site/bin/mkdocs build --clean
	@echo "out/site/index.html"

library-site: build ## Pages of the Swift library's modules, by DocC, for a server (out/library)
	@scripts/library-site

test-docs: build .venv-site/requirements.txt ## Run every command of the docs, and open the site in Chromium (OPTIONS=--short: smaller data, what CI runs)
	@scripts/test-docs $(TOMOS) $(OPTIONS)

test-arm64: ## Build the C kernels for arm64 and run them under qemu, beside this processor's
	@scripts/test-arm64

.venv-site/requirements.txt: scripts/site/requirements.txt
	$(environment)

# What people install, and what calls it.
include packaging/targets.mk

clean: ## Remove what was built and what the demos wrote
	rm -rf .build dist demo out
