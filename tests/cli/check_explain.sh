#!/bin/sh
# Explanations: check_explain.sh SEGC SOURCE_FOLDER
# The expected lines were worked out by hand from the data files, not copied from an output.
set -u
. "$(dirname "$0")/commands.sh"

# --- a shop small enough to read ---

mkdir -p shop data
cat >shop/rules.seg <<'END'
segc 1
timezone: "UTC"
currency: EUR

customer from "customers" key id {
  id:      text
  country: text?
  email:   text? personal
  age:     int? personal
  active:  bool
  where active
}

event purchase from "purchases" by customer at day {
  order:  text
  amount: money(EUR)
  kind:   one of ("sale", "gift")
  phone:  text? personal
  where amount > 0
  unique by order
}

metric purchases = count(purchase[kind = "sale"])

segment vip "Best" {
  when: purchases >= 2 within 90d and avg(purchase.amount) ever > 80  # the best
  decision: "early access"
}
segment near {
  when: (country in ("DE", "AT") or country is missing)
        and not (ends_with(email, "@example.org") and age > 30)
        and email is known and age is known
        and days_since(last(purchase)) between 10 and 30
  decision: "visit"
}
segment callers { when: distinct(purchase.phone) ever >= 1 and country is known  decision: "call" }
priority lifecycle: near > vip > callers otherwise nobody
END
cat >data/customers.csv <<'END'
id,country,email,age,active
anna,,anna@example.com,41,true
ben,FR,,,true
carla,DE,carla@example.org,33,false
END
# anna: two sales in the window (120 and 60), a gift in it (30), a sale outside (200), a line of
# nothing, a repeated order, and one on the as-of date.
cat >data/purchases.csv <<'END'
customer,day,order,amount,kind,phone
anna,2026-10-20,o2,60.00,sale,555123
ben,2026-10-20,o9,10.00,sale,
anna,2026-08-03,o1,120.00,sale,
anna,2026-08-02,o0,200.00,sale,
anna,2026-10-21,o3,30.00,gift,
anna,2026-10-22,o4,0.00,sale,
anna,2026-10-23,o2,60.00,sale,
anna,2026-11-01,o5,70.00,sale,
END

answers 0 "$segc" explain vip --customer anna shop --data data --as-of 2026-11-01
# 2026-11-01 minus 90 days is 2026-08-03. The average is (60 + 120 + 200 + 30) / 4 = 102.50.
cat >vip <<'END'
customer anna is in the segment vip (Best), as of 2026-11-01

yes all of: purchases >= 2 within 90d and avg(purchase.amount) ever > 80
    yes purchases >= 2 within 90d
        purchases = 2  (number of purchases whose kind is "sale" in the last 90 complete days: 2026-08-03 to 2026-10-31)
          2026-10-20      12 days ago
          2026-08-03      90 days ago
          5 did not count: 1 kept out by the filter, 1 outside the window, 1 on or after the as-of date, 1 refused by `where`, 1 repeated
    yes avg(purchase.amount) ever > 80
        avg(purchase.amount) ever = 102.5 EUR  (average amount of purchases over all time: until 2026-10-31)
          2026-10-21      11 days ago  30.00 EUR
          2026-10-20      12 days ago  60.00 EUR
          2026-08-03      90 days ago  120.00 EUR
          2026-08-02      91 days ago  200.00 EUR
          3 did not count: 1 on or after the as-of date, 1 refused by `where`, 1 repeated

chain lifecycle: near wins: it stands before vip
  yes near
  yes vip
  no  callers
END
same vip

# Missing values are called missing; personal ones are never shown, wherever they come from.
answers 0 "$segc" explain near --customer anna shop --data data --as-of 2026-11-01
has 'customer anna is in the segment near'
has 'country = missing'
has 'yes country is missing'
has 'no  country in ("DE", "AT")'
has 'yes not: not (ends_with(email, "@example.org") and age > 30)'
has 'yes age > 30'
has 'age = (personal)'
has 'email = (personal)'
has 'yes days_since(last(purchase)) between 10 and 30'
has 'days_since(last(purchase)) = 11'
hasnt 'anna@'
hasnt '41'
answers 0 "$segc" explain near --customer anna shop --data data --as-of 2026-11-01 --format json
has '"text":"country is missing","holds":true'
has '"value":"(personal)"'
hasnt 'anna@'
answers 0 "$segc" explain callers --customer anna shop --data data --as-of 2026-11-01
has 'is not in the segment callers'
has 'distinct(purchase.phone) ever = 1'
has '2026-10-20      12 days ago  (personal)'
has '2026-10-21      11 days ago  missing'
hasnt '555123'
answers 0 "$segc" explain near --customer ben shop --data data --as-of 2026-11-01
has 'is not in the segment near'
has 'email = missing'
has 'chain lifecycle: no segment matches, so nobody'

# Mistakes: one error, exit code 2.
answers 2 "$segc" explain vpi --customer anna shop --data data --as-of 2026-11-01
has 'did you mean `vip`?'
answers 2 "$segc" explain vip --customer dora shop --data data --as-of 2026-11-01
has 'there is no customer `dora` in "customers"'
answers 2 "$segc" explain vip --customer carla shop --data data --as-of 2026-11-01
has 'the `where` of the customer does not let it in'
answers 2 "$segc" explain vip --customer anna shop --data data
has 'needs its as-of date'
answers 2 "$segc" explain vip shop --data data --as-of 2026-11-01
has 'needs a customer'
answers 2 "$segc" explain vip --customer anna
has 'needs a folder or a file with rules'
answers 2 "$segc" explain vip --customer anna shop --data nowhere --as-of 2026-11-01
printf 'id,country,email,age,active\nanna,,,,true\nanna,,,,true\n' >twice.csv
answers 2 "$segc" explain vip --customer anna shop --data data --source customers=twice.csv --as-of 2026-11-01
hasnt 'is in the segment'

# --- keys: personal, composed in two ways, integers and texts, customers from an event ---

mkdir -p keys keydata
cat >keys/rules.seg <<'END'
segc 1
timezone: "UTC"
customer from "members" key id { id: text personal  level: int }
event visit from "visits" by member at day { member: text }
segment seen { when: count(visit) within 7d >= 1 and level > 2  decision: "greet" }
END
printf 'id,level\nZo\303\251,3\n7,3\n' >keydata/members.csv
printf 'member,day\nZoe\314\201,2026-10-31\n7,2026-10-25\n07,2026-10-25\n' >keydata/visits.csv
answers 0 "$segc" explain seen --customer "$(printf 'Zoe\314\201')" keys --data keydata --as-of 2026-11-01
has 'customer (personal) is in the segment seen'
has '2026-10-31       1 day  ago'
answers 0 "$segc" explain seen --customer 7 keys --data keydata --as-of 2026-11-01
has 'count(visit) within 7d = 1'
answers 2 "$segc" explain seen --customer 07 keys --data keydata --as-of 2026-11-01
has 'there is no customer `(personal)`'
hasnt '07'
mkdir -p derived
cat >derived/rules.seg <<'END'
segc 1
timezone: "UTC"
customer from visit
event visit from "visits" by member at day { member: text }
segment seen { when: count(visit) within 7d >= 1  decision: "greet" }
END
answers 0 "$segc" explain seen --customer 07 derived --data keydata --as-of 2026-10-26
has 'customer 07 is in the segment seen'
answers 2 "$segc" explain seen --customer 07 derived --data keydata --as-of 2026-10-25
has 'there is no customer `07`: no visit of theirs counts on this as-of date'

# --- places among all customers ---

mkdir -p places placesdata
cat >places/rules.seg <<'END'
segc 1
timezone: "UTC"
customer from "people" key id { n: int?  salary: int personal }
segment high { when: top(2, n) and ntile(2, n) = 1  decision: "call" }
segment banded { when: quantile_band(2, n) = 2 or percentile_rank(n) >= 1  decision: "write" }
segment lowest { when: ntile(4, n) = 1  decision: "wait" }
segment rich { when: top(50%, salary)  decision: "visit" }
END
printf 'id,n,salary\na,5,10\nb,7,20\nc,,30\nd,7,40\n' >placesdata/people.csv
answers 0 "$segc" explain high --customer b places --data placesdata --as-of 2026-11-01
has 'customer b is in the segment high'
has 'top(2, n) = true  (place 1 of 4 by falling value; the first 2 are in, down to 7)'
has 'ntile(2, n) = 1  (place 2 of 4 by rising value; group 1 is places 1 to 2, 5 to 7)'
has 'n = 7'
answers 0 "$segc" explain lowest --customer b places --data placesdata --as-of 2026-11-01
has 'ntile(4, n) = 2  (place 2 of 4 by rising value; group 2 is place 2)'
answers 0 "$segc" explain banded --customer c places --data placesdata --as-of 2026-11-01
has 'quantile_band(2, n) = missing  (place 4 of 4 by rising value)'
has 'percentile_rank(n) = 1  (place 4 of 4 by rising value)'
answers 0 "$segc" explain banded --customer a places --data placesdata --as-of 2026-11-01
has 'quantile_band(2, n) = 1  (place 1 of 4 by rising value; band 1 holds 3 of 3 values, 5 to 7)'
answers 0 "$segc" explain rich --customer d places --data placesdata --as-of 2026-11-01
has 'customer d is in the segment rich'
has 'salary = (personal)'
hasnt 'place 1'
hasnt '30'
answers 2 "$segc" explain rich --customer e places --data placesdata --as-of 2026-11-01
has 'there is no customer `e` in "people"'

# --- examples/rfm: the eight orders of Brion Stark ---

answers 0 "$segc" explain champions --customer 'Brion Stark' "$examples/rfm" --data "$examples/rfm/data" \
  --as-of 2006-12-31
# 2006-05-16 is 229 days before; 229 lies in [181, 297.4): the third band, 6 - 3 = 3.
has 'is not in the segment champions (Champions)'
has 'no  r = 5'
has 'band(recency, 115, 181, 297.4, 482) = 3'
has 'recency = 229'
has 'last(order) = 2006-05-16'
has 'yes f = 5'
has 'orders = 8'
# 32 + 212 + 75 + 205 + 104 + 33 + 165 + 26 = 852
has 'spent = 852.00 USD'
has '2005-07-30     519 days ago  212.00 USD'
has 'chain rfm: potential_loyalist wins'

# --- examples/grocery: household 208 ---

answers 0 "$segc" explain bargain_hunters --customer 208 "$examples/grocery" \
  --data "$examples/grocery/data" --as-of 2017-12-01
has 'customer 208 is in the segment bargain_hunters'
# Redemptions of 208: 2017-05-23 is before 2017-06-02, which is 182 days before the as-of date.
has 'yes coupons_used >= 3 within 26w'
has 'coupons_used = 4'
has '1 did not count: 1 outside the window'
# 3 of 20 lines are of the store's own brand.
has 'store_brand_share = 0.15'
has 'chain december: bargain_hunters wins'
answers 0 "$segc" explain young_families --customer 208 "$examples/grocery" \
  --data "$examples/grocery/data" --as-of 2017-12-01
has 'no  age in ("19-24", "25-34", "35-44")'
has 'age = "45-54"'
has 'no  kids_count != "0"'

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
