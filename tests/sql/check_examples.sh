#!/bin/sh
# The examples as SQL: the emitted query, run by DuckDB over the same files, gives what `segc run` writes.
#
#   check_examples.sh SOURCE_FOLDER SEGC QUERY
set -eu
export LC_ALL=C
source=$1
segc=$2
query=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
failed=0

# tables FOLDER: each file is a table. Keys of CSV files are texts, and times have an offset.
tables() {
  for file in "$1"/*.csv "$1"/*.csv.gz; do
    [ -f "$file" ] || continue
    name=$(basename "$file" .gz)
    types="'household_id': 'VARCHAR', 'account_id': 'VARCHAR', 'account': 'VARCHAR', 'customer_id': 'VARCHAR'"
    case $file in
      *lines*) types="$types, 'transaction_timestamp': 'TIMESTAMPTZ', 'basket_id': 'VARCHAR', 'store_id': 'VARCHAR'" ;;
      *usage*) types="$types, 'at': 'TIMESTAMPTZ'" ;;
    esac
    header=$(case $file in *.gz) gzip -dc "$file" ;; *) cat "$file" ;; esac | head -n 1 | tr -d '"\r')
    kept=
    IFS=,
    for type in $types; do
      column=$(printf '%s' "$type" | sed "s/^ *'\([a-z_]*\)'.*/\1/")
      case ",$header," in *",$column,"*) kept="$kept${kept:+,}$type" ;; esac
    done
    unset IFS
    echo "create table \"${name%.csv}\" as from read_csv('$file', header = true${kept:+, types = {$kept\}});"
  done
}

# example NAME DAY
example() {
  folder=$source/examples/$1
  "$segc" run "$folder" --data "$folder/data" --as-of "$2" --out "$work/out.csv" >/dev/null 2>&1
  {
    tables "$folder/data"
    echo 'create table expected as'
    "$segc" emit sql "$folder" --dialect duckdb --as-of "$2" 2>/dev/null
  } >"$work/query.sql"
  if "$query" out="$work/out.csv" "$work/query.sql" "$source/tests/examples/compare.sql" >"$work/got" 2>&1 &&
    ! grep -q . "$work/got"; then
    echo "ok $1 as of $2: every customer"
  else
    echo "FAILED $1 as of $2"
    head -n 20 "$work/got"
    failed=1
  fi
}

for name in rfm grocery saas b2b; do
  example $name "$(cat "$source/examples/$name/as-of")"
done
example grocery 2017-03-13 # clocks went forward the day before
example saas 2026-01-01    # a year, a quarter and a month begin
# Times of a clock: in the night when it goes back, half past two is the first of two.
mkdir "$work/clock" "$work/clock/data"
cat >"$work/clock/rules.seg" <<'END'
segc 1
timezone: "Europe/Berlin"

customer from visit

event visit from "visits" by id at ts zone "Europe/Berlin" {
  page: text
}

segment hour { when: count(visit[page = "a"] then visit[page = "b"] within 1h) >= 1 ever decision: "1" }
segment two_hours { when: count(visit[page = "a"] then visit[page = "b"] within 2h) >= 1 ever decision: "2" }
segment day { when: count(visit[page = "a"] then visit[page = "b"] within 24h) >= 1 ever decision: "3" }
segment recent { when: count(visit) >= 2 within 23h decision: "4" }
overlap: hour with two_hours, day, recent
overlap: two_hours with day, recent
overlap: day with recent
END
cat >"$work/clock/data/visits.csv" <<'END'
id,ts,page
k1,2026-10-25T02:30:00,a
k1,2026-10-25T03:30:00,b
k2,2026-10-25T01:59:59,a
k2,2026-10-25T02:00:00,b
k3,2026-10-25T02:00:00,a
k3,2026-10-25T03:00:00,b
k4,2026-03-29T02:30:00,a
k4,2026-03-29T03:30:00,b
k5,2026-03-29T01:30:00,a
k5,2026-03-29T03:00:00,b
k6,2026-10-24T01:00:00,a
k6,2026-10-25T02:30:00,b
END
(
  "$segc" run "$work/clock" --data "$work/clock/data" --as-of 2026-10-26 --out "$work/out.csv" --allow-no-decision
) >/dev/null 2>&1
for day in 2026-10-26 parameter; do
  {
    tables "$work/clock/data"
    echo 'create table expected as'
    if [ $day = parameter ]; then
      "$segc" emit sql "$work/clock" --dialect duckdb | sed "s/[$]as_of/'2026-10-26'/g"
    else
      "$segc" emit sql "$work/clock" --dialect duckdb --as-of $day
    fi
  } 2>/dev/null >"$work/query.sql"
  if "$query" out="$work/out.csv" "$work/query.sql" "$source/tests/examples/compare.sql" >"$work/got" 2>&1 &&
    ! grep -q . "$work/got"; then
    echo "ok times of a clock, as of $day"
  else
    echo "FAILED times of a clock, as of $day"
    head -n 20 "$work/got"
    failed=1
  fi
done

# Times that are texts could be anything: the query ends.
{
  echo "create table \"visits\" as from read_csv('$work/clock/data/visits.csv', all_varchar = true);"
  "$segc" emit sql "$work/clock" --dialect duckdb --as-of 2026-10-26 2>/dev/null
} >"$work/query.sql"
if ! "$query" "$work/query.sql" >"$work/got" 2>&1 && grep -q 'ts is no date and no time' "$work/got"; then
  echo "ok times as texts are refused"
else
  echo "FAILED times as texts are refused"
  head -n 20 "$work/got"
  failed=1
fi
exit $failed
