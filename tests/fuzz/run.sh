#!/usr/bin/env bash
# Fuzzes every target, one after the other, from the committed seeds.
#   tests/fuzz/run.sh [SECONDS per target: 60] [TARGET…]
# What is found along the way stays in a scratch folder; a crash is written to tests/fuzz/artifacts/TARGET/ and ends the
# run with 1. Make it a seed: cp the file to tests/fuzz/corpus/TARGET/found-WHAT.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 3

cargo fuzz --version >/dev/null 2>&1 || { echo 'cargo-fuzz is not installed: cargo install cargo-fuzz' >&2; exit 1; }
cargo +nightly --version >/dev/null 2>&1 || { echo 'there is no nightly toolchain: rustup toolchain install nightly' >&2; exit 1; }

seconds=${1:-60}
shift || true
targets=("$@")
[ "${#targets[@]}" -gt 0 ] || mapfile -t targets < <(basename -s .rs fuzz_targets/*.rs)

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0
for target in "${targets[@]}"; do
  mkdir -p "$scratch/$target"
  log=$scratch/$target.log
  if cargo +nightly fuzz run --fuzz-dir . "$target" "$scratch/$target" "corpus/$target" -- \
    -max_total_time="$seconds" -max_len=16384 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 >"$log" 2>&1; then
    printf '%-16s ok: %s runs\n' "$target" "$(awk '/stat::number_of_executed_units/ { print $2 }' "$log")"
  else
    failed=1
    printf '%-16s FAILED\n' "$target"
    grep -aE 'panicked|ERROR|Test unit written|error(\[|:)' -A2 "$log" | head -n 20
  fi
done
exit "$failed"
