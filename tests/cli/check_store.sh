#!/bin/sh
# Prepared stores: check_store.sh SEGC SOURCE_FOLDER. A run over a store says what a run over the files says; killed,
# changed, foreign and busy stores. SEGC_KILLS=N: so many kills at random moments (default 15).
set -u
. "$(dirname "$0")/commands.sh"
source=$2
kills=${SEGC_KILLS:-15}

# agree WHAT STORE DATA RULES DAY: both runs write the same bytes, and the store counts the same without writing any.
agree() {
  rm -f wanted.csv got.csv
  "$segc" run "$4" --data "$3" --as-of "$5" --no-out-manifest --out wanted.csv >wanted.txt 2>/dev/null
  "$segc" run "$4" --store "$2" --as-of "$5" --no-out-manifest --out got.csv >got.txt 2>/dev/null
  "$segc" run "$4" --store "$2" --as-of "$5" --threads 1 >counted.txt 2>/dev/null
  sed -i '/^[0-9.]* s: compile /d' wanted.txt got.txt counted.txt
  command="$1"
  if cmp -s wanted.csv got.csv && cmp -s wanted.txt got.txt && cmp -s wanted.txt counted.txt; then
    passed=$((passed + 1))
  else
    fail "the store says something else than the files"
    diff wanted.txt got.txt | head -5
  fi
}

for example in rfm grocery saas b2b; do
  project=$source/examples/$example
  answers 0 "$segc" prepare "$project" --data "$project/data" --store "$example.store"
  agree "$example" "$example.store" "$project/data" "$project" "$(cat "$project/as-of")"
done
command='modes'
if [ "$(stat -c %a rfm.store)" = 700 ] && [ -z "$(find rfm.store -type f ! -perm 600)" ]; then
  passed=$((passed + 1))
else
  fail "others can read the store"
fi

# Twelve days of a shop, one after the other: customers come and go, events of people who come later.
mkdir -p rules all days
cat >rules/rules.seg <<'END'
segc 1
timezone: "Europe/Berlin"
currency: EUR

customer from "customers" key id {
  plan: one of ("free", "pro")
  city: text?
  vip:  bool?
}

event purchase from "purchases" by customer at day {
  amount: money(EUR)?
  shop:   text
  gift:   bool
}

event visit from "visits" by customer at day {
  pages: int
  where pages > 0
}

list stopped from "stopped" key id

segment spenders { when: sum(purchase.amount) > 100 EUR within 90d  decision: "thanks" }
segment late { when: count(purchase) >= 2 ever and days_since(last(purchase)) >= 5  decision: "hello" }
segment first_shop { when: first(purchase.shop) is known and first(purchase.shop) = "north" ever  decision: "map" }
segment surfers { when: count(visit) >= 3 within 10d and not member(stopped)  decision: "offer" }
segment gifts { when: count(purchase[gift and amount > 20 EUR]) >= 1 ever and plan = "pro"  decision: "wrap" }
priority next: spenders > late > first_shop > surfers > gifts otherwise nobody
END
sed -i 's/first(purchase.shop) is known and first(purchase.shop) = "north" ever/first(purchase.shop) ever = "north"/' rules/rules.seg
sed -i '$d' rules/rules.seg
printf '\noverlap: spenders with late, first_shop, surfers, gifts\noverlap: late with first_shop, surfers, gifts\noverlap: first_shop with surfers, gifts\noverlap: surfers with gifts\n' >>rules/rules.seg
awk 'BEGIN {
  srand(7)
  for (day = 1; day <= 12; day++) {
    folder = sprintf("days/%02d", day)
    system("mkdir -p " folder)
    people = day == 1 ? 300 : 300 + 10 * day
    if (day % 3 == 1) {
      file = folder "/customers.csv"
      print "id,plan,city,vip" >file
      for (i = 1; i <= people; i++)
        if (i % 17 != day % 17)
          printf "c%d,%s,%s,%s\n", i, (i + day) % 3 ? "free" : "pro", i % 5 ? "town " i % 40 : "", i % 4 ? "true" : "" >file
      close(file)
      file = folder "/stopped.csv"
      print "id" >file
      for (i = day; i <= people; i += 13) print "c" i >file
      close(file)
    }
    file = folder "/purchases.csv"
    print "customer,day,amount,shop,gift" >file
    events = day == 1 ? 3000 : 40
    for (i = 0; i < events; i++)
      printf "%s,2026-%02d-%02d,%s,%s,%s\n", rand() < 0.02 ? "" : "c" 1 + int(rand() * (people + 40)),
        day == 1 ? 1 + int(rand() * 9) : 10, day == 1 ? 1 + int(rand() * 28) : day, rand() < 0.1 ? "" : int(rand() * 90000) / 100,
        rand() < 0.5 ? "north" : "shop " int(rand() * 300), rand() < 0.3 ? "yes" : "no" >file
    close(file)
    if (day % 2) {
      file = folder "/visits.csv"
      print "customer,day,pages" >file
      for (i = 0; i < events; i++)
        printf "c%d,2026-10-%02d,%d\n", 1 + int(rand() * people), day, int(rand() * 5) * (rand() < 0.01 ? 100000 : 1) >file
      close(file)
    }
  }
}'
for day in 01 02 03 04 05 06 07 08 09 10 11 12; do
  for file in days/$day/*.csv; do
    name=$(basename "$file")
    case $name in
    purchases.csv | visits.csv)
      mkdir -p "all/${name%.csv}"
      cp "$file" "all/${name%.csv}/$day.csv"
      ;;
    *) cp "$file" "all/$name" ;;
    esac
  done
  if [ "$day" = 01 ]; then
    answers 0 "$segc" prepare rules --data days/01 --store shop.store
  else
    answers 0 "$segc" prepare rules --data "days/$day" --store shop.store --append
  fi
  agree "day $day" shop.store all rules "2026-10-$day"
done
agree "back then" shop.store all rules 2026-06-01
command='parts'
if [ "$(ls -d shop.store/g*/ | wc -l)" -le 8 ]; then passed=$((passed + 1)); else fail "parts are not merged"; fi
answers 0 "$segc" run rules --store shop.store --as-of 2026-10-12 --verify
answers 0 "$segc" prepare rules --data all --store again.store --threads 1
agree "at once" again.store all rules 2026-10-12

# Customers alone, with columns of every type and width; then another table in another order.
mkdir -p flat people
cat >flat/rules.seg <<'END'
segc 1
timezone: "UTC"
currency: EUR

customer from "customers" key id {
  tiny:  int
  small: int
  large: int?
  huge:  int
  ratio: number?
  fee:   money(EUR)
  since: date?
  seen:  date
  plan:  one of ("free", "pro")
  city:  text?
  vip:   bool?
  twice = small * 2
  area  = huge * tiny
  named = city is known and length(city) > 6
}

segment whole { when: tiny > 3 and small <= 900 and large is known and large > 70000  decision: "a" }
segment sizes { when: huge > 5000000000 or (ratio is known and ratio < 0.25)  decision: "b" }
segment times { when: since is known and since < 2026-03-01 and seen >= 2026-02-02  decision: "c" }
segment words { when: city is known and city in ("town 3", "town 21") and plan = "pro"  decision: "d" }
segment bits { when: vip is known and vip and named  decision: "e"  holdout: 20% }
segment sums { when: twice > 1000 and area > 100 and bucket(4) = 2  decision: "f" }
segment best { when: top(10%, fee)  decision: "g" }
priority next: whole > sizes > times > words > bits > sums > best otherwise nobody
END
# people FIRST LAST STEP: rows of customers.
people() {
  awk -v first="$1" -v last="$2" -v step="$3" 'BEGIN {
    srand(first * 31 + last)
    print "id,tiny,small,large,huge,ratio,fee,since,seen,plan,city,vip"
    for (id = first; step > 0 ? id <= last : id >= last; id += step)
      printf "%d,%d,%d,%s,%.0f,%s,%.2f,%s,2026-%02d-%02d,%s,%s,%s\n", id, rand() * 200 - 100, rand() * 2000 - 1000,
        rand() < 0.2 ? "" : int(rand() * 200000), rand() * 2e10 - 1e10, rand() < 0.1 ? "" : rand(), int(rand() * 50) - 20,
        rand() < 0.3 ? "" : sprintf("2026-%02d-01", 1 + int(rand() * 9)), 1 + int(rand() * 9), 1 + int(rand() * 28),
        rand() < 0.4 ? "pro" : "free", rand() < 0.2 ? "" : "town " int(rand() * 40), rand() < 0.2 ? "" : rand() < 0.5 ? "true" : "false"
  }'
}
people 1 9000 1 >people/customers.csv
answers 0 "$segc" prepare flat --data people --store people.store
agree "people" people.store people flat 2026-10-01
people 9500 100 -1 >people/customers.csv
answers 0 "$segc" prepare flat --data people --store people.store --append
agree "other people" people.store people flat 2026-10-01

# Keys that follow each other need not be read again: new ones continue them, or do not.
mkdir -p count/rules count/1 count/2 count/3 count/4 count/all/buys
printf 'segc 1\ntimezone: "UTC"\ncustomer from "customers" key id {\n  age: int\n}\nevent buy from "buys" by customer at day {\n  price: int\n}\n' >count/rules/rules.seg
printf 'segment some { when: sum(buy.price) ever > 2 and age > 3  decision: "post" }\n' >>count/rules/rules.seg
awk 'BEGIN { print "id,age"; for (i = 1; i <= 90; i++) print i "," i % 9 }' >count/1/customers.csv
printf 'customer,day,price\n3,2026-01-01,1\n89,2026-01-02,7\n' >count/1/buys.csv
printf 'customer,day,price\n3,2026-01-03,2\n91,2026-01-03,3\n92,2026-01-03,4\n,2026-01-03,4\n' >count/2/buys.csv
awk 'BEGIN { print "id,age"; for (i = 95; i >= 5; i -= 2) print i "," i % 9; print -7 ",8" }' >count/3/customers.csv
printf 'customer,day,price\n-7,2026-01-04,5\n95,2026-01-04,6\n' >count/3/buys.csv
printf 'customer,day,price\n-7,2026-01-05,5\n94,2026-01-05,6\n5,2026-01-05,9\n' >count/4/buys.csv
customers="--source=customers=select id::bigint as id, age from 'count/all/customers.csv'"
for day in 1 2 3 4; do
  cp "count/$day/buys.csv" "count/all/buys/$day.csv"
  buys="--source=buys=select customer::bigint as customer, day, price from"
  if [ -f "count/$day/customers.csv" ]; then
    cp "count/$day/customers.csv" count/all/
    set -- "$customers"
  else
    set --
  fi
  [ "$day" = 1 ] || set -- "$@" --append
  answers 0 "$segc" prepare count/rules "$buys 'count/$day/buys.csv'" "$@" --store count.store
  answers 0 "$segc" run count/rules "$buys 'count/all/buys/*.csv'" "$customers" --as-of 2026-02-01 --no-out-manifest --out wanted.csv
  answers 0 "$segc" run count/rules --store count.store --as-of 2026-02-01 --no-out-manifest --out got.csv
  command="keys that count up, day $day"
  if cmp -s wanted.csv got.csv; then passed=$((passed + 1)); else fail "the store says something else than the files"; fi
done
if grep -q '"counts_from":1' count.store/manifest-*.json; then passed=$((passed + 1)); else fail "they are not noted"; fi

# An overflow names the customer although no key was read; the first one, whatever the threads.
awk -F , -v OFS=, 'NR == 4000 || NR == 9001 { $5 = "9000000000000000000"; $2 = 2 } { print }' people/customers.csv >people.csv
mv people.csv people/customers.csv
sed -i '/^segment best/d; s/ > best//; s/  holdout: 20%//; s/ and bucket(4) = 2//' flat/rules.seg
answers 0 "$segc" prepare flat --data people --store over.store
for threads in 1 2; do
  answers 2 "$segc" run flat --store over.store --as-of 2026-10-01 --threads "$threads"
  has 'customer "5502": `huge * tiny` overflows'
done

# The manifest beside an output says which state of which store it was made from.
answers 0 "$segc" run rules --store again.store --as-of 2026-10-12 --out out.csv
if grep -qF "\"store\":\"again.store\",\"generation\":1,\"hash\":\"$(cut -d ' ' -f 2 again.store/CURRENT)\"" out.csv.manifest.json; then
  passed=$((passed + 1))
else
  fail "the store is not in the manifest"
fi

# What cannot be added.
answers 2 "$segc" prepare rules --data days/12 --store shop.store --append
has 'error[D408]: days/12/purchases.csv is in the store shop.store already'
mkdir none
answers 2 "$segc" prepare rules --data none --store shop.store --append
has 'there is nothing to add'
answers 2 "$segc" prepare rules --data days/12 --store absent.store --append
has 'error[D401]: there is no prepared store in absent.store'
answers 2 "$segc" run rules --store absent.store --as-of 2026-10-12
has 'error[D401]: there is no prepared store in absent.store'
answers 2 "$segc" run rules --store shop.store --data all --as-of 2026-10-12
has 'a run reads a store or files, not both'
answers 2 "$segc" prepare rules --data all --store all
has 'error[D407]: the folder all is no place for a store'

# Other rules over the same columns are fine; other declarations are not.
mkdir other
other() {
  sed "$1" rules/rules.seg >other/rules.seg
  answers 2 "$segc" run other --store shop.store --as-of 2026-10-12
  has 'error[D404]: the store shop.store does not fit the rules'
  has "$2"
}
sed 's/> 100 EUR within 90d/> 50 EUR within 30d/; s/gift and amount/amount/' rules/rules.seg >other/rules.seg
agree "new rules" shop.store all other 2026-10-12
other 's/pages: int/pages: number/' 'event visit, column pages: the rules declare number, and the store holds int'
other 's/"free", "pro"/"pro", "free"/' 'customer, column plan: the rules declare one of ("pro", "free"), and the store holds one of ("free", "pro")'
other 's/Europe.Berlin/UTC/' 'the time zone is "UTC" in the rules and "Europe/Berlin" in the store'
other 's/shop: *text/store: text/; s/purchase.shop/purchase.store/' 'column store: the rules read it, and the store lacks it'
other 's/amount: money(EUR)?/amount: money(EUR)/' 'column amount: the rules say that it is never missing'
other 's/"visits" by customer/"visits" by person/' 'event visit: the key is "person" in the rules and "customer" in the store'

# Two at a time: the second is told so. Runs go on.
(exec 9<>shop.store/writer && flock 9 && touch locked && sleep 3) &
while [ ! -e locked ]; do sleep 0.05; done
answers 2 "$segc" prepare rules --data all --store shop.store
has 'error[D405]: the store shop.store is being prepared by another segc'
agree "meanwhile" shop.store all rules 2026-10-12
wait

# One changed byte anywhere is found.
sum=0
for file in shop.store/CURRENT shop.store/manifest-*.json $(ls shop.store/g*/*.npy | awk 'NR % 4 == 1'); do
  rm -rf bad.store
  cp -r shop.store bad.store
  target=bad.store/${file#shop.store/}
  size=$(stat -c %s "$target")
  sum=$(((sum * 31 + 7) % 65536))
  at=$(((sum + size / 2) % size))
  byte=$(od -An -tu1 -j "$at" -N 1 "$target" | tr -d ' ')
  printf "\\$(printf %o $((byte ^ 4)))" | dd of="$target" bs=1 seek="$at" conv=notrunc 2>/dev/null
  "$segc" run rules --store bad.store --as-of 2026-10-12 --verify >bad.txt 2>&1
  code=$?
  command="byte $at of $target"
  case $code in
  2) grep -q 'error\[D40[123]\]' bad.txt && passed=$((passed + 1)) || fail "$(head -1 bad.txt)" ;;
  *) fail "was not noticed (exit $code)" ;;
  esac
done
rm -rf bad.store && cp -r shop.store bad.store
truncate -s -64 bad.store/g000001/purchase.amount.npy
answers 2 "$segc" run rules --store bad.store --as-of 2026-10-12
has 'error[D403]: the store bad.store is damaged'

# Killed at any moment: the state before, or the new one, whole; and the next time works.
rm -rf kill.store before
mkdir before
cp -r all/purchases all/visits before
cp days/10/customers.csv days/10/stopped.csv before
rm before/purchases/12.csv
"$segc" prepare rules --data before --store kill.store >/dev/null 2>&1
rm -f old.csv new.csv
"$segc" run rules --data before --as-of 2026-11-01 --no-out-manifest --out old.csv >/dev/null 2>&1
"$segc" run rules --data all --as-of 2026-11-01 --no-out-manifest --out new.csv >/dev/null 2>&1
mkdir last
cp days/12/purchases.csv last
rm -rf base.store && cp -r kill.store base.store
i=0
while [ "$i" -lt "$kills" ]; do
  i=$((i + 1))
  delay=$(awk -v i="$i" 'BEGIN { srand(i * 7919); printf "%.4f", rand() * 0.12 }')
  case $((i % 2)) in
  0) "$segc" prepare rules --data all --store kill.store >/dev/null 2>&1 & ;;
  1) "$segc" prepare rules --data last --store kill.store --append >/dev/null 2>&1 & ;;
  esac
  child=$!
  sleep "$delay"
  kill -9 "$child" 2>/dev/null
  wait "$child" 2>/dev/null
  rm -f got.csv
  "$segc" run rules --store kill.store --as-of 2026-11-01 --verify --no-out-manifest --out got.csv >got.txt 2>&1
  command="kill $i after $delay s"
  if cmp -s got.csv old.csv; then
    passed=$((passed + 1))
  elif cmp -s got.csv new.csv; then
    passed=$((passed + 1))
    rm -rf kill.store && cp -r base.store kill.store
  else
    fail "neither the old state nor the new one: $(head -1 got.txt)"
  fi
done
answers 0 "$segc" prepare rules --data last --store kill.store --append
agree "after all" kill.store all rules 2026-11-01
command='leftovers'
if [ -z "$(ls kill.store | grep -vE '^(CURRENT|readers|writer|manifest-[0-9]+.json|g[0-9]+)$')" ] &&
  [ "$(ls kill.store | grep -c manifest)" = 1 ]; then
  passed=$((passed + 1))
else
  fail "$(ls kill.store)"
fi

# Remembered answers: killed at any moment, the next run counts what a run over everything counts.
sed '/^segment late/d; /^segment surfers/d; /^overlap/d; s/ > late//; s/ > surfers//' rules/rules.seg >other/rules.seg
printf '\noverlap: spenders with first_shop, gifts\noverlap: first_shop with gifts\n' >>other/rules.seg
rm -rf kill.store && cp -r base.store kill.store
i=0
while [ "$i" -lt 6 ]; do
  i=$((i + 1))
  delay=$(awk -v i="$i" 'BEGIN { srand(i * 104729); printf "%.4f", rand() * 0.08 }')
  "$segc" run other --store kill.store --as-of "2026-10-2$i" --remember >/dev/null 2>&1 &
  child=$!
  sleep "$delay"
  kill -9 "$child" 2>/dev/null
  wait "$child" 2>/dev/null
  "$segc" run other --store kill.store --as-of "2026-10-2$i" --remember >got.txt 2>&1
  "$segc" run other --store kill.store --as-of "2026-10-2$i" >wanted.txt 2>&1
  sed -i '/^[0-9.]* s: compile /d' wanted.txt got.txt
  command="remembering, kill $i after $delay s"
  if cmp -s got.txt wanted.txt && grep -q '^as of' got.txt; then passed=$((passed + 1)); else fail "another answer: $(head -1 got.txt)"; fi
done
answers 0 "$segc" run other --store kill.store --as-of 2026-10-27 --remember --stats
has 'the counts of 2026-10-26 were corrected'
answers 0 "$segc" run rules --store kill.store --as-of 2026-10-27 --remember --stats
has 'all customers were looked at: rules'
answers 2 "$segc" run rules --data all --as-of 2026-10-27 --remember
has 'only a run over a prepared store can remember its answer'
answers 0 "$segc" prepare rules --data last --store kill.store --append
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
