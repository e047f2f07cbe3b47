#!/bin/sh
# Everything that is read has a limit, and says so: check_limits.sh SEGC SOURCE_FOLDER
# Each case is a little over its limit, and the one before it a little below where that is cheap. Nothing takes more than
# a few seconds or 2 GB.
set -u
. "$(dirname "$0")/../cli/commands.sh"
# A missing limit ends here, not in the machine; a build with sanitizers does not even start like this.
if (ulimit -v 8000000 && "$segc" version) >/dev/null 2>&1; then ulimit -v 8000000; fi

head='segc 1
timezone: "UTC"
currency: EUR
customer from "customers" key id { name: text
  n: int }'

# rules FILE CONDITION: one segment with it.
rules() {
  printf '%s\nsegment s { when: %s decision: "d" }\n' "$head" "$2" >"$1"
}

# many TEXT COUNT: the text so often.
many() {
  awk -v text="$1" -v count="$2" 'BEGIN { for (i = 0; i < count; i++) printf "%s", text }'
}

# --- nesting ---
rules nested.seg "$(many '(' 200)n > 1$(many ')' 200)"
answers 0 timeout 20 "$segc" check nested.seg
for deep in 300 100000; do
  rules nested.seg "$(many '(' $deep)n > 1$(many ')' $deep)"
  answers 1 timeout 20 "$segc" check nested.seg
  has '256'
done

# --- the size of a file ---
{ echo "$head"; many '# a long comment, a long comment, a long comment, a long comment
' 300000; } >large.seg
answers 2 timeout 20 "$segc" check large.seg
has 'D011'
has 'larger than 16 MiB'

# --- how many files, how deep ---
mkdir many
rules many/a.seg 'n > 1'
(cd many && seq 10000 | sed 's/$/.seg/' | xargs touch)
answers 2 timeout 20 "$segc" check many
has 'D013'
has 'more than 10000 rule files'
deep=$(many 'd/' 70)
mkdir -p "deep/$deep"
rules "deep/${deep}a.seg" 'n > 1'
answers 2 timeout 20 "$segc" check deep
has 'D013'
has 'more than 64 folders deep'

# --- patterns ---
rules pattern.seg 'matches(name, "(a|b)*c")'
answers 0 timeout 20 "$segc" check pattern.seg
for pattern in '((((a{1,200}){1,200}){1,200}){1,200})' "$(many '(a|b)?' 20000)" '(a|b)*a(a|b){60}'; do
  rules pattern.seg "matches(name, \"$pattern\")"
  answers 1 timeout 20 "$segc" check pattern.seg
  has 'error[E'
done

# --- the solver: an answer that is not found in time is no answer ---
rules budget.seg 'n * n * n = 12345678901 and n > 3'
printf 'segment t { when: n * n * n * n = 98765432101 + n and n > 2 decision: "e" }\n' >>budget.seg
timeout 60 "$segc" check budget.seg --proof-budget 1 >stdout 2>stderr
code=$?
command='check with a budget of 1'
if [ "$code" -le 1 ]; then passed=$((passed + 1)); else fail "exit code $code"; fi

# --- memory ---
rules run.seg 'n > 1'
mkdir data
{ echo 'id,name,n'; seq 300000 | sed 's/.*/k&,somebody with a name,&/'; } >data/customers.csv
answers 0 timeout 60 "$segc" run run.seg --data data --as-of 2026-11-01 --memory 2GB
answers 2 timeout 60 "$segc" run run.seg --data data --as-of 2026-11-01 --memory 4MB --out out.csv
hasnt 'internal'
if [ ! -e out.csv ]; then passed=$((passed + 1)); else fail 'there is an output'; fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
