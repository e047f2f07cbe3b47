#!/bin/sh
# check_witness_tests.sh PROVER_ATTACK SEGC [SEED...]
#
# The customers that `segc check` shows for random projects, written as tests by `--witness-tests`,
# must pass `segc test`: they go through text, the front end and both evaluators again. A project of
# which `segc check` shows nobody proves nothing; not all may be of that kind.
set -eu

attack=$1
segc=$2
shift 2
[ $# -gt 0 ] || set -- 1 2 3 4 5 6 7 8

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
shown=0

for kind in small typical; do
  for seed in "$@"; do
    folder=$work/$kind-$seed
    mkdir "$folder"
    "$attack" --print "$seed" --kind "$kind" --segments 5 >"$folder/rules.seg"
    status=0
    "$segc" check "$folder" --no-proof-cache --proof-budget 100000 \
      --witness-tests "$folder/witnesses.seg" >"$work/check.out" 2>&1 || status=$?
    if [ "$status" -gt 1 ]; then
      echo "segc check ends with $status: $attack --print $seed --kind $kind"
      cat "$work/check.out"
      exit 1
    fi
    [ -f "$folder/witnesses.seg" ] || continue
    if ! "$segc" test "$folder" >"$work/test.out" 2>&1; then
      echo "a shown customer does not pass: $attack --print $seed --kind $kind --segments 5"
      cat "$folder/rules.seg" "$folder/witnesses.seg" "$work/test.out"
      exit 1
    fi
    shown=$((shown + $(grep -c '^test ' "$folder/witnesses.seg")))
  done
done

echo "$shown customers pass as tests"
[ "$shown" -gt 0 ]
