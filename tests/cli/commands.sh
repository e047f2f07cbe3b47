# Sourced by the tests of the command with `set -u` on: the arguments SEGC SOURCE_FOLDER, a temporary
# folder to stand in, and what a command is asked for. `passed` and `failed` count the answers.
segc=$1
examples=$2/examples
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
cd "$folder" || exit 1

failed=0
passed=0
fail() {
  failed=$((failed + 1))
  echo "FAILED: $1"
  echo "  command: $command"
  echo "  exit code ${code-none}; stdout:"
  sed 's/^/    /' stdout
  echo "  stderr:"
  sed 's/^/    /' stderr
}

# answers CODE COMMAND...: run it, expect the exit code. Then: has TEXT, hasnt TEXT, same FILE.
answers() {
  want=$1
  shift
  command="$*"
  "$@" >stdout 2>stderr </dev/null
  code=$?
  if [ "$code" -eq "$want" ]; then passed=$((passed + 1)); else fail "exit code $code, not $want"; fi
}
has() {
  if grep -qF -- "$1" stdout stderr; then passed=$((passed + 1)); else fail "missing: $1"; fi
}
hasnt() {
  if grep -qF -- "$1" stdout stderr; then fail "must not appear: $1"; else passed=$((passed + 1)); fi
}
# same WANTED [FOUND]: byte for byte; found is stdout when it is not named.
same() {
  if diff "$1" "${2-stdout}" >difference; then
    passed=$((passed + 1))
  else
    cat difference
    fail "not as in $1"
  fi
}
