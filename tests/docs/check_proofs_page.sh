#!/bin/sh
# docs/proofs.md is complete: check_proofs_page.sh ROOT
# Every reason that compiler/prove gives for an unproved answer stands in the table of what is not exact, and no other
# does; every code of a finding of proofs stands on the page with its severity.
set -eu
root=$1
page=$root/docs/proofs.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

cat "$root"/compiler/prove/*.c >"$work/sources"
grep -o '"\(it\|its\|too many\|no customer\|the solver\) [a-z][a-z0-9'"'"' ]*"' "$work/sources" |
  grep -v 'the solver of the proofs' | tr -d '"' | sort -u >"$work/reasons"
[ "$(wc -l <"$work/reasons")" -gt 10 ] || { echo "compiler/prove: no reasons found"; exit 1; }
sed -n '/^| because |/,/^$/ { /^| [a-z]/ { /^| because/d; s/^| \([^|]*\) |.*/\1/; s/, \(it\|too\|the\) /\n\1 /g; p } }' \
  "$page" | sort -u >"$work/told"
diff "$work/reasons" "$work/told" >"$work/difference" || {
  echo "proofs.md, the table of what is not exact (<: given by compiler/prove, >: told):"
  grep '^[<>]' "$work/difference"
  failures=$((failures + 1))
}

sed -n 's/^SEG_DIAG([A-Z_]*, "\(O[0-9]*\)", SEG_\([A-Z]*\), .*/\1 \2/p' "$root/compiler/diag/diagnostics.def" |
  tr 'A-Z' 'a-z' | sed 's/^o/O/' >"$work/codes"
[ -s "$work/codes" ] || { echo "diagnostics.def: no codes found"; exit 1; }
while read -r code severity; do
  grep -qF "| [$code](diagnostics/$code.md) $severity |" "$page" || {
    echo "proofs.md: this row is missing: | [$code](diagnostics/$code.md) $severity |"
    failures=$((failures + 1))
  }
done <"$work/codes"

echo "$(wc -l <"$work/reasons") reasons, $(wc -l <"$work/codes") codes, $failures problems"
[ "$failures" -eq 0 ]
