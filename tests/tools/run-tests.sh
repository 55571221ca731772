#!/usr/bin/env bash
# All tests of the workspace: by cargo-nextest where it is installed, else by cargo test. Ends with the real counts.
set -uo pipefail

log=$(mktemp)
trap 'rm -f "$log"' EXIT

if cargo nextest --version >/dev/null 2>&1; then
  # nextest runs no doc tests; those of libraries run beside it.
  cargo nextest run --workspace --no-fail-fast --status-level=fail --final-status-level=flaky 2>&1 | tee "$log"
  code=${PIPESTATUS[0]}
  cargo test -q --workspace --doc 2>&1 | tee -a "$log" | grep -E '^(error|failures|test .*FAILED)'
  doc_code=${PIPESTATUS[0]}
  [ "$code" -ne 0 ] || code=$doc_code
else
  cargo test --workspace --no-fail-fast 2>&1 | tee "$log" | grep -Ev '^(test .* ok|running [0-9]+ tests?|)$'
  code=${PIPESTATUS[0]}
fi

# "12 passed" of either tool: `N passed` and `N failed` in summary lines only.
awk '
  { gsub(/\033\[[0-9;]*m/, "") }
  /^ *Summary/ || /^test result:/ {
    for (i = 2; i <= NF; i++) {
      if ($i ~ /^passed/) passed += $(i - 1)
      if ($i ~ /^failed/) failed += $(i - 1)
      if ($i ~ /^(skipped|ignored)/) skipped += $(i - 1)
      if ($i ~ /^flaky/) { sub(/\(/, "", $(i - 1)); flaky += $(i - 1) }
    }
  }
  END { printf "tests: %d passed, %d failed, %d skipped\n", passed, failed, skipped
        if (flaky) printf "flaky: %d, named above\n", flaky }
' "$log" | tee "${TRUNKLINE_COUNTS:-/dev/null}"
exit "$code"
