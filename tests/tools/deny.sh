#!/usr/bin/env bash
# Licences, sources and duplicates by cargo-deny, where it is installed; says so where it is not.
# Advisories need the network and change by themselves: a job of their own (`cargo deny check advisories`).
set -euo pipefail
if cargo deny --version >/dev/null 2>&1; then
  cargo deny --log-level error check licenses bans sources
else
  echo 'cargo-deny is not installed: licences were not checked (cargo install cargo-deny)'
fi
