# Sourced by the tests of the examples: what they share. `failed` is 1 once something was not as it should be; `work`
# is a folder that goes away.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
failed=0

# same WHAT WANTED GOT: two files, byte for byte
same() {
  if diff -u "$2" "$3" >"$work/diff"; then
    echo "ok $1"
  else
    echo "FAILED $1 (- wanted, + got)"
    cat "$work/diff"
    failed=1
  fi
}

# says NAME README FACTS: the page has each line of FACTS, however its lines are broken
says() {
  tr -s ' \n' ' ' <"$2" >"$work/page"
  while read -r fact; do
    if grep -qF "$fact" "$work/page"; then
      echo "ok $1: the README says \"$fact\""
    else
      echo "FAILED $1: the README does not say \"$fact\""
      failed=1
    fi
  done <"$3"
}
