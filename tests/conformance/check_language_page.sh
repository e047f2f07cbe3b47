#!/bin/sh
# The first program of docs/language.md is one: segc check finds nothing in it.
#
#   check_language_page.sh ROOT SEGC
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
awk '/^```/ { if (inside) exit; inside = 1; next } inside' "$1/docs/language.md" >"$work/page.seg"
grep -q '^segment' "$work/page.seg" || {
  echo "docs/language.md: its first block is no program" >&2
  exit 1
}
# Warnings count too: what people copy should be without them.
status=0
"$2" check --format json "$work/page.seg" >"$work/found" || status=$?
if [ "$status" -ne 0 ] || grep -q '"code"' "$work/found"; then
  "$2" check "$work/page.seg" >&2 || true
  exit 1
fi
