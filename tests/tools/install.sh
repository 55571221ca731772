#!/usr/bin/env bash
# What the tests need beside Rust: Debian packages, installed where that is allowed, named where it is not.
#   tests/tools/install.sh          installs what is missing (root, or sudo without a password)
#   tests/tools/install.sh --check  only says what is missing
set -euo pipefail

# Command that must exist, and the Debian or Ubuntu package that brings it.
needed=(
  "baresip baresip-core"
  "sipp sip-tester"
  "chromium chromium"
  "chromedriver chromium-driver"
)

missing=()
for row in "${needed[@]}"; do
  read -r command package <<<"$row"
  command -v "$command" >/dev/null 2>&1 || missing+=("$package")
done
[ "${#missing[@]}" -eq 0 ] && exit 0

give_up() {
  {
    printf 'The tests need these Debian packages: %s\n' "${missing[*]}"
    printf '%s. Install them by hand:\n' "$1"
    printf '  sudo apt-get install --no-install-recommends %s\n' "${missing[*]}"
  } >&2
  exit 1
}

[ "${1:-}" = "--check" ] && give_up "Nothing was installed"
command -v apt-get >/dev/null 2>&1 || give_up "This system has no apt-get"
if [ "$(id -u)" -eq 0 ]; then
  root=()
elif sudo -n true 2>/dev/null; then
  root=(sudo -n)
else
  give_up "This user may not install them"
fi

printf 'installing %s\n' "${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" >>"$log" 2>&1
}
# The lists may be old or absent; without a network the packages may still be in the cache.
"${root[@]}" apt-get update >>"$log" 2>&1 || true
install || { tail -n 20 "$log" >&2; give_up "apt-get could not install them"; }
