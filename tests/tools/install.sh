#!/usr/bin/env bash
# What the tests need beside Rust: Debian packages, installed where that is allowed, named where it is not; and two
# softphones, a prober of APIs and a library for webhooks that come as packages of PyPI and npm, unpacked into a folder of the user's cache.
#   tests/tools/install.sh          installs what is missing (root, or sudo without a password)
#   tests/tools/install.sh --check  only says what is missing
set -euo pipefail
tools="${TRUNKLINE_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/trunkline/tools}"

# Command that must exist, and the Debian or Ubuntu package that brings it.
needed=(
  "baresip baresip-core"
  "sipp sip-tester"
  "chromium chromium"
  "chromedriver chromium-driver"
  "python3 python3"
  "curl curl"
  "espeak-ng espeak-ng"
)

missing=()
# Debian keeps its programs beside each other, by version, and outside of PATH.
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || missing+=(postgresql)
for row in "${needed[@]}"; do
  read -r command package <<<"$row"
  command -v "$command" >/dev/null 2>&1 || missing+=("$package")
done
python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip)

give_up() {
  {
    printf 'The tests need these Debian packages: %s\n' "${missing[*]}"
    printf '%s. Install them by hand:\n' "$1"
    printf '  sudo apt-get install --no-install-recommends %s\n' "${missing[*]}"
  } >&2
  exit 1
}


install_debian() {
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
}

# name, version and address of what npm would unpack: the page of the tests needs JsSIP as it is published.
npm_packages=(
  "jssip 3.13.8"
  "debug 4.4.3"
  "events 3.3.0"
  "ms 2.1.3"
  "sdp-transform 2.15.0"
)
pjsua2="pjsua2-python==2.15.1.post1"
standardwebhooks="standardwebhooks==1.1.0"
schemathesis="schemathesis==4.32.5"

fetch_failed() {
  printf 'The tests need %s in %s, and it could not be fetched.\n' "$1" "$tools" >&2
  exit 1
}

# install_python CHECK FOLDER NAME==VERSION ARGUMENT...: what pip is to fetch, each version named, nothing else.
install_python() {
  local check="$1" folder="$tools/$2" what="$3"
  shift 3
  [ -d "$folder" ] && return
  [ "$check" = "--check" ] && fetch_failed "$what (PyPI)"
  printf 'fetching %s\n' "$what"
  rm -rf "$folder.part"
  python3 -m pip install -q --disable-pip-version-check --no-deps --target "$folder.part" "$@" 2>/dev/null \
    || fetch_failed "$what (PyPI)"
  mv "$folder.part" "$folder"
}

install_jssip() {
  local name version
  for row in "${npm_packages[@]}"; do
    read -r name version <<<"$row"
    [ -f "$tools/npm/$name-$version/package.json" ] && continue
    [ "${1:-}" = "--check" ] && fetch_failed "$name $version (npm)"
    printf 'fetching %s %s\n' "$name" "$version"
    mkdir -p "$tools/npm/$name.part"
    curl -fsSL --retry 3 "https://registry.npmjs.org/$name/-/$name-$version.tgz" \
      | tar -xzf - --strip-components=1 -C "$tools/npm/$name.part" || fetch_failed "$name $version (npm)"
    rm -rf "$tools/npm/$name-$version"
    mv "$tools/npm/$name.part" "$tools/npm/$name-$version"
  done
}

[ "${#missing[@]}" -eq 0 ] || install_debian "${1:-}"
mkdir -p "$tools"
install_python "${1:-}" pjsua2 "$pjsua2" "$pjsua2"
install_python "${1:-}" "${standardwebhooks/==/-}" "$standardwebhooks" "$standardwebhooks"
install_python "${1:-}" "${schemathesis/==/-}" "$schemathesis" -r "$(dirname "$0")/schemathesis.txt"
install_jssip "${1:-}"
