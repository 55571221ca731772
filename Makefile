# Two commands do it all: `make run` starts the contact centre, `make test` proves it. `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help

CARGO ?= cargo
STAGE := tests/tools/stage.sh

.PHONY: help run test install-tools fmt clippy tidy deny tests build bench fuzz clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Build and start the contact centre with its demo hotline
	@$(CARGO) run -p server --bin trunkline -- serve

test: ## Everything that CI runs: tools, format, lints, house rules, all tests
	@$(STAGE) tools tests/tools/install.sh
	@$(STAGE) format $(CARGO) fmt --all --check
	@$(STAGE) build $(CARGO) build -q --workspace --all-targets
	@$(STAGE) clippy $(CARGO) clippy -q --workspace --all-targets -- -D warnings
	@$(STAGE) tidy $(CARGO) xtask tidy
	@$(STAGE) deny tests/tools/deny.sh
	@$(STAGE) tests tests/tools/run-tests.sh

install-tools: ## Install the Debian packages that the tests need
	@tests/tools/install.sh

build: ## Build everything
	@$(CARGO) build --workspace --all-targets

tests: ## All tests, without the checks before them
	@tests/tools/run-tests.sh

fmt: ## Format the code
	@$(CARGO) fmt --all

clippy: ## Lints, warnings as errors
	@$(CARGO) clippy --workspace --all-targets -- -D warnings

tidy: ## Rules of the house: floors, homes, clocks and locks in core crates
	@$(CARGO) xtask tidy

deny: ## Licences and duplicate libraries (needs cargo-deny)
	@tests/tools/deny.sh

bench: ## Benchmarks of the hot paths
	@$(CARGO) bench --workspace --benches

fuzz: ## Fuzz each target for a minute (needs cargo-fuzz and a nightly toolchain)
	@tests/fuzz/run.sh

clean: ## Delete build results
	@$(CARGO) clean
