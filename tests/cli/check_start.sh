#!/bin/sh
# What a command loads: check_start.sh SEGC SOURCE_FOLDER
# The system's loader is asked which libraries it loads; the large ones only come when needed.
set -u
. "$(dirname "$0")/commands.sh"

# loads NAMES COMMAND...: exactly these of the large libraries, in alphabetical order
loads() {
  names=$1
  shift
  command="$*"
  LD_DEBUG=files LD_DEBUG_OUTPUT=loaded "$@" >stdout 2>stderr </dev/null
  code=$?
  found=$(cat loaded.* | grep 'calling init: ' | grep -oE 'libLLVM|libcrypto|libduckdb|libz3' | sort -u | tr '\n' ' ')
  rm -f loaded.*
  if [ "$code" -eq 0 ] && [ "$found" = "$names" ]; then
    passed=$((passed + 1))
  else
    fail "these were loaded: ($found), and these expected: ($names)"
  fi
}

mkdir data
printf 'id,age\n1,20\n2,10\n' >data/customer.csv
cat >rules.seg <<'RULES'
segc 1

timezone: "UTC"

customer from "customer" key id {
  age: int
}

segment grown {
  when:     age >= 18
  decision: "say hello"
}
RULES
loads "" "$segc" version --help
loads "" "$segc" fmt rules.seg
loads "" "$segc" check --no-proofs rules.seg
loads "" "$segc" show rules.seg
# A comparison needs no machine code. CSV is read by DuckDB, Parquet is not.
loads "libduckdb " "$segc" run rules.seg --data data --as-of 2026-01-01
answers 0 "$segc" run rules.seg --data data --as-of 2026-01-01 --out data/grown.parquet
cat >again.seg <<'RULES'
segc 1

timezone: "UTC"

customer from "grown" key id {
  grown: bool
}

segment again {
  when:     grown
  decision: "say hello"
}
RULES
# A truth by itself is a value, and values are computed by machine code. LLVM brings Z3.
loads "libLLVM libz3 " "$segc" run again.seg --data data --as-of 2026-01-01
has "again"
has "50.00%"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
