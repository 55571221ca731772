#!/usr/bin/env bash
# Runs one stage of `make test`: its name, its command; says how long it took, keeps quiet lines out of the way.
#   tests/tools/stage.sh NAME COMMAND [ARGUMENT…]
set -uo pipefail

name=$1
shift
start=$(date +%s)
printf '== %s\n' "$name"
"$@"
code=$?
seconds=$(( $(date +%s) - start ))
if [ "$code" -eq 0 ]; then
  printf '== %s: ok, %d s\n' "$name" "$seconds"
else
  printf '== %s: FAILED with %d after %d s\n' "$name" "$code" "$seconds" >&2
fi
# The summary at the end reads this file; without one nothing is kept.
[ -z "${TRUNKLINE_STAGES:-}" ] || printf '%s\t%s\t%s\n' "$name" "$code" "$seconds" >>"$TRUNKLINE_STAGES"
exit "$code"
