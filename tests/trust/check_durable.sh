#!/bin/sh
# Outputs are whole or absent: check_durable.sh SEGC SOURCE_FOLDER [KILLS]
# The order of system calls for a first and for a second output, then runs that are killed at random moments: the old
# output or the new one is there, never half of one, and what a killed run left is swept by the next.
set -u
segc=$1
source=$2
kills=${3-25}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
passed=0
failed=0
check() { # WHAT CONDITION...
  what=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $what"
  fi
}

mkdir data rules
awk 'BEGIN { print "id,age"; for (i = 1; i <= 60000; i++) printf "%d,%d\n", i, (i * 7919) % 90 }' >data/customers.csv
printf 'segc 1\ntimezone: "UTC"\ncustomer from "customers" key id {\n  age: int\n}\n\nsegment adults { when: age >= 18  decision: "post" }\n' >rules/rules.seg
run() {
  "$segc" run rules --data data --as-of 2026-11-01 "$@" >log 2>&1
}

# trace FILE: what happens to the files of an output, in order.
trace() {
  strace -f -e trace=openat,fsync,rename,renameat,renameat2 -o calls "$segc" run rules --data data --as-of 2026-11-01 --no-code-cache \
    --out "$1" >log 2>&1
}
# The private file is synced before it gets its name, and the folder is synced after that.
in_order() {
  awk -v name="$1" '
    index($0, "openat(") && index($0, "." name ".segc-") { split($0, part, "= "); private[part[2] + 0] = 1; next }
    index($0, "openat(") && index($0, "O_DIRECTORY") { split($0, part, "= "); folder[part[2] + 0] = 1; next }
    index($0, "fsync(") { split($0, part, /[()]/); if (private[part[2] + 0] && !renamed) synced = 1
                          if (folder[part[2] + 0] && renamed) settled = 1; next }
    index($0, "rename") && index($0, "\"" name "\"") || index($0, "rename") && index($0, "/" name "\"") { if (synced) renamed = 1 }
    END { exit !(synced && renamed && settled) }' calls
}
# Every file of a store is synced before its state counts, and the folder after that.
store_in_order() {
  awk '
    /O_CREAT/ && /\.npy"|"manifest-|"CURRENT\.next"/ { count = split($0, part, "= "); made[part[count] + 0] = 1; files++ }
    /fsync\(/ { split($0, part, /fsync\(/); delete made[part[2] + 0]; settled = renamed }
    /renameat\(.*"CURRENT\.next"/ { renamed = 1; for (file in made) left++ }
    END { exit !(files > 3 && renamed && settled && left == 0) }' calls
}
trace_store() {
  strace -f -e trace=openat,fsync,renameat -o calls "$segc" prepare rules --data data --store store "$@" >log 2>&1
}
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
  for file in out.csv out.parquet out.csv.gz; do
    rm -f "$file"
    trace "$file"
    check "first $file: temporary file, fsync, rename, fsync of the folder" in_order "$file"
    trace "$file"
    check "second $file: the same" in_order "$file"
    check "$file is for its owner alone" [ "$(stat -c %a "$file")" = 600 ]
  done
  trace_store
  check "a store: all files, CURRENT, its folder" store_in_order
  trace_store --append
  check "a store that is added to: the same" store_in_order
else
  echo "no strace: the order of system calls was not looked at"
fi

# The two outputs that may be seen.
run --out old.csv
sed -i 's/18/30/' rules/rules.seg
begin=$(date +%s.%N)
run --out new.csv
length=$(awk -v begin="$begin" -v end="$(date +%s.%N)" 'BEGIN { print end - begin }')
check "the outputs differ" [ "$(sha256sum <old.csv)" != "$(sha256sum <new.csv)" ]
left=0
for i in $(seq "$kills"); do
  cp old.csv out.csv
  "$segc" run rules --data data --as-of 2026-11-01 --out out.csv >log 2>&1 &
  pid=$!
  # Somewhere in a run, rather late than early; the seed is the number of the round.
  sleep "$(awk -v seed="$i" -v span="$length" 'BEGIN { srand(seed); printf "%.3f", sqrt(rand()) * span }')"
  kill -9 $pid 2>/dev/null
  wait $pid 2>/dev/null
  cmp -s out.csv old.csv || cmp -s out.csv new.csv
  check "round $i: half an output" [ $? -eq 0 ]
  if ls .out.csv.segc-*.tmp >/dev/null 2>&1; then left=$((left + 1)); fi
done
echo "$kills runs were killed; $left left a temporary file"
touch .out.csv.segc-1-0.tmp .other.csv.segc-1-0.tmp .out.csv.notes.tmp
run --out out.csv
check "what killed runs left is swept" [ -z "$(ls -A | grep '^\.out\.csv\.segc-')" ]
check "other files stay" [ -e .other.csv.segc-1-0.tmp ] && check "other files stay" [ -e .out.csv.notes.tmp ]
check "the last output is the new one" cmp -s out.csv new.csv

# A file system that is full: the old output stays, the message says so.
if [ -w /dev/full ]; then
  cp old.csv out.csv
  (ulimit -f 8 && "$segc" run rules --data data --as-of 2026-11-01 --no-code-cache --out out.csv >log 2>&1)
  code=$?
  check "a file that may not grow: exit code 2, not $code" [ $code -eq 2 ]
  check "it says what is untouched" grep -q 'what was there before is untouched' log
  check "the old output is whole" cmp -s out.csv old.csv
  check "no temporary file is left" [ -z "$(ls -A | grep '^\.out\.csv\.segc-')" ]
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
