#!/bin/sh
# Places among all customers: what segc says and what SQL says are the same.
#
#   check_ranks.sh SOURCE_FOLDER SEGC QUERY
set -eu
export LC_ALL=C
source=$1
here=$source/tests/ranks
segc=$2
query=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
failed=0

# compare SEED CUSTOMERS KEYS: keys are `text` or `number`
compare() {
  if [ "$3" = text ]; then key=id; else key='id::bigint as id'; fi
  cat >"$work/write.sql" <<END
copy (select * replace ($key) from customers) to '$work/customers.parquet';
copy (select * replace ($key) from lines) to '$work/lines.parquet';
END
  [ "$3" = text ] && sed -i 's/ replace (id)//' "$work/write.sql"
  "$query" seed="$1" customers="$2" keys="$3" "$here/customers.sql" "$work/write.sql"
  "$segc" run "$here/ranks.seg" --source customers="$work/customers.parquet" --source lines="$work/lines.parquet" \
    --as-of 2026-06-01 --out "$work/out.csv" >"$work/summary" 2>"$work/messages" || {
    cat "$work/messages"
    failed=1
    return
  }
  "$query" seed="$1" customers="$2" keys="$3" out="$work/out.csv" "$here/customers.sql" "$here/expected.sql" >"$work/differences"
  if [ -s "$work/differences" ]; then
    echo "FAILED seed $1, $2 customers, keys are $3"
    cat "$work/differences"
    failed=1
  else
    echo "ok seed $1, $2 customers, keys are $3"
  fi
}

# The quintiles that were published: 995 customers, and none on the wrong side of a cut.
"$segc" run "$here/published.seg" --source orders="$source/examples/rfm/data/orders.csv" --as-of 2006-12-31 \
  --out "$work/out.csv" >"$work/summary" 2>"$work/messages" || cat "$work/messages"
wrong=$(awk -F, 'NR > 1 { n++; if ($(NF - 2) == "true" || $(NF - 1) == "true" || $NF != "true") wrong++ }
  END { print (n == 995) ? wrong + 0 : "no customers" }' "$work/out.csv")
if [ "$wrong" = 0 ]; then
  echo "ok published quintiles"
else
  echo "FAILED published quintiles: $wrong"
  failed=1
fi

seed=${SEGC_SEED:-20261122}
compare "$seed" 1000 text
compare "$seed" 1000 number
compare "$((seed + 1))" 20000 text
compare "$((seed + 2))" 13 number
compare "$((seed + 3))" 1 text
exit $failed
