#!/bin/sh
# Runs a command against a PostgreSQL server of its own: in a temporary folder, on a socket there and
# no port, as a user without rights, and gone afterwards. The connection string is put behind the command.
#
#   with_postgres.sh COMMAND...
#
# Exit code 77, which means "skipped", when no server is installed.
set -eu
for folder in /usr/lib/postgresql/*/bin; do
  [ -x "$folder/initdb" ] && bin=$folder
done
[ -n "${bin-}" ] || {
  echo "skipped: no PostgreSQL server is installed (Debian: postgresql-15)"
  exit 77
}
work=$(mktemp -d)
chmod 755 "$work"
mkdir "$work/data" "$work/socket"
# The server refuses to be root.
as=
if [ "$(id -u)" -eq 0 ]; then
  as="setpriv --reuid=nobody --regid=nogroup --clear-groups"
  chown -R nobody:nogroup "$work/data" "$work/socket"
fi
trap '$as "$bin/pg_ctl" -D "$work/data" -m immediate stop >/dev/null 2>&1 || :; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
$as "$bin/initdb" -D "$work/data" -U segc -A trust -E UTF8 --locale=C --no-sync >"$work/log" 2>&1 || {
  cat "$work/log"
  exit 1
}
$as "$bin/pg_ctl" -D "$work/data" -w -t 60 \
  -o "-c listen_addresses='' -k $work/socket -c fsync=off -c synchronous_commit=off" start >"$work/log" 2>&1 </dev/null || {
  cat "$work/log"
  exit 1
}
"$@" --place "host=$work/socket user=segc dbname=postgres"
