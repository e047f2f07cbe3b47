#!/bin/sh
# SARIF: check_sarif.sh SEGC QUERY SOURCE_FOLDER
# What `segc check --format sarif` writes about every golden file obeys the standard, as far as segc
# uses it (sarif.sql); and the check itself finds what is put wrong.
set -u
segc=$1
query=$2
sql=$3/tests/cli/sarif.sql
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

passed=0
failed=0
# sound FILE, broken FILE: no fault is found, at least one is
sound() {
  if "$query" "FILE=$1" "$sql" >faults 2>&1 && [ ! -s faults ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $2"
    sed 's/^/    /' faults
  fi
}
broken() {
  if ! "$query" "FILE=$1" "$sql" >faults 2>&1 || [ -s faults ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: not found: $2"
  fi
}

# Every golden file, in a folder whose name needs escapes in a URI.
for file in "$3"/tests/golden/*.seg; do
  rm -rf 'söme folder %'
  mkdir 'söme folder %'
  cp "$file" 'söme folder %/'
  "$segc" check --format sarif 'söme folder %' >log.sarif 2>/dev/null
  sound log.sarif "$file"
done

# Ten mistakes are ten results, in both files that have them.
for name in ten_mistakes ten_more_mistakes; do
  rm -rf ten
  mkdir ten
  cp "$3/tests/golden/$name.seg" ten/
  "$segc" check --format sarif ten >ten.sarif 2>/dev/null
  results=$(grep -o '"ruleIndex":' ten.sarif | wc -l)
  if [ "$results" -eq 10 ]; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "FAILED: $name: $results results, not 10"
  fi
  sound ten.sarif "$name"
done

# One thing put wrong at a time.
while IFS='|' read -r what change; do
  sed "$change" ten.sarif >wrong.sarif
  if cmp -s ten.sarif wrong.sarif; then
    failed=$((failed + 1))
    echo "FAILED: nothing changed: $what"
  fi
  broken wrong.sarif "$what"
done <<'END'
no JSON|s/}$//
another version|s/"version":"2.1.0"/"version":"2.0.0"/
no version|s/"version":"2.1.0",//
a property of its own|s/"results":/"extra":1,"results":/
no results|s/"results":/"resultz":/
no message|s/"message":{"text":"nothing/"massage":{"text":"nothing/;s/"message"/"massage"/
an empty message|s/"message":{"text":"[^"]*"/"message":{"text":""/
a level that does not exist|s/"level":"error","message"/"level":"fatal","message"/
a rule index of another rule|s/"ruleIndex":[0-9]*/"ruleIndex":0/
a rule twice|s/"id":"E002"/"id":"E001"/
line zero|s/"startLine":[0-9]*/"startLine":0/
an end before the beginning|s/"endLine":[0-9]*/"endLine":1/
a blank in a URI|s/"uri":"/"uri":" /
columns counted in bytes|s/unicodeCodePoints/bytes/
END

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
