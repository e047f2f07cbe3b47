#!/bin/sh
# The data dictionary against its goldens: check_show.sh SEGC SOURCE_FOLDER [--update]
# Every NAME.human, NAME.json and NAME.markdown beside this script is the output of `segc show` for
# the project that the first line of NAME.project names, with the arguments behind it.
set -u
segc=$1
root=$2
update=${3-}
here=$root/tests/show
found=$(mktemp)
trap 'rm -f "$found"' EXIT
failed=0
passed=0
cd "$root" || exit 1
for project in "$here"/*.project; do
  for format in human json markdown; do
    golden=${project%.project}.$format
    [ -e "$golden" ] || [ "$update" = --update ] || continue
    # shellcheck disable=SC2046 # the line holds several arguments
    "$segc" show $(head -n 1 "$project") --format "$format" >"$found" || failed=$((failed + 1))
    if [ "$update" = --update ]; then
      cp "$found" "$golden"
    elif cmp -s "$found" "$golden"; then
      passed=$((passed + 1))
    else
      failed=$((failed + 1))
      echo "FAILED: $golden"
      diff "$golden" "$found"
    fi
  done
done
expect() {
  want=$1 text=$2
  shift 2
  "$@" >"$found" 2>&1 </dev/null
  code=$?
  if [ "$code" -eq "$want" ] && grep -qF -- "$text" "$found"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $* (exit code $code, $want was expected, with: $text)"
    cat "$found"
  fi
}
expect 2 'did you mean `champions`?' "$segc" show examples/rfm chmpions
expect 2 'needs a folder or a file' "$segc" show
expect 2 'none of human, json, markdown' "$segc" show examples/rfm --format html
expect 1 'error' "$segc" show examples/mistakes
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 4 ]
