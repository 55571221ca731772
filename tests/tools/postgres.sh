#!/usr/bin/env bash
# The PostgreSQL server of the tests: one for all test processes of a user, reached by a socket in a folder of its own, without a
# network and without `fsync`. It ends by itself once no process has held a lock on FOLDER/in-use for a while.
#   tests/tools/postgres.sh FOLDER    makes sure that it runs; the socket is FOLDER/socket/.s.PGSQL.5432
set -euo pipefail
folder=$1
rest_s=15
self=$(realpath "${BASH_SOURCE[0]}")

# A version's folder may hold a client alone.
initdb=$(ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -t/ -k5 -n | tail -n 1 || true)
[ -n "$initdb" ] || initdb=$(command -v initdb || true)
bin=$(dirname "$initdb")
if ! [ -x "$bin/initdb" ] || ! [ -x "$bin/postgres" ]; then
  echo "PostgreSQL is not installed, and this test needs it: run tests/tools/install.sh (Debian package postgresql)" >&2
  exit 3
fi

# PostgreSQL refuses to run as root; Debian's package brings a user for it.
as_server=()
owner=$(id -un)
if [ "$(id -u)" -eq 0 ]; then
  owner=${TRUNKLINE_POSTGRES_USER:-postgres}
  as_server=(setpriv "--reuid=$owner" "--regid=$(id -g "$owner")" --clear-groups --)
fi

# Whatever the umask of whoever made it: the server's user passes through.
mkdir -p "$folder"
chmod 0711 "$folder"
touch "$folder/in-use" "$folder/starting"
cd "$folder"

is_up() { "$bin/pg_isready" -q -h "$folder/socket"; }

# `ready` is made last: a server whose start was broken off has no roles, and is not used.
is_ready() { [ -e socket/ready ] && is_up; }

stop() {
  if [ -e data/postmaster.pid ]; then
    "${as_server[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true
  fi
  rm -rf data socket
}

start() {
  stop
  install -d -m 0700 -o "$owner" data socket
  "${as_server[@]}" "$bin/initdb" -D "$folder/data" -U trunkline -A trust -E UTF8 --locale=C.UTF-8 --no-sync >log 2>&1 \
    || { tail -n 20 log >&2; exit 1; }
  # A role that has to tell its password; all others are who they say.
  { echo 'local all guarded scram-sha-256'; echo 'local all all trust'; } >data/pg_hba.conf
  setsid "${as_server[@]}" "$bin/postgres" -D "$folder/data" -k "$folder/socket" -c listen_addresses= \
    -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c wal_level=minimal -c max_wal_senders=0 \
    -c autovacuum=off -c jit=off -c shared_buffers=32MB -c max_connections=300 \
    </dev/null >>log 2>&1 8>&- &
  for _ in $(seq 300); do
    is_up && break
    sleep 0.1
  done
  is_up || { tail -n 20 log >&2; exit 1; }
  "$bin/psql" -q -h "$folder/socket" -U trunkline -d postgres \
    -c "CREATE ROLE guarded LOGIN PASSWORD 'open sesame'" -c "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"
  touch socket/ready
}

# Holds `starting` while it ends the server, so that whoever comes then starts another one.
watch_over() {
  local rested_s=0
  while :; do
    sleep 1
    if flock -n -x in-use true; then rested_s=$((rested_s + 1)); else rested_s=0; fi
    [ "$rested_s" -lt "$rest_s" ] && continue
    exec 8>starting
    flock 8
    exec 7>in-use
    if flock -n -x 7; then
      stop
      exit 0
    fi
    exec 7>&- 8>&-
    rested_s=0
  done
}

if [ "${2:-}" = "watch" ]; then
  watch_over
fi
exec 8>starting
flock 8
if ! is_ready; then
  # First: should this script be killed, the server that it began is ended all the same.
  setsid "$self" "$folder" watch </dev/null >/dev/null 2>&1 8>&- &
  start
fi
