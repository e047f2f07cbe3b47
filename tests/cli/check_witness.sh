#!/bin/sh
# `segc check --witness-tests`: check_witness.sh SEGC SOURCE_FOLDER
# Every customer that shows a finding is written as a test, and the rules agree with all of them.
set -u
. "$2/tests/cli/commands.sh"

mkdir shop
cat >shop/rules.seg <<'END'
segc 1
timezone: "Europe/Berlin"
currency: EUR

customer from "customers" key id {
  country:    text?
  email:      text? personal
  plan:       one of ("free", "pro")
  `odd name`: int
  joined:     date
}

event purchase from "purchases" by customer at ts zone "UTC" {
  order:   text
  amount:  money
  channel: one of ("web", "store")
  where amount > 0
  unique by order
}

metric purchases = count(purchase)
metric aov       = avg(purchase.amount)

segment vip { when: purchases >= 2 within 90d and aov ever > 80  decision: "a" }
segment lapsing { when: purchases >= 1 ever and days_since(last(purchase)) >= 30  decision: "b" }
segment mail { when: starts_with(email, "a\"b") and days_since(joined) > 3  decision: "c" }
segment `or` { when: `odd name` < -3 and country is missing  decision: "d" }
segment stores { when: count(purchase[channel = "store"]) >= 3 in this month  decision: "e" }

priority lifecycle: vip > stores
exclusive: mail, `or`

test "vip and lapsing meet" as of 2026-01-01 {
  reject vip
}
END
answers 1 "$segc" check shop --witness-tests shop/witnesses.seg
has "error[O201]"
has "error[O202]"
has "warning[O211]"
# Nine pairs outside of the chain, and the customer whom the chain leaves out.
[ "$(grep -c '^test ' shop/witnesses.seg)" -eq 10 ] || fail "ten tests were expected"
grep -q '^test "vip and lapsing meet (2)" as of 2026-06-01 {' shop/witnesses.seg ||
  fail "a title that is free was expected"
grep -q '^test "mail and or are not exclusive"' shop/witnesses.seg || fail "what is shown is said"
grep -q '^test "no segment of lifecycle takes this customer"' shop/witnesses.seg || fail "the gap"
cat >wanted <<'END'
test "vip and lapsing meet (2)" as of 2026-06-01 {
  purchase { at: 2026-05-01, order: "1", amount: 80 EUR }
  purchase { at: 2026-05-02, order: "2", amount: 81 EUR }
  expect vip
  expect lapsing
}
END
sed -n '/^test "vip and lapsing/,/^}/p' shop/witnesses.seg >found
same wanted found
answers 0 "$segc" test shop
has "11 tests with 21 claims passed"
answers 0 "$segc" fmt --check shop/witnesses.seg

# Written again over itself: the same bytes, for its own titles are free.
cp shop/witnesses.seg before.seg
answers 1 "$segc" check shop --witness-tests shop/witnesses.seg
same before.seg shop/witnesses.seg

# Nothing to show: a file without tests.
cat >fine.seg <<'END'
segc 1
timezone: "UTC"

customer from "customers" key id {
  age: int
}

segment young { when: age < 30  decision: "a" }
segment older { when: age >= 30  decision: "b" }
END
answers 0 "$segc" check fine.seg --witness-tests none.seg
[ "$(grep -c '^test ' none.seg)" -eq 0 ] || fail "no test was expected"
answers 0 "$segc" check fine.seg none.seg

# Mistakes.
answers 2 "$segc" check fine.seg --witness-tests tests.txt
has "is no rule file"
answers 2 "$segc" check fine.seg --no-proofs --witness-tests tests.seg
has "without proofs there is nobody to write"
answers 2 "$segc" check fine.seg --witness-tests absent/tests.seg
[ ! -e tests.seg ] && [ ! -e tests.txt ] || fail "nothing was to be written"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
