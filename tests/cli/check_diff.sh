#!/bin/sh
# Differences: check_diff.sh SEGC SOURCE_FOLDER
# The expected numbers were worked out by hand from the data, or by joining the outputs of two runs.
set -u
. "$(dirname "$0")/commands.sh"

# --- a shop small enough to read ---

mkdir -p old new data
cat >old/rules.seg <<'END_OF_FILE'
segc 1
timezone: "UTC"
customer from "customers" key id {
  id:      text personal
  country: text?
  active:  bool
  where active
}
event order from "orders" by customer at day { pieces: int }
metric orders = count(order)

segment buyers { when: orders >= 2 within 90d  decision: "thank" }
segment local { when: country in ("DE", "AT")  decision: "invite" }
segment silent { when: orders = 0 ever  decision: "wake" }
priority next: buyers > local otherwise nobody
END_OF_FILE
# The other way round, with other names, a wider rule, everybody a customer, and one segment gone.
cat >new/a.seg <<'END_OF_FILE'
segc 1
timezone: "UTC"

metric bought = count(order)  # was called orders
segment neighbours { when: country in ("AT", "DE")  decision: "invite" }
segment buyers { when: bought >= 1 within 90d  decision: "thank" }
segment bulk { when: sum(order.pieces) ever > 5  decision: "call" }
priority next: buyers > neighbours
END_OF_FILE
cat >new/b.seg <<'END_OF_FILE'
segc 1
event order from "sales" by customer at day { pieces: int }
customer from "customers" key id { id: text personal  country: text?  active: bool }
END_OF_FILE
# anna: two orders in the window. ben: one. carla: none, in AT. dora: not active, in DE, one order
# of 9 pieces. emil: nothing at all.
cat >data/customers.csv <<'END_OF_FILE'
id,country,active
anna,FR,true
ben,DE,true
carla,AT,true
dora,DE,false
emil,,true
END_OF_FILE
cat >data/orders.csv <<'END_OF_FILE'
customer,day,pieces
anna,2026-10-01,1
anna,2026-10-02,1
ben,2026-10-03,1
dora,2026-10-04,9
END_OF_FILE

answers 1 "$segc" diff old new --data data --source sales=data/orders.csv --as-of 2026-11-01 --list list.csv
# before: anna buys; ben and carla are local; carla and emil are silent. after: anna, ben and dora buy;
# ben, carla and dora are neighbours (dora was no customer); dora buys in bulk. In the chain ben goes from
# local to buyers, dora appears as a buyer, emil goes from nobody to no segment; carla stays: local and
# neighbours are one segment.
cat >expected <<'END_OF_FILE'
segments: 1 added, 1 removed, 1 changed, 1 renamed, 0 the same

customer changed  (old/rules.seg:3, new/b.seg:3)
  where
    - active  (old/rules.seg:7)
        whose active is true
  acts on: neighbours, buyers

order changed  (old/rules.seg:9, new/b.seg:2)
  source
    - "orders"  (old/rules.seg:9)
    + "sales"  (new/b.seg:2)
  acts on: buyers

segment silent removed  (old/rules.seg:14)
  Customers who have no orders over all time.

segment neighbours renamed from local  (old/rules.seg:13, new/a.seg:5)
  through: where of customer
  unproved whether customers leave or are new, because the two rules look at different rows: the `where` of the customer changed

segment buyers changed  (old/rules.seg:12, new/a.seg:6)
  clause
    - orders >= 2 within 90d  (old/rules.seg:12)
        who have at least 2 orders in the last 90 complete days
    + bought >= 1 within 90d  (new/a.seg:6)
        who have one or more orders in the last 90 complete days
  through: where of customer, source of order
  unproved whether customers leave or are new, because the two rules look at different rows: the `where` of the customer changed

segment bulk added  (new/a.seg:7)
  Customers whose total pieces of orders over all time is above 5.

chain next changed  (old/rules.seg:15, new/a.seg:8)
  otherwise
    - nobody  (old/rules.seg:15)

customers as of 2026-11-01: 4 before, 5 after, 4 in another place
  1 exist only after, 0 only before

                  before       after     entered        left
  neighbours           2           3           1           0
  buyers               1           3           2           0
  bulk                 -           1           1           0
  silent               2           -           0           2

chain next: customers who move
  neighbours    -> buyers                 1
  nobody        -> (no segment)           1
  (no customer) -> buyers                 1
END_OF_FILE
same expected stdout
cat >expected.csv <<'END_OF_FILE'
id,neighbours_before,neighbours_after,buyers_before,buyers_after,bulk_before,bulk_after,silent_before,silent_after,next_before,next_after
ben,true,true,false,true,false,false,false,false,local,buyers
carla,true,true,false,false,false,false,true,false,local,neighbours
dora,false,true,false,true,false,true,false,false,,buyers
emil,false,false,false,false,false,false,true,false,nobody,
END_OF_FILE
same expected.csv list.csv
command='ls -l list.csv'
ls -l list.csv >stdout
has '-rw-------'

# JSON and Markdown have the same; no form shows a key.
for format in human json markdown; do
  answers 1 "$segc" diff old new --data data --source sales=data/orders.csv --as-of 2026-11-01 --format $format
  for key in anna carla dora emil; do hasnt "$key"; done
done
has '| neighbours | 2 | 3 | 1 | 0 |'
has '| silent | 2 | | 0 | 2 |'
has '| (no customer) | buyers | 1 |'
answers 1 "$segc" diff old new --data data --source sales=data/orders.csv --as-of 2026-11-01 --format json
has '"customers":{"as_of":"2026-11-01","before":4,"after":5,"only_before":0,"only_after":1,"moved":4,'
has '{"name":"bulk","before":null,"after":1,"entered":1,"left":0}'
has '{"from":"neighbours","to":"buyers","customers":1}'

# Turned around, what entered left.
answers 1 "$segc" diff new old --data data --source sales=data/orders.csv --as-of 2026-11-01
has 'buyers           3           1           0           2'
has '0 exist only after, 1 only before'

# --- no difference: 0 ---

answers 0 "$segc" diff old old
has 'the rules mean the same'
answers 0 "$segc" diff old old --data data --as-of 2026-11-01 --list none.csv --format json
has '"moved":0'
command='cat none.csv'
wc -l <none.csv >stdout
has '1'
cp -r old formatted
sed -i 's/orders >= 2 within 90d/count(order) within 90d >= 2  # two\n/; s/metric orders.*//; s/orders = 0/count(order) = 0/' formatted/rules.seg
answers 0 "$segc" diff old formatted

# --- mistakes: 2, one error ---

answers 2 "$segc" diff old
has 'compares two versions, and 1 is given'
answers 2 "$segc" diff old nowhere
has 'there is nothing of that name'
mkdir -p broken && printf 'segc 1\ntimezone: "UTC"\n' >broken/rules.seg
answers 2 "$segc" diff old broken
has 'error[E108]'
answers 2 "$segc" diff old new --data data
has 'needs its as-of date'
answers 2 "$segc" diff old new --list x.csv
has 'no data is given'
answers 2 "$segc" diff old new --data data --source sales=data/orders.csv --as-of 2026-11-01 --list x.txt
has 'end its name in .parquet, .csv or .csv.gz'
answers 2 "$segc" diff old new --data data --as-of 2026-11-01
has 'no data for source "sales"'
answers 2 "$segc" diff old new --data data --source salse=data/orders.csv --as-of 2026-11-01
has 'the rules have no source of that name'
answers 2 "$segc" diff old new --format html
has 'none of human, json, markdown'
command='ls x.txt'
if [ -e x.txt ] || [ -e x.csv ]; then fail 'an output was left behind'; fi

# --- a list: its name means nothing, its source does ---

mkdir -p list_old list_name list_source
cat >list_old/rules.seg <<'END_OF_FILE'
segc 1
timezone: "UTC"
customer from "customers" key id { country: text? }
list optouts from "optouts" key who
segment ok { when: not member(optouts)  decision: "write" }
END_OF_FILE
sed 's/list optouts/list silent/; s/member(optouts)/member(silent)/' list_old/rules.seg >list_name/rules.seg
sed 's/"optouts"/"unsubscribed"/' list_old/rules.seg >list_source/rules.seg
answers 0 "$segc" diff list_old list_name
answers 1 "$segc" diff list_old list_source
has '+ list optouts from "unsubscribed" key who'
has 'acts on: ok'

# --- examples/rfm: against two runs, joined by key ---

for version in rfm rfm_next; do
  "$segc" run "$examples/$version" --data "$examples/rfm/data" --as-of 2006-12-31 --out $version.csv >stdout 2>&1
done
answers 1 "$segc" diff "$examples/rfm" "$examples/rfm_next" --data "$examples/rfm/data" --as-of 2006-12-31
# Columns: the key, ten segments, the chain. `lost` has become `gone`; champions is the first segment.
sort rfm.csv >before
sort rfm_next.csv >after
paste -d, before after | awk -F, '
  NR > 0 && $1 != "customer_id" { from = $12 == "lost" ? "gone" : $12; if (from != $24) moves[from " " $24]++
    if ($2 != $14) entered += $14 == "true" }
  END { for (move in moves) print move, moves[move]; print "champions entered", entered }' | sort >joined
command='join of two runs'
awk '/ -> / { print $1, $3, $4 } /^  champions / { print "champions entered", $4 }' stdout | sort >found
same joined found

# --- proofs about changed rules ---

shop='segc 1
timezone: "Europe/Berlin"
currency: EUR

customer from "customers" key id {
  country: text?
  email:   text? personal
  score:   int
}

event purchase from "purchases" by customer at ts {
  amount: money
  where amount > 0
}

metric purchases = count(purchase)
'
rules() {
  printf '%s\nsegment s { when: %s  decision: "d" }\n' "$shop" "$2" >"$1"
}
# relates BEFORE AFTER WORDS...: the rule of a segment is changed.
relates() {
  rules before.seg "$1"
  rules after.seg "$2"
  shift 2
  answers 1 "$segc" diff before.seg after.seg
  for words; do has "$words"; done
}
relates 'score > 2' 'score >= 3' "  equivalent: proved to take the same customers as before"
relates 'purchases >= 2 within 90d' 'purchases >= 2 within 60d' \
  "  narrower: customers can leave; proved: nobody is new" \
  "    leaves, as of 2026-06-01: purchase 2026-04-01 amount 1.00 EUR; purchase 2026-05-31 amount 1.00 EUR"
hasnt "is new, as of"
relates 'purchases >= 2 within 90d' 'purchases >= 1 within 90d' \
  "  wider: proved: nobody leaves; customers can be new" \
  "    is new, as of 2026-06-01: purchase 2026-05-31 amount 1.00 EUR"
relates 'country = "DE"' 'country = "AT" and score > 4' \
  "  different: customers can leave; customers can be new" \
  '    leaves, as of 2026-06-01: customer country "DE", score 0' \
  '    is new, as of 2026-06-01: customer country "AT", score 5'
relates 'starts_with(email, "a") and score > 0' 'email is known and score > 0' \
  "    is new, as of 2026-06-01: customer email (personal) set, score 1"
relates 'top(10%, score)' 'top(20%, score)' \
  "  unproved whether customers leave or are new, because it compares all customers"
# A metric behind the rule, and a column that only one version has.
rules before.seg 'purchases >= 1 within 30d'
sed 's/count(purchase)/count(purchase[amount > 10])/' before.seg >after.seg
answers 1 "$segc" diff before.seg after.seg
has "  narrower: customers can leave; proved: nobody is new"
rules before.seg 'score > 1'
rules after.seg 'age > 1'
sed -i 's/  score:   int/  score:   int\n  age:     int/' after.seg
answers 1 "$segc" diff before.seg after.seg
has "    leaves, as of 2026-06-01: customer score 2, age 0"
has "    is new, as of 2026-06-01: customer score 0, age 2"
answers 1 "$segc" diff after.seg before.seg
has "  unproved whether customers leave or are new, because there is no column \`age\` any more"
# What decides which purchases there are.
rules before.seg 'purchases >= 1 within 30d'
sed 's/amount > 0/amount > 1/' before.seg >after.seg
answers 1 "$segc" diff before.seg after.seg
has "because the two rules look at different rows: the \`where\` of \`purchase\` changed"
answers 1 "$segc" diff before.seg after.seg --format json
has '"relation":"unproved"'
rules before.seg 'score > 2'
rules after.seg 'score > 3'
answers 1 "$segc" diff before.seg after.seg --format json
has '"relation":"narrower","verdict":"narrower: customers can leave; proved: nobody is new","witnesses":[{"shows":"leaves","text":"leaves, as of 2026-06-01: customer score 3","witness":{"as_of":"2026-06-01","customer":{"score":3},"lists":[],"events":[]}}]'
answers 1 "$segc" diff before.seg after.seg --format markdown
has "- leaves, as of 2026-06-01: customer score 3"
# The reason why nothing can be proved: what is no longer the same. changes WITH_SED REASON
changes() {
  sed "$1" before.seg >after.seg
  answers 1 "$segc" diff before.seg after.seg
  has "because $2"
}
printf '%s\nlist vips from "vips" key who\nsegment s { when: purchases >= 2 within 30d and country = "DE" and not member(vips)  decision: "d" }\n' \
  "$shop" >before.seg
changes 's/Europe.Berlin/Asia\/Tokyo/' 'events fall on different days: the time zone of the project changed'
changes 's/key id/key number/' 'the two rules look at different rows: the key of the customer changed'
changes 's/"customers"/"people"/' 'the two rules look at different rows: the source of the customer changed'
changes 's/"purchases"/"sales"/' 'the two rules look at different rows: the source of `purchase` changed'
changes 's/at ts/at day/' 'the two rules look at different rows: the `at` of `purchase` changed'
changes 's/  where amount > 0/&\n  unique by amount/' 'the two rules look at different rows: the `unique by` of `purchase` changed'
changes 's/country: text?/country: text/' 'the two rules look at different values: the `?` of the column `country` changed'
changes 's/country: text?/country: one of ("DE", "AT")?/' 'the two rules look at different values: the type of the column `country` changed'
changes 's/country: text?/land: text?  country = land/' 'the two rules look at different values: what is computed as the column `country` changed'
changes 's/"vips"/"guests"/' 'no list is read from "vips" by `who` any more'
# A list is its source, whatever it is called.
sed 's/list vips/list guests/; s/(vips)/(guests)/; s/>= 2/>= 3/' before.seg >after.seg
answers 1 "$segc" diff before.seg after.seg
has "  narrower: customers can leave; proved: nobody is new"

# Without proofs, and with little work for them.
rules before.seg 'score > 2'
rules after.seg 'score > 3'
answers 1 "$segc" diff before.seg after.seg --no-proofs
has 'segment s changed'
hasnt 'narrower'
answers 1 "$segc" diff before.seg after.seg --no-proofs --format json
hasnt '"relation"'
rules before.seg 'score * purchases ever > 7 and round(score / 3) != 4 and purchases >= 5 ever'
rules after.seg 'score * purchases ever > 6 and round(score / 3) != 4 and purchases >= 5 ever'
answers 1 "$segc" diff before.seg after.seg --proof-budget 1
has 'unproved'
for budget in 0 -1 many 3x 9999999999; do
  answers 2 "$segc" diff before.seg after.seg --proof-budget $budget
  has "segc diff: \`--proof-budget $budget\` is not a number from 1 to 1000000000"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 40 ]
