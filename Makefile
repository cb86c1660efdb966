# Everything goes through these few targets; `make` alone lists them.

# Cargo where rustup puts it, even in a shell that was opened before.
export PATH := $(PATH):$(HOME)/.cargo/bin
# Tests use the system's Chromium: no browser is ever downloaded.
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1
export CHROMIUM ?= $(firstword $(wildcard $(addprefix /usr/bin/,chromium chromium-browser google-chrome)) /usr/bin/chromium)

TARGET := $(or $(CARGO_TARGET_DIR),target)
FILES ?= app/samples/autzen.laz
BEGAN := $(shell date +%s)

.PHONY: help run check test bench bench-network clean setup
.NOTPARALLEL:
.DEFAULT_GOAL := help

help: ## Lists the targets.
	@echo 'Heliograph draws scientific data in a window and mirrors it to a browser.'
	@echo
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 22
	@echo
	@echo '  make run FILES="scan.laz brain.trk" opens your own data.'

run: ## Installs what is missing, builds, and opens a sample (headless where there is no display).
	@.ci/setup run
	@cargo build --release
	@$(TARGET)/release/heliograph $(FILES)

check: setup node_modules/.package-lock.json ## The inner loop, a minute when warm: format, lints, unit tests, the page.
	@.ci/step 'Format' cargo fmt --all --check
	@.ci/step 'Lints' cargo clippy --workspace --all-targets -- -D warnings
	@.ci/step 'Unit tests' cargo test --workspace --lib --test house
	@.ci/step 'Types of the page' npm run --silent check
	@.ci/step 'Tests of the page' npm test --silent
	@echo; echo "Checked in $$(($$(date +%s) - $(BEGAN))) s; make test runs the rest."

test: setup node_modules/.package-lock.json ## Installs what tests need and runs all of them, stress and browser included.
	@.ci/step 'Format' cargo fmt --all --check
	@.ci/step 'Lints' cargo clippy --workspace --all-targets -- -D warnings
	@.ci/step 'Rust: units, stress, browser scenarios' cargo test --workspace
	@.ci/step 'Fuzz, a moment of each' .ci/fuzz 5
	@.ci/step 'Types of the page' npm run --silent check
	@.ci/step 'Tests of the page' npm test --silent
	@echo; echo "All tests passed, in $$(($$(date +%s) - $(BEGAN))) s."

bench: setup node_modules/.package-lock.json ## Measures a release build: a table here, and target/bench.json.
	@cargo build --release
	@cargo build --release -p heliograph-ring -p heliograph-render -p heliograph-scene -p heliograph-tunnel --examples
	@node tests/bench/run.mjs $(TARGET)

bench-network: setup node_modules/.package-lock.json ## Measures bad networks, in minutes: a table, and target/bench-network.json.
	@cargo build --release
	@cargo build --release -p heliograph-lab --examples
	@node tests/lab/run.mjs bench $(TARGET) $(ONLY)

clean: ## Removes everything that was built or downloaded.
	rm -rf node_modules
	cargo clean

# npm itself may be what the setup installs.
node_modules/.package-lock.json: package-lock.json | setup
	@npm ci --no-fund --no-audit --loglevel=error

setup:
	@.ci/setup $(if $(filter test bench bench-network,$(MAKECMDGOALS)),test,check)
