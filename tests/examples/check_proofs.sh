#!/bin/sh
# What `segc check` proves about the examples is what counting says: check_proofs.sh SOURCE_FOLDER SEGC QUERY
#
# The ten segments of examples/rfm ask for ranges of three scores from 1 to 5, so there are 125 cells, and SQL can
# count which pairs share one and which cells no segment takes. segc proves the same about the rules: over orders,
# days and amounts, of which the scores are made.
set -eu
export LC_ALL=C
source=$1
segc=$2
query=$3
here=$source/tests/examples
. "$here/commands.sh"

# count SQL: a row a line
count() { printf '%s\n' "$1" >"$work/select.sql" && "$query" "$here/rfm_cells.sql" "$work/select.sql"; }

# proved PROJECT: what is found, as JSON
proved() { "$segc" check "$1" --format json >"$work/json" 2>/dev/null || [ $? -eq 1 ]; }

# codes: code, and the segment the message begins with
codes() { sed 's/{"code"/\n&/g' "$work/json" | sed -n 's/^{"code":"\([A-Z0-9]*\)".*"message":"`\([a-z_0-9]*\)`.*/\1 \2/p'; }

# With the chain nothing is in the way: only the gap and the length of the chain are told.
proved "$source/examples/rfm"
printf 'O211\nW501\n' >"$work/wanted"
grep -o '"code":"[A-Z0-9]*"' "$work/json" | sed 's/.*:"//; s/"//' | sort >"$work/got"
same "rfm: with its chain" "$work/wanted" "$work/got"

# Without it, 24 of 45 pairs are in each other's way.
mkdir "$work/pairs" "$work/cells"
sed '/^priority rfm/,$d' "$source/examples/rfm/rfm.seg" >"$work/pairs/rfm.seg"
proved "$work/pairs"
count 'select first, second from pairs;' | tr '\t' ' ' | sort >"$work/wanted"
sed -n 's/.*"overlaps":\[\(\[.*\]\)\].*/\1/p' "$work/json" | sed 's/\],\[/\n/g' | tr -d '["]' | tr ',' ' ' | sort >"$work/got"
same "rfm: pairs that can share a customer" "$work/wanted" "$work/got"
codes | sed -n 's/^O201 //p' | sort | uniq -c | awk '{ print $2, $1 }' >"$work/got"
cut -d ' ' -f 1 "$work/wanted" | uniq -c | awk '{ print $2, $1 }' >"$work/pairs.count"
same "rfm: each of them is reported" "$work/pairs.count" "$work/got"

# A segment for each cell, of those whom no other segment takes: it is empty when the cell is taken.
awk '
  { print }
  /^segment / { others = others " and (not member(" $2 "))" }
  END {
    for (r = 1; r <= 5; r++) for (f = 1; f <= 5; f++) for (m = 1; m <= 5; m++)
      printf "segment cell_%d%d%d { when: r = %d and f = %d and m = %d%s decision: \"%d%d%d\" }\n",
        r, f, m, r, f, m, others, r, f, m
  }' "$work/pairs/rfm.seg" >"$work/cells/rfm.seg"
proved "$work/cells"
count 'select cell from untaken;' | sort >"$work/untaken"
seq 111 555 | grep -v '[06-9]' | comm -23 - "$work/untaken" >"$work/wanted"
codes | sed -n 's/^O203 cell_//p' | sort >"$work/got"
same "rfm: cells that some segment takes" "$work/wanted" "$work/got"

# In grocery every pair shares a household of the data, as of one day or another: none is apart. The chains order the
# pairs that stand in one line of `>`, and the rest is allowed.
for day in 2017-09-01 2018-03-01; do
  "$query" data="$source/examples/grocery/data" as_of=$day "$here/grocery_expected.sql" "$here/grocery_pairs.sql"
done | sort -u >"$work/shared"
awk -v shared="$(wc -l <"$work/shared")" '
  /^segment / { segments++ }
  { sub(/^priority [a-z_]*:/, ""); sub(/ otherwise .*/, "") }
  /^ *[a-z_0-9]+( > [a-z_0-9]+)+$/ { members = split($0, parts, " > "); chained += members * (members - 1) / 2 }
  END {
    pairs = segments * (segments - 1) / 2
    printf "%d pairs of segments: %d disjoint, %d in a chain, %d allowed to overlap; 0 unproved\n",
      pairs, pairs - shared, chained, shared - chained
  }' "$source/examples/grocery/segments.seg" >"$work/wanted"
"$segc" check "$source/examples/grocery" | grep '^[0-9]* pairs' >"$work/got" || :
same "grocery: no pair is apart" "$work/wanted" "$work/got"
says grocery "$source/examples/grocery/README.md" "$work/wanted"

# The next version of the rules puts a smaller segment behind a larger one.
proved "$source/examples/rfm_next"
echo 'O204 cant_lose_them' >"$work/wanted"
codes | grep '^O20' >"$work/got" || :
same "rfm_next: a segment that never wins" "$work/wanted" "$work/got"

# The other examples say who wins wherever segments can meet, and declare nothing in vain.
: >"$work/wanted"
for name in grocery saas b2b; do
  proved "$source/examples/$name"
  grep -o '"code":"[A-Z0-9]*"' "$work/json" | grep -v O213 >"$work/got" || :
  same "$name: nothing but what stays unproved" "$work/wanted" "$work/got"
done

# The README shows these facts.
count "select '| ' || first || ' | ' || string_agg(second, ', ' order by p.position) || ' |'
       from pairs join ranges p on p.name = second join ranges o on o.name = first group by first, o.position order by o.position;
       select string_agg(cell, ', ' order by cell) || ' (recency, frequency, money)' from untaken;
       select format('{} of the 45 pairs', count(*)) from pairs;" >"$work/facts"
says rfm "$source/examples/rfm/README.md" "$work/facts"

exit $failed
