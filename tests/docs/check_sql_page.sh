#!/bin/sh
# docs/sql.md tells every reason why a dialect refuses something: those of compiler/sql/forms.def.
#
#   check_sql_page.sh ROOT
set -eu
root=$1
page=$root/docs/sql.md
reasons=$(mktemp)
trap 'rm -f "$reasons"' EXIT
grep '^SEG_FORM(' "$root/compiler/sql/forms.def" | grep -o '"![^"]*"' | sed 's/^"!//; s/"$//; s/\\"/"/g' |
  sort -u >"$reasons"
failed=0
while IFS= read -r reason; do
  grep -qF -- "$reason" "$page" || {
    echo "docs/sql.md does not say: $reason"
    failed=1
  }
done <"$reasons"
[ -s "$reasons" ] || failed=1
echo "$(wc -l <"$reasons") reasons"
exit $failed
