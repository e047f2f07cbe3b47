#!/bin/sh
# Manifests: check_manifest.sh SEGC SOURCE_FOLDER. What is read is what was listed, and the output says what it was
# made from. Hashes are those of sha256sum.
set -u
. "$(dirname "$0")/commands.sh"

mkdir -p rules data/purchases
cat >rules/rules.seg <<'END'
segc 1
timezone: "UTC"
currency: EUR

customer from "customers" key id {
  plan: one of ("free", "pro")
}

event purchase from "purchases" by customer at day {
  amount: money(EUR)
}

segment buyers { when: count(purchase) >= 1 ever  decision: "thanks" }
END
printf 'id,plan\nanna,pro\nben,free\n' >data/customers.csv
printf 'customer,day,amount\nanna,2026-10-05,120.00\n' >data/purchases/1.csv
printf 'customer,day,amount\nben,2026-10-06,1.00\n' >data/purchases/2.csv
run() {
  "$segc" run rules --data data --as-of 2026-11-01 "$@"
}

# It is what sha256sum says, in its own form.
answers 0 "$segc" manifest rules --data data --out data/inputs.sha256
grep -v '^#' data/inputs.sha256 >listed
(cd data && sha256sum customers.csv purchases/1.csv purchases/2.csv) >wanted
same wanted listed
command='sha256sum --check'
if (cd data && sha256sum --check --status inputs.sha256); then passed=$((passed + 1)); else fail "sha256sum refuses it"; fi
answers 0 "$segc" manifest rules --data data
has '  data/purchases/2.csv'

# Two events may read one source.
mkdir twice
cat rules/rules.seg - >twice/rules.seg <<'END'
event large from "purchases" by customer at day { amount: money(EUR)  where amount > 50 EUR }
segment large_buyers { when: count(large) >= 1 ever  decision: "more thanks" }
overlap: buyers with large_buyers
END
answers 0 "$segc" manifest twice --data data --out twice.sha256
[ "$(grep -c purchases/ twice.sha256)" -eq 2 ] || fail "a source that two events read: $(cat twice.sha256)"
answers 0 "$segc" run twice --data data --as-of 2026-11-01 --manifest twice.sha256
(cat twice.sha256 && sed -n '/^# source purchases/,$p' twice.sha256) >older.sha256 # once listed for each event
answers 0 "$segc" run twice --data data --as-of 2026-11-01 --manifest older.sha256
sed 's/^[0-9a-f]\{60\}\(.*1.csv\)/000000000000000000000000000000000000000000000000000000000000\1/' twice.sha256 >other.sha256
answers 2 "$segc" run twice --data data --as-of 2026-11-01 --manifest other.sha256
has 'purchases/1.csv is not the one in the manifest'

# The same files pass, from any folder; anything else does not, and nothing is written.
answers 0 run --manifest data/inputs.sha256 --out out.csv
cat >wanted <<'END'
id,buyers
anna,true
ben,true
END
same wanted out.csv
refused() {
  rm -f out.csv out.csv.manifest.json
  answers 2 run --manifest data/inputs.sha256 --out out.csv
  has "$1"
  command="ls out.*"
  if ls out.* >/dev/null 2>&1; then fail "something was written"; else passed=$((passed + 1)); fi
}
printf 'customer,day,amount\nben,2026-10-07,1.00\n' >data/purchases/2.csv
refused 'error[D113]: the file data/purchases/2.csv is not the one in the manifest data/inputs.sha256'
has "$(sha256sum data/purchases/2.csv | cut -d' ' -f1)"
printf 'customer,day,amount\nben,2026-10-06,1.00\n' >data/purchases/2.csv
printf 'customer,day,amount\n' >data/purchases/3.csv
refused 'error[D113]: the file data/purchases/3.csv belongs to source "purchases"'
rm data/purchases/3.csv data/purchases/2.csv
refused 'lists'
has 'data/purchases/2.csv for source "purchases", and it is not there'
printf 'customer,day,amount\nben,2026-10-06,1.00\n' >data/purchases/2.csv
answers 0 run --manifest data/inputs.sha256

# What is no manifest.
answers 2 run --manifest nowhere.sha256
has 'error[D112]: the manifest nowhere.sha256 cannot be used'
answers 2 run --manifest rules/rules.seg
has 'a line is not of the form'
answers 2 run --manifest data/inputs.sha256 --source "purchases=select * from 'data/purchases/1.csv'"
has 'is a query'
answers 2 "$segc" manifest rules --data data --source "purchases=select 1"
has 'is a query'
answers 2 "$segc" manifest rules --data nowhere
has 'error[D002]'
answers 2 "$segc" manifest
has 'needs a folder or a file'

# Names that need escapes.
mv data/purchases/2.csv "data/purchases/2\\
.csv"
answers 0 "$segc" manifest rules --data data --out data/inputs.sha256
command='sha256sum --check'
if (cd data && sha256sum --check --status inputs.sha256); then passed=$((passed + 1)); else fail "sha256sum refuses it"; fi
answers 0 run --manifest data/inputs.sha256
mv data/purchases/2*.csv data/purchases/2.csv

# Beside the output: the hashes of inputs and output, the same bytes for the same run.
answers 0 run --out out.csv
for file in data/customers.csv data/purchases/1.csv data/purchases/2.csv rules/rules.seg out.csv; do
  command="cat out.csv.manifest.json ($file)"
  if grep -qF "\"sha256\":\"$(sha256sum $file | cut -d' ' -f1)\"" out.csv.manifest.json; then
    passed=$((passed + 1))
  else
    fail "no hash of $file"
  fi
done
command='the hash of all rules'
if grep -qF "\"sha256\":\"$(sha256sum rules/rules.seg | sha256sum | cut -d' ' -f1)\"" out.csv.manifest.json; then
  passed=$((passed + 1))
else
  fail "not the hash over the lines of sha256sum"
fi
cp out.csv.manifest.json first
answers 0 run --out out.csv --threads 2 --no-code-cache
same first out.csv.manifest.json
rm -f out.csv.manifest.json
answers 0 run --out out.csv --no-out-manifest
command="ls out.csv.manifest.json"
if [ -e out.csv.manifest.json ]; then fail "a manifest was written"; else passed=$((passed + 1)); fi

# Hashes of large files are remembered, where the file system is one to believe; never that of what a file was before.
hash_of_customers() {
  sed 's/.*"source":"customers"[^}]*"sha256":"\([0-9a-f]*\)".*/\1/' out.csv.manifest.json >found
  sha256sum data/customers.csv | cut -d' ' -f1 >wanted
  same wanted found
}
export XDG_CACHE_HOME="$PWD/cache"
seq 100000 199999 | sed 's/$/,free/; 1i id,plan' >data/customers.csv
printf 'customer,day,amount\n' | tee data/purchases/1.csv >data/purchases/2.csv
sleep 2.1
answers 0 run --out out.csv --no-hash-cache
command='ls cache/segc/hashes'
if [ -e cache/segc/hashes ]; then fail "a hash was remembered"; else passed=$((passed + 1)); fi
for turn in 1 2; do
  answers 0 run --out out.csv
  hash_of_customers
done
touch -r data/customers.csv before
printf 'x' | dd of=data/customers.csv bs=1 seek=8 conv=notrunc status=none
touch -r before data/customers.csv
answers 0 run --out out.csv
hash_of_customers

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
