#!/bin/sh
# check_faults.sh PROVER_ATTACK
#
# A test that never fails shows nothing: faults that are planted on purpose must be found, each by
# the attack that looks for its kind, and nothing may be found where none is planted.
set -eu

attack=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# planted FAULT WORDS OPTION...: the attack must end with 1 and say the words.
planted() {
  fault=$1
  words=$2
  shift 2
  for plant in none "$fault"; do
    status=0
    "$attack" --jobs 2 --seed 5 "$@" --fault "$plant" >"$work/out" 2>&1 || status=$?
    expected=1
    [ "$plant" != none ] || expected=0
    if [ "$status" -ne "$expected" ]; then
      echo "planted: $plant; ended with $status, not $expected: $attack --seed 5 $*"
      cat "$work/out"
      exit 1
    fi
  done
  if ! grep -q "$words" "$work/out"; then
    echo "planted: $fault; nothing says \"$words\": $attack --seed 5 $*"
    cat "$work/out"
    exit 1
  fi
}

rules="$(dirname "$0")/text_keys.seg"
few="--projects 2 --segments 4 --budget 100000"
planted proof "that there is nobody" --rules "$rules" --customers 3000
planted core "that there is nobody" --rules "$rules" --customers 3000
planted witness "do not take the witness" --rules "$rules" --customers 3000
# Over projects that are spread over processes, and told again by the one that was wrong.
planted proof "^WRONG: typical project" $few --kind typical --questions 8 --customers 30000
planted core "^WRONG: small project" $few --kind small --customers 20000
planted witness "do not take the witness" $few --kind varied --questions 12 --customers 3000
planted silence "^WRONG: small project" $few --kind small --ask verdicts --customers 20000
planted witness "do not take the witness" $few --kind small --ask verdicts --customers 3000
planted silence "^two threads: only" $few --kind small --ask twice
planted answer "other answers in order" $few --kind small --ask orders --questions 4
if command -v cvc5 >/dev/null 2>&1; then
  planted answer "contradict each other" $few --kind varied --ask cvc5 --questions 8 --budget 50000
fi
