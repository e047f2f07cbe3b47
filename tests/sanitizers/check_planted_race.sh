#!/bin/sh
# The thread sanitizer sees races in segc's own code, and the suppressions do not hide them:
# check_planted_race.sh PLANTED_RACE. Runs under the preset tsan only.
set -u
failed=0
for kind in plain duckdb; do
  output=$("$1" "$kind" 2>&1)
  status=$?
  if [ "$status" -ne 66 ] || ! printf '%s\n' "$output" | grep -q 'data race.*planted_race.c:[0-9]* in add'; then
    printf 'FAILED: the race of %s was not reported, exit code %s\n%s\n' "$kind" "$status" "$output"
    failed=1
  fi
done
exit "$failed"
