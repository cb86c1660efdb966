# Everything goes through these few targets; `make` alone lists them.

# Cargo as rustup installs it, even in a shell that was opened before.
export PATH := $(PATH):$(HOME)/.cargo/bin
# Tests use Debian's Chromium: no browser is ever downloaded.
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1

TARGET := $(or $(CARGO_TARGET_DIR),target)
FILES ?= app/samples/autzen.laz

.PHONY: help run check test bench clean
.DEFAULT_GOAL := help

help: ## Lists the targets.
	@echo 'Heliograph draws scientific data and mirrors the view to a browser.'
	@echo
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 16
	@echo
	@echo '  make run FILES="scan.laz brain.trk" opens your own data.'

run: ## Installs what is missing, builds, and opens the window on a sample (headless without a display).
	@.ci/setup run
	@cargo build --release
	@exec $(TARGET)/release/heliograph $(FILES)

# The crates whose tests take seconds; `make test` runs all of them.
LIGHT := -p heliograph-wire -p heliograph-scene -p heliograph-codec

check: node_modules/.package-lock.json ## The inner loop, a minute when warm: format, lints, quick tests, the page.
	@.ci/step 'Format' cargo fmt --all --check
	@.ci/step 'Lints' cargo clippy --workspace --all-targets -- -D warnings
	@.ci/step 'Quick Rust tests' cargo test --lib $(LIGHT)
	@.ci/step 'House rules' cargo test --test house
	@.ci/step 'Types of the page' npx --no-install tsc
	@.ci/step 'Tests of the page' npm test --silent

test: node_modules/.package-lock.json ## Installs what tests need and runs all of them, browser included.
	@.ci/step 'Format' cargo fmt --all --check
	@.ci/step 'Lints' cargo clippy --workspace --all-targets -- -D warnings
	@.ci/step 'Rust tests, stress and browser scenarios' cargo test --workspace
	@.ci/step 'Types of the page' npx --no-install tsc
	@.ci/step 'Tests of the page' npm test --silent
	@printf '\nAll tests passed.\n'

bench: node_modules/.package-lock.json ## Measures a release build; a table here, and target/bench.json.
	@cargo build --release --workspace --examples --bins
	@node tests/bench/run.mjs

clean: ## Removes everything that was built or downloaded.
	rm -rf node_modules
	cargo clean

# The setup runs before node_modules, since npm may be what is missing.
node_modules/.package-lock.json: package-lock.json | setup
	@npm ci --no-fund --no-audit --loglevel=error

.PHONY: setup
setup:
	@.ci/setup $(if $(filter check,$(MAKECMDGOALS)),check,test)
