#!/bin/sh
# The examples say the truth: what segc prints, what their READMEs show and what DuckDB computes from
# the same files without segc are the same, to the customer.
#
#   check_examples.sh SOURCE_FOLDER SEGC QUERY
set -eu
export LC_ALL=C

source=$1
segc=$2
query=$3
here=$source/tests/examples
. "$here/commands.sh"

# The last line is about time, which differs from run to run.
without_seconds() { sed '/^[0-9.]* s: compile /d' | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'; }

# The block of a README that begins with "as of".
shown() { awk '/^```/ { inside = 0 } /^as of / { inside = 1 } inside' "$1"; }

# column, value, customers, share: of the summary for people ...
human_counts() {
  awk -v OFS='\t' '
    function row(name, value, members, share) { if (members + 0) print name, value, members, share }
    { sub(/\(no segment\)/, "(no-segment)"); sub(/\r$/, "") }
    /^as of / {
      print "customers", "", $4, ""; print "events", "", $6, ""; print "orphan_events", "", $8 + 0, ""
    }
    /^segments:/ { chain = "" }
    /^chain / { chain = $2; sub(/:$/, "", chain) }
    /^  [^ ]/ && chain == "" { row($1, "true", $2, $3) }
    /^  [^ ]/ && chain != "" { row(chain, $1 == "(no-segment)" ? "(no segment)" : $1, $2, $3) }' | sort
}

# ... and of the summary for tools, which has no number of events; shares are checked to 9 digits.
json_counts() {
  sed 's/[{]/\n{/g; s/\],/],\n/g; s/}/&\n/g' | awk -v OFS='\t' '
    function text(key) {
      return match($0, "\"" key "\":\"[^\"]*\"") ? substr($0, RSTART + length(key) + 4, RLENGTH - length(key) - 5) : ""
    }
    function number(key) {
      return match($0, "\"" key "\":[0-9.e+-]+") ? substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3) : ""
    }
    function row(name, value, members) { if (members + 0) print name, value, members }
    text("as_of") != "" {
      customers = number("customers")
      print "customers", "", customers; print "orphan_events", "", number("orphan_events")
    }
    text("segment") != "" { row(chain, text("segment"), number("members")); next }
    text("name") != "" && number("members") != "" {
      row(text("name"), "true", number("members"))
      error = number("share") * customers - number("members")
      if (error < -1e-9 * customers || error > 1e-9 * customers) print "share", text("name"), number("share")
      next
    }
    text("name") != "" { chain = text("name") }
    number("unmatched") != "" { row(chain, text("otherwise") == "" ? "(no segment)" : text("otherwise"), number("unmatched")) }' | sort
}

# example NAME KEY [MORE.sql]: MORE.sql prints a row for everything that is wrong.
example() {
  example=$1
  folder=$source/examples/$1
  as_of=$(cat "$folder/as-of")
  run() { "$segc" run "$folder" --data "$folder/data" --as-of "$as_of" "$@"; }
  ask() { "$query" data="$folder/data" as_of="$as_of" out="$work/out.csv" "$here/$example"_expected.sql "$@"; }

  run --out "$work/out.csv" >"$work/human" 2>"$work/stderr" || {
    cat "$work/stderr"
    echo "FAILED $1: run"
    failed=1
    return
  }
  run --format json >"$work/json" 2>/dev/null
  ask "$here/counts.sql" | sort >"$work/counts"

  without_seconds <"$work/human" >"$work/got"
  shown "$folder/README.md" >"$work/wanted"
  same "$1: the README shows what segc prints" "$work/wanted" "$work/got"

  human_counts <"$work/human" >"$work/got"
  same "$1: segc prints what DuckDB computes" "$work/counts" "$work/got"

  cut -f 1-3 "$work/counts" | grep -v '^events	' | sort >"$work/wanted"
  json_counts <"$work/json" >"$work/got"
  same "$1: so does the JSON form" "$work/wanted" "$work/got"

  : >"$work/wanted"
  ask "$here/compare.sql" >"$work/got"
  same "$1: every customer of --out" "$work/wanted" "$work/got"

  echo "$2" >"$work/wanted"
  head -n 1 "$work/out.csv" | cut -d , -f 1 >"$work/got"
  same "$1: the key has its own name" "$work/wanted" "$work/got"

  ask "$here/$1_facts.sql" >"$work/facts"
  says "$1" "$folder/README.md" "$work/facts"

  if [ $# -gt 2 ]; then
    : >"$work/wanted"
    ask "$here/$3" >"$work/got"
    same "$1: $3" "$work/wanted" "$work/got"
  fi
}

example rfm customer_id rfm_published.sql
example grocery household_id
example saas account_id
example b2b account

# made NAME SEED: the data are what the example's own program makes.
made() {
  mkdir "$work/$1"
  awk -f "$source/examples/$1/make_data.awk" -v seed="$2" -v folder="$work/$1"
  for file in "$work/$1"/*; do
    same "$1: $(basename "$file") comes from seed $2" "$source/examples/$1/data/$(basename "$file")" "$file"
  done
}

made saas 11
made b2b 5

# at NAME DAY: asked on another day, DuckDB still agrees about every customer.
at() {
  "$segc" run "$source/examples/$1" --data "$source/examples/$1/data" --as-of "$2" --out "$work/out.csv" \
    >/dev/null 2>&1
  : >"$work/wanted"
  "$query" data="$source/examples/$1/data" as_of="$2" out="$work/out.csv" "$here/$1_expected.sql" \
    "$here/compare.sql" >"$work/got"
  same "$1: every customer as of $2" "$work/wanted" "$work/got"
}

at rfm 2004-02-29
at grocery 2017-01-01 # no event exists yet
at grocery 2017-03-13 # clocks went forward the day before
at grocery 2017-11-06 # and back
at saas 2026-03-30 # clocks went forward the day before
at saas 2026-01-01 # a year, a quarter and a month begin
at b2b 2025-12-31

# What stands beside the rules about customers who are made up.
for name in rfm grocery saas b2b; do
  if "$segc" test "$source/examples/$name" >"$work/got"; then
    echo "ok $name: $(cat "$work/got")"
  else
    echo "FAILED $name: segc test"
    cat "$work/got"
    failed=1
  fi
done

# Published about household 208: it received 7 campaigns and redeemed 5 coupons in 2017.
"$segc" run "$here/household_208.seg" --data "$source/examples/grocery/data" --as-of 2018-01-01 \
  --out "$work/out.csv" >/dev/null
echo '208,true,true' >"$work/wanted"
grep '^208,' "$work/out.csv" >"$work/got" || :
same "grocery: household 208" "$work/wanted" "$work/got"

exit $failed
