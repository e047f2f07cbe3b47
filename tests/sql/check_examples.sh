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
exit $failed
