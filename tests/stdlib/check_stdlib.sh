#!/bin/sh
# The modules do what docs/stdlib.md says: their test blocks pass, every name of a module has a line in the page, and the ten
# segments over the sample orders are those that DuckDB computes.
#
#   check_stdlib.sh SOURCE_FOLDER SEGC QUERY
set -eu
source=$1
segc=$2
query=$3
failed=0

for project in "$source"/tests/stdlib/*.seg; do
  name=$(basename "$project" .seg)
  [ "$name" = rfm_orders ] && continue
  if "$segc" check "$project" && "$segc" test "$project"; then
    echo "ok $name"
  else
    echo "FAILED $name"
    failed=1
  fi
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
data=$source/examples/rfm/data
"$query" data="$data" as_of=2006-12-31 "$source/tests/stdlib/rfm_orders.sql" >"$work/wanted"
"$segc" run "$source/tests/stdlib/rfm_orders.seg" --data "$data" --as-of 2006-12-31 |
  awk '/^chain / { inside = 1; next } inside && $1 ~ /^rfm_/ { print $1 "\t" $2 }' >"$work/got"
if [ -s "$work/wanted" ] && diff -u "$work/wanted" "$work/got"; then
  echo "ok rfm_orders"
else
  echo "FAILED rfm_orders: not the winners that DuckDB computes"
  failed=1
fi

for name in $(sed -n 's/^\(metric\|segment\) \([a-z0-9_]*\).*/\2/p; s/^priority \([a-z0-9_]*\):.*/\1/p' "$source"/stdlib/*.seg); do
  grep -qF "\`$name\`" "$source/docs/stdlib.md" || {
    echo "FAILED docs/stdlib.md does not name $name"
    failed=1
  }
done
exit $failed
