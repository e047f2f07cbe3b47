#!/bin/sh
# What `segc check` proves, as a user meets it: check_proofs.sh SEGC SOURCE_FOLDER
# Which answers are right is worked out by hand here; tests/unit and tests/golden have more of them.
set -u
. "$2/tests/cli/commands.sh"

head='segc 1
timezone: "Europe/Berlin"
currency: EUR

customer from "customers" key id {
  country: text?
  email:   text personal
  plan:    one of ("free", "pro")
}

event purchase from "purchases" by customer at day {
  amount: money(EUR)
}

metric purchases = count(purchase)
metric recency = days_since(last(purchase))
'
# project NAME RULES: a folder with one file
project() {
  mkdir -p "$1"
  printf '%s%s\n' "$head" "$2" >"$1/rules.seg"
}

# Four segments, six pairs: free and pro apart, pro and buyers in a chain, free and buyers may overlap, and
# sleepers (last purchase 90 days ago or more) are apart from buyers (a purchase in 30 days), in the chain with
# pro, and allowed with free.
fine='
segment free { when: plan = "free"  decision: "a" }
segment pro { when: plan = "pro"  decision: "b" }
segment buyers { when: purchases >= 1 within 30d  decision: "c" }
segment sleepers { when: recency >= 90  decision: "d" }

priority lifecycle: sleepers > buyers > pro otherwise others
overlap: free with lifecycle
'
project fine "$fine"
answers 0 "$segc" check fine
has "4 segments, 1 chain, 1 event, 2 metrics in 1 file: no errors"
has "6 pairs of segments: 2 disjoint, 2 in a chain, 2 allowed to overlap; 0 unproved"
[ ! -s stderr ] || fail "nothing was to be said on stderr"
answers 0 "$segc" check fine --format json
has '"proofs":{"pairs":6,"disjoint":2,"inChain":2,"mayOverlap":2,"overlapping":0,"unproved":0,"open":0,"overlaps":[]}'
answers 0 "$segc" check fine --no-proofs
has "nothing was proved: --no-proofs"
hasnt "pairs of segments"
answers 0 "$segc" check fine --no-proofs --format json
hasnt '"proofs"'

# Two that meet: the places of both rules, the witness with the days that both rules allow, the help.
meeting='
segment buyers { when: purchases >= 1 within 30d  decision: "a" }
segment quiet { when: recency >= 30 and starts_with(email, "x")  decision: "b" }
'
project meeting "$meeting"
answers 1 "$segc" check meeting
has 'error[O201]: `buyers` and `quiet` can both match one customer, and nothing says which wins'
has "--> meeting/rules.seg:18:24"
has "--> meeting/rules.seg:19:23"
has "accepted by the reference evaluator and the compiled rules:"
has "  = help: say which one wins: \`priority lifecycle: buyers > quiet\`"
has "  = help: or allow customers in both: \`overlap: buyers with quiet\`"
has "1 pair of segments: 0 disjoint, 0 in a chain, 0 allowed to overlap, 1 overlapping although not allowed; 0 unproved"
# A value of a personal column is not shown, although it is made up.
has 'customer email (personal) set'
hasnt 'email "'
cp stderr first
answers 1 "$segc" check meeting
same first stderr
answers 0 "$segc" check meeting --no-proofs

# One segment has no pair; a rule that is one condition is shown once; who is compared with all is alone.
project lonely '
segment tall { when: lower(email) = "A"  decision: "a" }
'
answers 1 "$segc" check lonely
has "no two segments that can match, so no pairs to compare"
hasnt "this can never hold"
[ "$(grep -c '^ *18 | ' stderr)" -eq 1 ] || fail "the rule is to be shown once"
project ranked '
segment best { when: top(10%, purchases within 30d)  decision: "a" }
segment none { when: purchases = 0 within 30d  decision: "b" }
'
answers 1 "$segc" check ranked
has "note: this customer is the only one, and so the first of all and the last"

# All forms carry the second place.
answers 1 "$segc" check meeting --format json
has '"notes":[{"message":"the rule of `quiet`","file":"meeting/rules.seg","line":19,"column":23,'
has '"overlapping":1,"unproved":0,"open":0,"overlaps":[["buyers","quiet"]]'
has '"witness":{"as_of":"2026-06-01","customer":{"email":"(personal)"},"lists":[],"events":[{"event":"purchase","at":"2026-05-02","values":{}}]}}'
answers 1 "$segc" check meeting --format sarif
has '"relatedLocations":[{"id":1,"message":{"text":"the rule of `quiet`"},"physicalLocation":{"artifactLocation":{"uri":"meeting/rules.seg"},"region":{"startLine":19,"startColumn":23,'
has '{"id":"O201","shortDescription":{"text":"two segments with a common customer and no declared winner"},"defaultConfiguration":{"level":"error"}}'
answers 1 "$segc" check meeting --format github
has '::error file=meeting/rules.seg,line=18,col=24,title=O201%3A two segments with a common customer'
has 'note: the rule of `quiet` (meeting/rules.seg:19:23)'

# Each help that is a declaration settles the matter.
fixes() {
  "$segc" check "$1" --format json 2>/dev/null |
    grep -o '`\(priority\|overlap\|exclusive\)[^`]*`' | tr -d '`' | sort -u >fixes
  [ "$(wc -l <fixes)" -ge "$2" ] || fail "$2 helps with declarations were expected"
  while read -r fix; do
    project fixed "$3
$fix"
    answers 0 "$segc" check fixed
  done <fixes
}
fixes meeting 2 "$meeting"
chained='
segment pro { when: plan = "pro"  decision: "a" }
segment free { when: plan = "free" and country = "DE"  decision: "b" }
segment buyers { when: purchases >= 1 within 30d and plan = "pro"  decision: "c" }
'
project chained "$chained
priority plans: pro > free otherwise others"
answers 1 "$segc" check chained
has 'every customer of `buyers` matches `pro` too'
has "\`priority plans: buyers > pro > free otherwise others\`"
fixes chained 2 "$chained"

# A chain of a module cannot be changed: a chain beside it, or an overlap with all of it.
module='
use std.lifecycle
segment vip { when: sum(purchase.amount) ever > 1000  decision: "a" }
'
project module "$module"
answers 1 "$segc" check module
has '`priority lifecycle: vip > lifecycle_new > '
has '`overlap: vip with lifecycle_stage`'
"$segc" check module --format json 2>/dev/null | grep -o '`[^`]*lifecycle_stage`\|`priority[^`]*`' | tr -d '`' | sort -u >fixes
[ "$(wc -l <fixes)" -eq 2 ] || fail "two declarations settle all five pairs"
while read -r fix; do
  project fixed "$module
$fix"
  answers 0 "$segc" check fixed
done <fixes

# Only `check` proves: the others take the rules as they are.
printf 'id,country,email,plan\n1,DE,x@y,pro\n' >customers.csv
printf 'customer,day,amount\n1,2026-10-01,5.00\n' >purchases.csv
answers 0 "$segc" run meeting --data . --as-of 2026-11-01
answers 0 "$segc" test meeting
answers 0 "$segc" show meeting
answers 0 "$segc" explain quiet meeting --customer 1 --data . --as-of 2026-11-01

# Mistakes of the rules themselves come first, alone.
project wrong "$meeting
segment third { when: plan = \"prp\"  decision: \"c\" }"
answers 1 "$segc" check wrong
has "error[E204]"
hasnt "O201"
hasnt "pairs of segments"

# Sixty that meet each other: 50 pairs are shown, of the other 1,720 the names.
rules=
for i in $(seq 60); do
  rules="$rules
segment s$i { when: purchases >= $i within 30d or country = \"C$i\"  decision: \"d$i\" }"
done
project many "$rules"
answers 1 "$segc" check many
[ "$(grep -c '^error.O201' stderr)" -eq 51 ] || fail "51 errors were expected"
has "error[O201]: 1720 other pairs of segments can match one customer, and nothing says which wins"
has "1770 pairs of segments: 0 disjoint, 0 in a chain, 0 allowed to overlap, 1770 overlapping although not allowed; 0 unproved"
answers 1 "$segc" check many --format json
[ "$(grep -o '\["s[0-9]*","s[0-9]*"\]' stdout | wc -l)" -eq 1770 ] || fail "JSON lists all 1770 pairs"

# Answers are kept, and a file that is not what it was does no harm.
answers 1 "$segc" check meeting --proof-cache kept
[ -s kept/proofs ] || fail "answers were to be kept"
cp stderr first
answers 1 "$segc" check meeting --proof-cache kept
cmp -s stderr first || fail "a kept answer was told differently"
echo "no proofs at all" >kept/proofs
answers 1 "$segc" check meeting --proof-cache kept
cmp -s stderr first || fail "a damaged file made a difference"
answers 1 "$segc" check meeting --no-proof-cache
cmp -s stderr first || fail "a fresh answer was told differently"
answers 1 "$segc" check meeting --proof-cache /dev/null/kept

# The budget. What is given up is an error where a proof is needed, and never counted as proved.
answers 2 "$segc" check fine --proof-budget 0
has "is not a number from 1 to"
answers 2 "$segc" check fine --proof-budget much
answers 0 "$segc" check fine --proof-budget 20000000

# Interrupted: nothing is printed about proofs, whenever it comes.
"$segc" check many >stdout 2>stderr &
process=$!
kill -INT $process 2>/dev/null
wait $process
code=$?
command="segc check many, interrupted"
case $code in 1 | 130) passed=$((passed + 1)) ;; *) fail "exit code $code" ;; esac

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
