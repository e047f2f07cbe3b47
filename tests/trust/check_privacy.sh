#!/bin/sh
# Values of personal columns appear nowhere but in the output: check_privacy.sh SEGC SOURCE_FOLDER
# A hundred customers carry marked values in personal columns. Every command runs over them, with good data and with each
# kind of bad data; no stream, no file but the output and the data itself, and no name of a file has a mark in it.
set -u
segc=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
mkdir -p rules other data temporary reports
TMPDIR=$folder/temporary
XDG_CACHE_HOME=$folder/cache
export TMPDIR XDG_CACHE_HOME
passed=0
failed=0

cat >rules/rules.seg <<'END'
segc 1
timezone: "Europe/Berlin"
currency: EUR

customer from "customers" key id {
  id:    text personal
  mail:  text personal
  phone: text? personal
  born:  date? personal
  code:  int? personal
  plan:  one of ("free", "pro")
}

event purchase from "purchases" by customer at day {
  amount: money(EUR)
  note:   text? personal
}

metric spent = sum(purchase.amount) ever

segment known_mail { when: ends_with(mail, ".example")  decision: "mail" }
segment noted { when: count(purchase[contains(note, "canary")]) >= 1 ever  decision: "read" }
segment same_code { when: code is known and code > 100  decision: "code" }
segment big { when: top(10%, spent)  decision: "call" }
segment grown { when: born is known and year(born) < 2000 and plan = "pro"  decision: "letter" }

overlap: known_mail with noted, same_code, big, grown
overlap: noted with same_code, big, grown
overlap: same_code with big, grown
overlap: big with grown
END
sed 's/> 100/> 200/' rules/rules.seg >other/rules.seg
awk 'BEGIN {
  print "id,mail,phone,born,code,plan"
  for (i = 1; i <= 100; i++)
    printf "canary-key-%d,canary-mail-%d@x.example,canary-phone-%d,1987-03-%02d,7654%d,%s\n", i, i, i, i % 28 + 1, i + 100, i % 2 ? "pro" : "free"
}' >data/customers.csv
awk 'BEGIN {
  print "customer,day,amount,note"
  for (i = 1; i <= 300; i++) printf "canary-key-%d,2026-10-%02d,%d.50,canary-note-%d\n", i % 110, i % 28 + 1, i, i
}' >data/purchases.csv

# quiet WHAT: no mark in what was printed, in files that are no output, in names of files.
quiet() {
  if grep -rqE 'canary-|7654[0-9]{3}|1987-03' reports temporary cache 2>/dev/null; then
    failed=$((failed + 1))
    echo "FAILED: $1"
    grep -rhoE '.{0,60}(canary-|7654[0-9]{3}|1987-03).{0,20}' reports temporary cache | head -3
  elif find . -name '*canary*' -o -name 'core*' | grep -q .; then
    failed=$((failed + 1))
    echo "FAILED: $1: the name of a file"
  else
    passed=$((passed + 1))
  fi
  rm -rf reports/*
}
# says COMMAND...: run it and keep what it prints.
says() {
  "$@" >reports/stdout 2>reports/stderr </dev/null
  code=$?
}
expect() { # CODE WHAT COMMAND...
  wanted=$1 what=$2
  shift 2
  says "$@"
  if [ "$code" -ne "$wanted" ]; then
    failed=$((failed + 1))
    echo "FAILED: $what: exit code $code, not $wanted"
    cat reports/stderr
  fi
  quiet "$what"
}

for format in human json sarif github; do
  expect 0 "check --format $format" "$segc" check rules --format $format
done
for format in human json; do
  expect 0 "run --format $format" "$segc" run rules --data data --as-of 2026-11-01 --format $format --stats
  expect 0 "diff --format $format" "$segc" diff rules rules --data data --as-of 2026-11-01 --format $format
  expect 1 "diff of two versions, $format" "$segc" diff rules other --data data --as-of 2026-11-01 --format $format
done
for stage in tokens ast types plan llvm asm; do
  expect 0 "--dump=$stage" "$segc" run rules --dump=$stage
done
expect 0 "test" "$segc" test rules
expect 0 "show" "$segc" show rules
for format in json markdown; do
  expect 0 "show --format $format" "$segc" show rules --format $format
done
for dialect in duckdb postgres sqlite; do
  expect 0 "emit sql --dialect $dialect" "$segc" emit sql rules --dialect $dialect --as-of 2026-11-01
done
expect 0 "init" "$segc" init fresh --data data
says cat fresh/*.seg
quiet "the rules that init writes"
expect 0 "manifest" "$segc" manifest rules --data data
expect 0 "run with little memory" "$segc" run rules --data data --as-of 2026-11-01 --memory 256MB
expect 0 "run --out" "$segc" run rules --data data --as-of 2026-11-01 --out out.csv
says cat out.csv.manifest.json
quiet "the manifest beside the output"
if [ "$(stat -c %a out.csv)" = 600 ]; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED: out.csv is not 0600"; fi
# modes FILE...: for their owner alone.
modes() {
  for file in "$@"; do
    if [ "$(stat -c %a "$file")" = 600 ]; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED: $file is not 0600"; fi
  done
}
for form in csv.gz parquet; do
  expect 0 "run --out out.$form" "$segc" run rules --data data --as-of 2026-11-01 --out out.$form
  modes out.$form
done
expect 1 "diff --list" "$segc" diff rules other --data data --as-of 2026-11-01 --list moved.csv
modes moved.csv
if grep -q canary-key- moved.csv out.csv; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED: the marks are not where they belong"; fi

# A test that fails says personal columns without their values, in each form.
mkdir tests
cp rules/rules.seg tests/rules.seg
cat >>tests/rules.seg <<'END'

test "says too much" as of 2026-11-01 {
  customer {
    id: "canary-key-1", mail: "canary-mail-1@x.test", phone: "canary-phone-1", born: 1987-03-02, code: 50, plan: "free"
  }
  purchase { at: 2026-10-01, amount: 5 EUR, note: "canary-note-1" }
  expect known_mail
  expect same_code
  expect grown
}
END
for format in human json junit; do
  expect 1 "a test that fails, $format" "$segc" test tests --format $format
  "$segc" test tests --format $format 2>&1 | grep -q 'expect.*grown' || { failed=$((failed + 1)) && echo "FAILED: no test fails"; }
done
expect 0 "prepare" "$segc" prepare rules --data data --store store
expect 0 "run --store" "$segc" run rules --store store --as-of 2026-11-01
expect 0 "run --store --verify --stats" "$segc" run rules --store store --as-of 2026-11-01 --verify --stats
says cat store/manifest-*.json
quiet "the manifest of a store"
if [ "$(stat -c %a store)" = 700 ]; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED: the store is not 0700"; fi
if [ -z "$(find store -type f ! -perm 600)" ]; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED: files of the store are not 0600"; fi
# Explanations say the key that was asked for, and nothing else.
"$segc" explain known_mail rules --customer canary-key-7 --data data --as-of 2026-11-01 >reports/stdout 2>reports/stderr
sed -i 's/canary-key-7\([^0-9]\|$\)/KEY\1/g' reports/stdout reports/stderr
quiet "explain"
"$segc" explain noted rules --customer canary-key-7 --data data --as-of 2026-11-01 --format json >reports/stdout 2>reports/stderr
sed -i 's/canary-key-7\([^0-9]\|$\)/KEY\1/g' reports/stdout reports/stderr
quiet "explain --format json"

# A crash leaves no memory behind: the limit of core dumps is 1 byte, which stands for none.
# The run waits for a file that nobody writes.
mkfifo waiting.csv
"$segc" run rules --data data --as-of 2026-11-01 --source customers=waiting.csv >reports/stdout 2>reports/stderr &
pid=$!
sleep 0.3
limit=$(awk '/Max core file size/ { print $5, $6 }' /proc/$pid/limits 2>/dev/null)
kill -SEGV $pid 2>/dev/null
wait $pid 2>/dev/null
if [ "$limit" = "1 1" ]; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED: core dumps: $limit"; fi
quiet "a crash"

# Bad values: each in its place, in every command that reads data.
bad() { # WHAT FILE SED...
  what=$1 file=$2
  shift 2
  cp "data/$file" kept
  sed -i "$@" "data/$file"
  for command in run prepare; do
    case $command in
      run) says "$segc" run rules --data data --as-of 2026-11-01 --out bad.csv ;;
      prepare) says "$segc" prepare rules --data data --store bad ;;
    esac
    if [ "$code" -ne 2 ]; then
      failed=$((failed + 1))
      echo "FAILED: $what, $command: exit code $code, not 2"
    fi
    if [ -e bad.csv ]; then failed=$((failed + 1)) && echo "FAILED: $what: something was written"; fi
    quiet "$what, $command"
    rm -rf bad bad.csv
  done
  cp kept "data/$file"
}
bad "a personal number that is none" customers.csv '50s/7654[0-9]*/canary-code/'
bad "a personal number that is too large" customers.csv '50s/7654[0-9]*/76541239999999999999999/'
bad "a personal date that is none" customers.csv '50s/1987-03-[0-9]*/1987-03-99/'
bad "a personal key twice" customers.csv '50s/canary-key-[0-9]*/canary-key-7/'
bad "a personal key that is missing" customers.csv '50s/canary-key-[0-9]*//'
bad "a personal text that is missing" customers.csv '50s/canary-mail-[^,]*//'
bad "a personal text that is not UTF-8" customers.csv '50s/canary-mail/canary-mail\xff/'
bad "a line with too many fields" customers.csv '50s/$/,canary-more/'
bad "a quote that is not closed" customers.csv '50s/canary-mail/"canary-mail/'
bad "a value outside its list" customers.csv '50s/free$\|pro$/other/'
bad "an amount that is none" purchases.csv '50s/\.50/.5much/'
bad "a day that is none" purchases.csv '50s/2026-10-[0-9]*/someday/'

# A number that only the rules make too large.
sed -i 's/,[0-9]*\.50,/,90000000000000000.00,/' data/purchases.csv
expect 2 "a sum that is too large" "$segc" run rules --data data --as-of 2026-11-01

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
