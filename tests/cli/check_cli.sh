#!/bin/sh
# The command line as a user meets it: check_cli.sh SEGC SOURCE_FOLDER
# Every mistake gives one clear message, the right exit code and no output file.
set -u
. "$(dirname "$0")/commands.sh"

# expect CODE TEXT COMMAND...: the exit code, and a text (fixed, on stderr or stdout) that must appear. For
# codes other than 0, exactly one error must be reported and no out.* file may be left.
expect() {
  want=$1 text=$2
  shift 2
  command="$*"
  rm -f out.*
  "$@" >stdout 2>stderr </dev/null
  code=$?
  errors=$(grep -c '^error' stderr)
  if [ "$code" -ne "$want" ]; then
    fail "exit code $want was expected"
  elif ! grep -qF -- "$text" stdout stderr; then
    fail "this text was expected: $text"
  elif [ "$want" -ne 0 ] && [ "$want" -ne 130 ] && [ "$errors" -ne 1 ]; then
    fail "exactly one error was expected, not $errors"
  elif [ "$want" -ne 0 ] && ls out.* >/dev/null 2>&1; then
    fail "an output file was left behind"
  elif ls .out.* >/dev/null 2>&1; then
    fail "a temporary file was left behind"
  else
    passed=$((passed + 1))
  fi
}

# A small project that works, and data for it.
mkdir -p good data
cat >good/rules.seg <<'END'
segc 1
timezone: "Europe/Berlin"
currency: EUR

customer from "customers" key id {
  country: text?
  plan:    one of ("free", "pro")
}

event purchase from "purchases" by customer at day {
  amount: money(EUR)
}

metric purchases = count(purchase)
metric aov = avg(purchase.amount) ever

segment vip { when: purchases >= 2 within 90d and aov > 80  decision: "early access" }
segment rest_of_pro { when: plan = "pro"  decision: "thank you note" }

priority lifecycle: vip > rest_of_pro otherwise nobody
END
cat >data/customers.csv <<'END'
id,country,plan
anna,DE,pro
ben,,free
carla,US,pro
END
cat >data/purchases.csv <<'END'
customer,day,amount
anna,2026-10-05,120.00
anna,2026-10-20,60.00
ben,2026-10-20,500
ben,2026-11-01,500
nobody,2026-10-01,1
END
run_good() {
  "$segc" run good --data data --as-of 2026-11-01 "$@"
}

# It works: anna's average is 90 over two purchases; ben's second purchase is on the as-of day, which does not count.
expect 0 "as of 2026-11-01: 3 customers" run_good
expect 0 '"segments":[{"name":"vip","members":1,"share":0.3333333333333333},{"name":"rest_of_pro","members":2,' run_good --format json
expect 0 '"chains":[{"name":"lifecycle","winners":[{"segment":"vip","members":1},{"segment":"rest_of_pro","members":1}]' run_good --format json
expect 0 '"orphan_events":1' run_good --format json
# What each stage did: three customers, and the 51 bytes of their file.
expect 0 "memory reads" run_good --stats
expect 0 '"rows":3,"bytes":51}' run_good --stats --format json
expect 0 "" run_good --out out.csv
cat >want.csv <<'END'
id,vip,rest_of_pro,lifecycle
anna,true,true,vip
ben,false,false,nobody
carla,false,true,rest_of_pro
END
if ! cmp -s out.csv want.csv; then
  command="compare out.csv" code=0
  cp out.csv stdout
  fail "the output is not the expected one"
fi
[ "$(stat -c %a out.csv)" = 600 ] || { command="stat" code=0; fail "an output has mode 0600"; }

# Winners only: the same chains, and nothing about segments.
run_good >summary.txt 2>stderr
run_good --winners-only >winners.txt 2>stderr
code=$? command="run --winners-only"
grep -A9 '^chain' summary.txt | grep -v ' s: compile' >want.txt
grep -A9 '^chain' winners.txt | grep -v ' s: compile' >got.txt
cmp -s want.txt got.txt && ! grep -q 'all that match' winners.txt || {
  cp winners.txt stdout
  fail "the chains of a run for winners are those of any run"
}
expect 0 '"orphan_events":1,"chains":[{"name":"lifecycle","winners":[{"segment":"vip","members":1},{"segment":"rest_of_pro","members":1}]' run_good --winners-only --format json
expect 0 "" run_good --winners-only --out winners.csv
cut -d, -f1,4 want.csv | cmp -s - winners.csv || {
  command="compare winners.csv" code=0
  cp winners.csv stdout
  fail "the output has the key and the chains"
}
mkdir -p unchained
grep -v '^priority' good/rules.seg >unchained/rules.seg
expect 2 "no chain has any" "$segc" run unchained --data data --as-of 2026-11-01 --winners-only

# A control group: of holdout:vip anna draws 8 of 100, ben 9, carla 87 (by openssl mac SIPHASH).
mkdir -p control
cat >control/rules.seg <<'END'
segc 1
timezone: "UTC"
customer from "customers" key id { }
segment vip "All" { when: true  decision: "a"  holdout: 10% }
segment rest { when: true  decision: "b" }
priority p: vip > rest
END
run_control() {
  "$segc" run control --data data --as-of 2026-11-01 "$@"
}
expect 0 "100.00%  All;  2 held out" run_control
expect 0 "100.00%  2 held out" run_control
expect 0 "100.00%  2 held out" run_control --winners-only
expect 0 "" run_control --winners-only --out control.csv
expect 0 "id,vip_holdout,p" head -n 1 control.csv
expect 0 '"members":3,"share":1,"held_out":2},{"name":"rest","members":3,"share":1}' run_control --format json
expect 0 '"winners":[{"segment":"vip","members":3,"held_out":2},{"segment":"rest","members":0}]' run_control --format json
expect 0 "Of them, 10% are held out as a control group." "$segc" show control vip
expect 0 "not in the control group of the segment" "$segc" explain vip control --customer carla --data data --as-of 2026-11-01
expect 0 "held out: in the control group of the segment" "$segc" explain vip control --customer anna --data data --as-of 2026-11-01
expect 0 '"held_out":true' "$segc" explain vip control --customer anna --data data --as-of 2026-11-01 --format json

expect 0 "no errors" "$segc" check good
expect 0 "segc 0." "$segc" version
for stage in tokens ast types plan llvm asm; do
  expect 0 "" "$segc" run good --dump=$stage
  [ -s stdout ] || fail "--dump=$stage printed nothing"
done
for verb in check run version; do
  expect 0 "usage: segc $verb" "$segc" $verb --help
done
expect 0 "usage: segc VERB" "$segc" --help

# Usage.
expect 2 "no verb \`chek\`" "$segc" chek good
expect 2 "write \`--as-of\`" "$segc" run good --data data --as-off 2026-11-01
expect 2 "add --as-of" "$segc" run good --data data --out out.csv
expect 2 "is not a date" "$segc" run good --data data --as-of 2026-02-30 --out out.csv
expect 2 "needs a value" "$segc" run good --data
expect 2 "given twice" run_good --data data
expect 2 "not a number from 1 to" run_good --threads 0
expect 2 "is not a size" run_good --memory lots
expect 2 "at least 256MB" run_good --memory 255MB
expect 0 "3 customers" run_good --memory 256MB
expect 2 "is none of" run_good --format xml
expect 2 "needs a folder or a file" "$segc" check
expect 2 "nowhere" "$segc" check nowhere
mkdir empty
expect 2 "no rule files" "$segc" check empty
expect 2 "no rule files" "$segc" run empty --data data --as-of 2026-11-01 --out out.csv
expect 2 "purchase" run_good --source "purchase=data/purchases.csv" --out out.csv

# Rules.
mkdir bad
edit() {
  sed "$1" good/rules.seg >bad/rules.seg
}
edit 's/purchases >= 2/purchsaes >= 2/'
expect 1 "purchases" "$segc" check bad
expect 1 "purchases" "$segc" run bad --data data --as-of 2026-11-01 --out out.csv
edit 's/plan = "pro"/plan = "por"/'
expect 1 'pro' "$segc" check bad
edit 's/decision: "thank you note"//'
expect 1 "decision" "$segc" check bad
expect 0 "" "$segc" check bad --allow-no-decision

# Data.
data() {
  rm -rf broken
  mkdir broken
  cp data/* broken/
}
run_broken() {
  "$segc" run good --data broken --as-of 2026-11-01 --out out.csv
}
data && rm broken/purchases.csv
expect 2 "purchases" run_broken
data && : >broken/purchases.csv
expect 2 "purchases.csv" run_broken
data && sed -i 's/amount/amuont/' broken/purchases.csv
expect 2 "amount" run_broken
data && sed -i '3s/$/,extra,more/' broken/purchases.csv
expect 2 "purchases.csv" run_broken
data && sed -i '3s/60.00/6O.00/' broken/purchases.csv
expect 2 "row 2" run_broken
expect 2 "amount" run_broken
data && sed -i '3s/60.00/60.005/' broken/purchases.csv
expect 2 "60.005" run_broken
data && sed -i '3s/2026-10-20/20.10.2026/' broken/purchases.csv
expect 2 "day" run_broken
data && sed -i '3s/free/fre/' broken/customers.csv
expect 2 "fre" run_broken
data && sed -i '3s/free//' broken/customers.csv
expect 2 "plan" run_broken
data && sed -i '4s/carla/anna/' broken/customers.csv
expect 2 "anna" run_broken
data && rm broken/purchases.csv && printf 'PAR1 this is no parquet file PAR1' >broken/purchases.parquet
expect 2 "purchases.parquet" run_broken
data && cp broken/purchases.csv broken/purchases.parquet
expect 2 "purchases" run_broken
data
expect 2 "the query of source" run_good --source "purchases=select * from nothing_there" --out out.csv
expect 0 "" run_good --source "purchases=select customer, day, amount from 'data/purchases.csv'" --out out.csv
cmp -s out.csv want.csv || { command="compare" code=0; fail "a query gives the same output"; }

# Each with its code; the pages of docs/diagnostics say more.
expect 2 "error[D002]: the data folder nowhere does not exist" \
  "$segc" run good --data nowhere --as-of 2026-11-01 --out out.csv
expect 2 "error[D101]" run_good --source purchases --out out.csv
expect 2 'error[D102]: source "purchases": no file fits' \
  run_good --source "purchases=data/orders-*.csv" --out out.csv
expect 2 "error[D102]" run_good --source "purchases=data/orders.csv" --out out.csv
data && mv broken/purchases.csv broken/purchaes.csv
expect 2 "there is purchaes.csv" run_broken
data && gzip -k broken/purchases.csv
expect 2 'error[D103]: source "purchases" could be broken/purchases.csv or broken/purchases.csv.gz' run_broken
data && mkdir broken/parts && cp data/purchases.csv broken/parts && echo >broken/parts/notes.txt
expect 2 "error[D104]" run_good --source purchases=broken/parts --out out.csv
rm broken/parts/notes.txt && sed 's/amount/total/' data/purchases.csv >broken/parts/second.csv
expect 2 "error[D109]" run_good --source purchases=broken/parts --out out.csv
data && sed -i 's/amount/amuont/' broken/purchases.csv
expect 2 'did you mean "amuont"' run_broken
data && sed -i '1s/amount/amount,amount/; 2,$s/$/,1/' broken/purchases.csv
expect 2 "error[D107]" run_broken
data && seq 20000 | sed 's/.*/anna,2026-10-05,&/' >>broken/purchases.csv && gzip broken/purchases.csv &&
  head -c 20000 broken/purchases.csv.gz >cut && mv cut broken/purchases.csv.gz
expect 2 "error[D201]: the file broken/purchases.csv.gz is damaged" run_broken
data && printf 'PAR1 no parquet PAR1' >broken/purchases.parquet && rm broken/purchases.csv
expect 2 "error[D201]" run_broken
data && sed -i '3s/60.00$/"60.00/' broken/purchases.csv
expect 2 "error[D202]: broken/purchases.csv, row 2 (line 3), a quote is opened and never closed" run_broken
data && printf '\377,DE,pro\n' >>broken/customers.csv
expect 2 "error[D203]" run_broken
data && sed -i '3s/ben//' broken/customers.csv
expect 2 "error[D302]: broken/customers.csv, row 2 (line 3)" run_broken
data && sed -i '4s/carla/anna/' broken/customers.csv
expect 2 'error[D303]: broken/customers.csv, row 3 (line 4), column id: customer "anna"' run_broken
data && sed -i '2,3s/,[0-9.]*$/,90000000000000000.00/' broken/purchases.csv
expect 2 "error[D301]" run_broken
expect 2 "error[D010]" "$segc" check good/rulez.seg
expect 2 "error[D012]" "$segc" check empty

# A zone that does not exist is a mistake of the rules, found without data.
edit 's/Berlin/Berln/'
expect 1 'did you mean "Europe/Berlin"?' "$segc" check bad
expect 1 "error[E006]" "$segc" check bad
expect 1 "--> bad/rules.seg:2:11" "$segc" check bad
expect 1 "error[E006]" "$segc" run bad --data data --as-of 2026-11-01 --out out.csv

# Outputs.
expect 2 "nowhere" run_good --out nowhere/out.csv
expect 2 "out.txt" run_good --out out.txt
mkdir folder.csv
expect 2 "folder.csv" run_good --out folder.csv
# What is read is not replaced, under no name.
cksum data/*.csv >before
ln -s data/purchases.csv link.csv
expect 2 'error[D004]: the output data/../data/customers.csv cannot be written: the source "customers" is read' \
  run_good --out data/../data/customers.csv
expect 2 'the source "purchases" is read from that file' run_good --out link.csv
cksum data/*.csv | cmp -s - before || fail "inputs stay as they were"
echo "yesterday" >out.csv
data && sed -i '3s/60.00/6O.00/' broken/purchases.csv
"$segc" run good --data broken --as-of 2026-11-01 --out out.csv >stdout 2>stderr
code=$? command="run with an old output"
[ "$code" -eq 2 ] && [ "$(cat out.csv)" = "yesterday" ] || fail "the old output stays as it was"

# Guards: a segment outside its declared size gives exit code 3 and no output.
edit 's/segment vip {/segment vip { size: 50%..90% /'
expect 3 "vip" "$segc" run bad --data data --as-of 2026-11-01 --out out.csv
expect 3 "vip" "$segc" run bad --data data --as-of 2026-11-01 --winners-only
edit 's/segment vip {/segment vip { size: 1..2 /'
expect 0 "" "$segc" run bad --data data --as-of 2026-11-01 --out out.csv

# Personal values never appear.
sed 's/country: text?/country: text? personal/; s/plan = "pro"/country = "DE"/' good/rules.seg |
  sed 's/plan:.*/plan: one of ("free", "pro") personal/; s/country = "DE"/plan = "free"/' >bad/rules.seg
data && sed -i '3s/free/topsecret/' broken/customers.csv
expect 2 "plan" "$segc" run bad --data broken --as-of 2026-11-01 --out out.csv
if grep -q topsecret stdout stderr; then
  fail "a personal value was printed"
fi
# A personal key, twice and in an overflow; and the words of the data engine about a query.
sed 's/country: text?/id: text personal\n  country: text?/' good/rules.seg >bad/rules.seg
run_personal() {
  "$segc" run bad --data broken --as-of 2026-11-01 --out out.csv "$@"
  code=$?
  ! grep -q anna stdout stderr || echo "error: a personal value was printed" >&2
  return "$code"
}
data && sed -i '4s/carla/anna/' broken/customers.csv
expect 2 "error[D303]" run_personal
data && sed -i '2,3s/,[0-9.]*$/,90000000000000000.00/' broken/purchases.csv
expect 2 "error[D301]" run_personal
data
expect 2 "error[D110]" run_personal \
  --source "purchases=select customer, day, cast(customer as integer) as amount from 'data/purchases.csv'"

# Sources from stdin are none; a reader that goes away is no crash.
# Compiled rules are kept in a folder of our own, and every processor gives the same answer.
summary() { # of the run, without its times
  "$segc" run good --data data --as-of 2026-11-01 "$@" 2>stderr | grep -v ' s: compile ' >summary.new
}
command="run with kept code"
summary --no-code-cache
mv summary.new summary.want
for options in '--code-cache kept' '--code-cache kept' '--code-cache /dev/null/kept' '--cpu native' '--cpu x86-64' \
  '--cpu x86-64-v3' '--cpu x86-64-v4 --code-cache kept'; do
  # A list of options: split on purpose
  summary $options
  if cmp -s summary.want summary.new || grep -q 'cannot run code' stderr; then
    passed=$((passed + 1))
  else
    cp summary.new stdout
    fail "the same answer was expected with $options"
  fi
done
if [ "$(stat -c %a kept)" = 700 ] && ls kept/object-* >/dev/null; then
  passed=$((passed + 1))
else
  fail "kept code was expected in a folder of mode 0700"
fi
expect 2 "there is no processor" "$segc" run good --data data --as-of 2026-11-01 --cpu z80

"$segc" run good --dump=asm 2>stderr | head -n 1 >stdout

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
