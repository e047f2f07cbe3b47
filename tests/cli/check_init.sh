#!/bin/sh
# Starter projects: check_init.sh SEGC SOURCE_FOLDER
set -u
. "$(dirname "$0")/commands.sh"

# starts PROJECT DATA OPTIONS...: init, check, fmt --check, and the command it shows, as a shell runs it. The
# project is then in stdout.
starts() {
  project=$1
  data=$2
  shift 2
  answers 0 "$segc" init "$project" --data "$data" "$@"
  sed -n "s|^  segc run |'$segc' run |p" stdout >run.sh
  answers 0 "$segc" check "$project"
  hasnt 'warning'
  answers 0 "$segc" fmt --check "$project"
  answers 0 sh run.sh
  has 'segments: all that match'
  answers 0 cat "$project/segments.seg"
}

# --- the examples: types and columns as people declared them ---

starts rfm "$examples/rfm/data" --currency USD
has 'customer from order'
has 'event order from "orders" by customer_id at order_date {'
has '  revenue: money'
has 'currency: USD'
has 'timezone: "UTC"  # decides which day an event falls on; assumed: --timezone says another one'
answers 0 sh run.sh
# 995 customers have orders before the last day of the data; the newest order is of 2006-12-30.
has 'as of 2006-12-31: 995 customers, 4906 events'

starts grocery "$examples/grocery/data" --timezone America/New_York
has 'customer from "households" key household_id {'
has 'home_ownership: one of ("Homeowner", "Probable Homeowner", "Probable Renter", "Renter")?'
has 'brand:            one of ("National", "Private")?'
has 'event line from "lines" by household_id at transaction_timestamp'
has 'event redemption from "redemptions" by household_id at redemption_date {'
has 'event campaign from "campaigns" by household_id at start_date {'
has 'currency: EUR                 # assumed: --currency says another one'
answers 0 sh run.sh
has 'as of 2018-01-01: 2377 customers'

# --- kinds of columns ---

mkdir kinds
i=0
{
  echo 'id,member_since,last_login,weight_kg,price,exact_share,points,balance,flag,note,zip_code,factor,level'
  while [ $i -lt 60 ]; do
    case $((i % 2)) in 0) flag=true ;; 1) flag=false ;; esac
    printf '%s\n' "c$i,2025-0$((i % 9 + 1))-15,2026-01-$((i % 18 + 10))T10:00:00Z,$((i % 40 + 50)).25,$((i * 3)).99,0.$((i + 1000000)),$((i * 7)),$((i * 100)).5,$flag,note number $i is long,0$((i + 1000)),1e-$((i % 5 + 1)),$((i % 3))"
    i=$((i + 1))
  done
} >kinds/people.csv
i=0
{
  echo 'id,at,amount,fee,quantity,state'
  while [ $i -lt 80 ]; do
    case $((i % 2)) in 0) state=new ;; 1) state=old ;; esac
    printf '%s\n' "c$((i % 60)),2026-02-$((i % 18 + 10)),$((i * 2)).50,0.12$((i % 10)),$((i % 4 + 1)),$state"
    i=$((i + 1))
  done
} >kinds/sales.csv
starts kinds-project kinds
has '  member_since: date'
has '  last_login:   timestamp'
has '  weight_kg:    number' # a measure, although it has two decimals
has '  price:        money'
has '  exact_share:  number'
has '  points:       int'
has '  flag:         bool'
has '  note:         text' # too many values for a list
has '  zip_code:     text' # zeros in front
has '  factor:       number'
has '  level:        int'
has '  fee:      money(EUR, 3)'
has '  quantity: int'
has '  state:    one of ("new", "old")'

# --- odd names: blanks, capitals, quotes, operator words, other alphabets, look-alikes; damaged files ---

mkdir odd
i=0
{
  echo 'Kunden ID,E-Mail,Straße,Größe,from,And,Plan,"a ""b""",Name2,NAME2,created,x`y,Code,kunden id'
  while [ $i -lt 40 ]; do
    case $((i % 2)) in 0) plan='Silb\er' ;; 1) plan='"a ""q"""' ;; esac
    printf '%s\n' "K$i,secret$i@example.com,Secretstreet $i,1.$((i + 10)),$i,yes,$plan,,Secret$i,Z,2026-01-$((i % 18 + 10)) 10:00,1,00$i,1"
    i=$((i + 1))
  done
} >'odd/Kunden Liste.csv'
i=0
{
  echo 'Kunden ID;Datum;Betrag;order;offen'
  while [ $i -lt 60 ]; do
    echo "K$((i % 35));2026-0$((i % 9 + 1))-1$((i % 9))T10:00:00;$i.5;$i;$((i % 2))"
    i=$((i + 1))
  done
} >'odd/order.csv'
: >odd/empty.csv
echo 'a,b' >odd/header_only.csv
printf 'a,b\n1,2\n3\n' >odd/broken.csv
printf 'a,a\n1,2\n' >odd/twice.csv
printf 'a,b\n1,2\n' >odd/stranger.csv
echo text >odd/notes.txt
starts 'odd project' odd --timezone Europe/Berlin
has 'customer from "Kunden Liste" key `Kunden ID` {'
has '  `E-Mail`: text personal'
has '  Straße:   text personal'
has '  Größe:    number'
has '  from:     int'
has '  And:      bool'
has '  Plan:     one of ("Silb\\er", "a \"q\"")'
has '  # a "b": not declared, no row has a value'
has '  Name2:    text personal'
has '  # NAME2: not declared, its name looks like that of another column'
has '  # created: not declared, '
has '  # x`y: not declared, a column whose name cannot be written'
has '  Code:     text'
has 'event order_event from "order" by `Kunden ID` at Datum zone "Europe/Berlin" {'
has '#   broken: odd/broken.csv has a broken row in line 3'
has '#   empty: the file odd/empty.csv is empty: it has no columns'
has '#   header_only: it has no rows'
has '#   stranger: no column names the customer'
has '#   twice: '
for value in secret Secret; do hasnt "$value"; done

# --- one file, no dates, and what cannot be done ---

mkdir people keyed products shares
{
  echo 'customer_id,plan,age,email,active'
  for i in 1 2 3 4 5 6 7 8 9 10; do echo "$i,$([ "$i" -lt 8 ] && echo free || echo pro),$((i * 5)),e$i@example.com,$([ "$i" -lt 3 ] && echo t || echo f)"; done
} >people/customers.csv
starts people_project people
has 'customer from "customers" key customer_id {'
has 'plan:   one of ("free", "pro")'
has 'email:  text personal'
has 'active: bool'
has 'when:     plan = "free"'
# The average age is 27.5.
has 'when:     age >= 28'
has 'when:     active'
hasnt 'example.com'
hasnt ' by customer_id at '

# A threshold is a value that customers reach, however small it is. The shares from 0.05 to 0.15 are 0.1 on average, and
# six of eleven are at least that; the weights are 0.147, which is not rounded up; of the levels 0 and 1
# only 1 is above 0.27.
{
  echo 'id,share,kg,level'
  for i in 05 06 07 08 09 10 11 12 13 14 15; do echo "c$i,0.$i,0.147,$((${i#0} / 13))"; done
} >shares/people.csv
starts shares_project shares
has 'when:     share >= 0.1'
has 'when:     kg >= 0.14'
has 'when:     level >= 1'
answers 0 "$segc" run shares_project --data shares --as-of 2026-11-01
for line in 'first_group 6 54.55%' 'second_group 11 100.00%' 'third_group 3 27.27%'; do
  tr -s " " <stdout >spaced
  command="the summary: $line"
  if grep -qF "$line" spaced; then passed=$((passed + 1)); else fail "missing: $line"; fi
done

printf 'a,b\n1,2\n3,4\n' >keyed/x.csv
answers 2 "$segc" init none --data keyed
has 'no customers can be found in keyed'
has 'name the column with --key COLUMN'
starts keyed_project keyed --key a
has 'customer from "x" key a {'

# A catalogue has a unique column that others name, too.
printf 'id,sku,price\n1,a,2.50\n2,b,3.00\n' >products/products.csv
printf 'order_id,product_id,customer_id,Date,qty\n1,1,7,2026-01-01,1\n2,1,7,2026-01-03,1\n3,2,8,2026-01-02,4\n' >products/orders.csv
starts products_project products
has 'customer from order'
has '#   products: no column names the customer'
# Dates with an offset need no zone; the key may be called otherwise in the customers' own file.
mkdir zoned
printf 'id,vip\n1,true\n2,false\n' >zoned/users.csv
printf 'user_id,at\n1,2026-01-01T10:00:00Z\n2,2026-01-05T10:00:00+02:00\n3,2026-02-01T10:00:00Z\n' >zoned/logins.csv
starts zoned_project zoned
has 'customer from "users" key id {'
has 'event login from "logins" by user_id at at { }'
answers 0 sh run.sh
has '2 customers, 3 events, 1 of them without a known customer'

mkdir nothing nodata
answers 2 "$segc" init none --data nothing
has 'has no .csv, .csv.gz or .parquet files'
printf 'customer_id,name\n1,a\n2,b\n' >nodata/customers.csv
answers 2 "$segc" init none --data nodata
has 'gives no rule anything to ask about'
answers 2 "$segc" init none --data nowhere
has 'cannot be read'
answers 2 "$segc" init none
has 'needs a folder with data'
answers 2 "$segc" init --data people
has 'needs one folder for the project'
answers 2 "$segc" init none --data people --currency EURO
has 'is not a currency'
answers 2 "$segc" init none --data people --timezone Europe/Berlim
has 'Berlim'
command='ls none'
if [ -e none ]; then fail 'a failed call left a folder behind'; fi

# Never over another project, also below the folder; a folder without rules is fine.
answers 2 "$segc" init people_project --data people
has 'holds a project already'
mkdir -p above
cp -r keyed_project above/below
answers 2 "$segc" init above --data people
mkdir fresh
echo hello >fresh/README
starts fresh people
command='ls -A fresh'
[ "$(ls -A fresh | tr '\n' ' ')" = 'README segments.seg ' ] || fail 'other files in the folder'

# The same data gives the same project.
"$segc" init again --data "$examples/grocery/data" --timezone America/New_York >stdout 2>stderr
command='diff of two projects'
if sed 's/again/grocery/' again/segments.seg | diff - grocery/segments.seg; then passed=$((passed + 1)); else fail differs; fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 80 ]
