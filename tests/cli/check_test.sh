#!/bin/sh
# Tests of rules: check_test.sh SEGC SOURCE_FOLDER
# The expected lines were worked out by hand, not copied from an output.
set -u
. "$(dirname "$0")/commands.sh"

# --- a shop and its tests ---

mkdir shop
cat >shop/rules.seg <<'END'
segc 1
timezone: "Europe/Berlin"
currency: EUR

customer from "customers" key id {
  country: text?
  email:   text? personal
  age:     int? personal
  active:  bool
  where active
}

event purchase from "purchases" by customer at ts zone "UTC" {
  order:  text
  amount: money
  number: int
  kind:   one of ("sale", "gift")
  value = amount * number
  where amount > 0
  unique by order
}

metric purchases = count(purchase[kind = "sale"])

segment vip "Best" {
  when: purchases >= 2 within 90d and (country = "DE" or sum(purchase.value) ever > 100)
  decision: "early access"
}
segment near {
  when: not (ends_with(email, "@example.org") and age > 30) and email is known and age is known
  decision: "leaflet"
}
segment unseen { when: country = "AT" decision: "nothing" }
END
cat >shop/tests.seg <<'END'
segc 1

test "two sales" as of 2026-11-01 {
  customer { active: true, country: "DE" }
  purchase { at: 2026-08-03, order: "1", amount: 10, number: 1, kind: "sale" }
  purchase { at: 2026-10-31, order: "2", amount: 10, number: 1, kind: "sale" }
  expect vip
}

test "a gift is no sale" as of 2026-11-01 {
  customer { active: true, country: "DE" }
  purchase { at: 2026-08-03, order: "1", amount: 10, number: 1, kind: "sale" }
  purchase { at: 2026-10-31, order: "2", amount: 10, number: 1, kind: "gift" }
  reject vip
}
END

answers 0 "$segc" test shop
echo '2 tests with 2 claims passed' >want
same want
answers 0 "$segc" test shop/rules.seg shop/tests.seg --filter gift
echo '1 test with 1 claim passed' >want
same want
answers 2 "$segc" test shop --filter Gift
has 'error: no test has `Gift` in its title'
answers 2 "$segc" test shop --format html
has 'none of human, json, junit'
answers 2 "$segc" test nowhere
answers 0 "$segc" test --help
has 'usage: segc test'

# Without a path: the folder we are in. Without a test: nothing fails.
command='cd shop && segc test'
(cd shop && "$segc" test) >stdout 2>stderr || fail 'the folder itself'
has '2 tests with 2 claims passed'
mkdir untested
cp shop/rules.seg untested
answers 0 "$segc" test untested
echo 'no tests' >want
same want
answers 0 "$segc" test untested --format json
echo '{"passed":0,"failed":0,"refused":0,"tests":[],"coverage":null}' >want
same want

# --- coverage: every clause at every level, and the whole rule ---
# vip: the rule, its two clauses and the two parts of the second: 5 clauses. Test 1: in it; sales; DE; not over 100.
# Test 2: outside; no two sales; DE; not over 100. Seen: rule 2, sales 2, the group true, DE true, sum false = 7 of 10.
# near: the rule, the negation, the group in it with 2 parts, and 2 clauses: 7 of which none is seen. unseen: 1.
cat >want <<'END'
2 tests with 2 claims passed
coverage: 7 of 26 outcomes (26%); a clause has two: true and false
  vip (shop/rules.seg:25)
    line 26, never false: country = "DE" or sum(purchase.value) ever > 100
    line 26, never false: country = "DE"
    line 26, never true: sum(purchase.value) ever > 100
  near (shop/rules.seg:29)
    no test names it
  unseen (shop/rules.seg:33)
    no test names it
END
answers 0 "$segc" test shop --coverage
same want
answers 0 "$segc" test shop --coverage --format json
has '"coverage":{"outcomes":26,"seen":7,"segments":[{"segment":"vip","file":"shop/rules.seg","line":25,"claims":2,"clauses":['
has '{"text":"purchases >= 2 within 90d","file":"shop/rules.seg","line":26,"depth":1,"times_true":1,"times_false":1}'
has '{"text":"sum(purchase.value) ever > 100","file":"shop/rules.seg","line":26,"depth":2,"times_true":0,"times_false":2}'

# `member` is one clause: clubby has the rule, `member(vip)` and the country; seen are true for all, and false for none.
mkdir club
cat shop/rules.seg - >club/rules.seg <<'END'
segment clubby { when: member(vip) and country is known decision: "club" }
END
cat >club/tests.seg <<'END'
segc 1
test "in the club" as of 2026-11-01 {
  customer { active: true, country: "DE" }
  purchase { at: 2026-08-03, order: "1", amount: 10, number: 1, kind: "sale" }
  purchase { at: 2026-10-31, order: "2", amount: 10, number: 1, kind: "sale" }
  expect clubby
}
END
answers 0 "$segc" test club --coverage
has 'coverage: 3 of 32 outcomes'
has '    line 34, never false: member(vip)'
has '    line 34, never false: country is known'

# --- failures ---
# 90 days before 1 November is 3 August. 22:59 UTC on 1 August is 2 August in Berlin: 91 days before.

mkdir failing
{ cat shop/rules.seg; printf 'overlap: vip with near, unseen\noverlap: near with unseen\n'; } >failing/rules.seg
cat >failing/tests.seg <<'END'
segc 1

test "a <day> & \"more\"" as of 2026-11-01 {
  customer { active: true, country: "AT", email: "ada@example.org", age: 4711 }
  purchase { at: "2026-08-01 22:59", order: "1", amount: 10, number: 1, kind: "sale" }
  purchase { at: 2026-10-31, order: "2", amount: 10, number: 2, kind: "sale" }
  purchase { at: 2026-10-30, order: "2", amount: 99, number: 2, kind: "sale" }
  purchase { at: 2026-10-29, order: "3", amount: 0, number: 2, kind: "sale" }
  purchase { at: 2026-11-01, order: "4", amount: 99, number: 2, kind: "sale" }
  expect vip
  expect near
  expect unseen
}
test "passes" as of 2026-11-01 {
  customer { active: true }
  reject vip
}
test "inactive" as of 2026-11-01 {
  customer { active: false }
  expect vip
}
test "too large" as of 2026-11-01 {
  customer { active: true }
  purchase { at: 2026-08-03, order: "1", amount: 900_000_000_000_000, number: 1_000_000, kind: "sale" }
  reject vip
}
END
cat >first <<'END'
expect vip: the customer is not in it
  no  all of: purchases >= 2 within 90d and (country = "DE" or sum(purchase.value) ever > 100)
      no  purchases >= 2 within 90d
          purchases = 1  (number of purchases whose kind is "sale" in the last 90 complete days: 2026-08-03 to 2026-10-31)
            2026-10-31       1 day  ago
            4 did not count: 1 outside the window, 1 on or after the as-of date, 1 refused by `where`, 1 repeated
      no  any of: country = "DE" or sum(purchase.value) ever > 100
          no  country = "DE"
              country = "AT"
          no  sum(purchase.value) ever > 100
              sum(purchase.value) ever = 30.00 EUR  (total value of purchases over all time: until 2026-10-31)
                2026-10-31       1 day  ago  20.00 EUR
                2026-08-02      91 days ago  10.00 EUR
                3 did not count: 1 on or after the as-of date, 1 refused by `where`, 1 repeated
expect near: the customer is not in it
  no  all of: not (ends_with(email, "@example.org") and age > 30) and email is known and age is known
      no  not: not (ends_with(email, "@example.org") and age > 30)
          yes all of: ends_with(email, "@example.org") and age > 30
              yes ends_with(email, "@example.org")
                  email = (personal)
              yes age > 30
                  age = (personal)
      yes email is known
          email = (personal)
      yes age is known
          age = (personal)
END
answers 1 "$segc" test failing
{
  printf 'failed: a <day> & "more"\n  failing/tests.seg:3, as of 2026-11-01\n'
  sed 's/^/  /' first
  cat <<'END'

failed: inactive
  failing/tests.seg:18, as of 2026-11-01
  expect vip: there is no such customer, because the `where` of the customer does not let it in

failed: too large
  failing/tests.seg:22, as of 2026-11-01
END
} >want
head -n "$(wc -l <want)" stdout >beginning
mv stdout whole
mv beginning stdout
same want
mv whole stdout
has '  a run refuses these rows: '
has '3 of 4 tests failed'
hasnt 'ada@example.org'
hasnt '4711'

answers 1 "$segc" test failing --format junit
{
  cat <<'END'
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="segc test" tests="4" failures="2" errors="1" skipped="0">
  <testsuite name="failing/tests.seg" tests="4" failures="2" errors="1" skipped="0">
    <testcase name="a &lt;day&gt; &amp; &quot;more&quot;" classname="failing/tests.seg" file="failing/tests.seg" line="3">
END
  printf '      <failure message="expect vip: the customer is not in it">'
  sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g' first
  cat <<'END'
</failure>
    </testcase>
    <testcase name="passes" classname="failing/tests.seg" file="failing/tests.seg" line="14"/>
    <testcase name="inactive" classname="failing/tests.seg" file="failing/tests.seg" line="18">
      <failure message="expect vip: there is no such customer, because the `where` of the customer does not let it in">expect vip: there is no such customer, because the `where` of the customer does not let it in
</failure>
    </testcase>
    <testcase name="too large" classname="failing/tests.seg" file="failing/tests.seg" line="22">
END
} >want
head -n "$(wc -l <want)" stdout >beginning
mv stdout whole
mv beginning stdout
same want
mv whole stdout
has '      <error message="a run refuses these rows: '
has '</testsuites>'
hasnt 'ada@example.org'

answers 1 "$segc" test failing --format json
has '{"passed":1,"failed":2,"refused":1,"tests":[{"title":"a <day> & \"more\"","file":"failing/tests.seg","line":3,"as_of":"2026-11-01","outcome":"failed","refusal":null,"no_customer":null,"claims":[{"segment":"vip","expected":true,"member":false,"holds":false,"file":"failing/tests.seg","line":10,"rule":{"kind":"all",'
has '{"segment":"unseen","expected":true,"member":true,"holds":true,"file":"failing/tests.seg","line":12,"rule":null}'
has '"outcome":"refused"'
hasnt 'ada@example.org'

# Characters that XML does not have.
mkdir odd
cp shop/rules.seg odd
printf 'segc 1\ntest "odd \\u{1}\\u{ffff}\\n\\t." as of 2026-11-01 { customer { active: true } reject vip }\n' >odd/tests.seg
answers 0 "$segc" test odd --format junit
has "name=\"odd $(printf '\357\277\275\357\277\275')&#10;&#9;.\""

# --- mistakes in tests are mistakes of the rules; tests that fail are not ---

answers 0 "$segc" check failing
printf 'id,active,country,email,age\n1,true,DE,,\n' >customers.csv
printf 'customer,ts,order,amount,number,kind\n1,2026-10-01 10:00,1,10,1,sale\n' >purchases.csv
answers 0 "$segc" run failing --source customers=customers.csv --source purchases=purchases.csv --as-of 2026-11-01
mkdir mistaken
sed 's/country: "DE"/contry: "DE"/; s/kind: "gift"/kind: "lift"/' shop/tests.seg >mistaken/tests.seg
cp shop/rules.seg mistaken
for verb in test check; do
  answers 1 "$segc" "$verb" mistaken
  has 'error[E101]: the customer has no column `contry`'
  has 'error[E204]: "lift" is not a value of this column'
  has '3 errors'
  hasnt 'passed'
done

# Whatever is left of a test when a piece of it is gone: an answer, never a crash.
lines=$(wc -l <failing/tests.seg)
mkdir broken
cp shop/rules.seg broken
n=1
while [ "$n" -le "$lines" ]; do
  sed "${n}d" failing/tests.seg >broken/tests.seg
  "$segc" test broken >stdout 2>stderr
  code=$?
  command="segc test, without line $n"
  if [ "$code" -le 1 ]; then passed=$((passed + 1)); else fail "exit code $code"; fi
  n=$((n + 1))
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
