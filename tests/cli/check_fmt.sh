#!/bin/sh
# segc fmt as a user meets it: check_fmt.sh SEGC SOURCE_FOLDER
# Exit codes, what is printed, and what happens to the files.
set -u
. "$(dirname "$0")/commands.sh"

# expect CODE STDOUT COMMAND...: the exit code and the whole of stdout; no temporary file may be left.
expect() {
  want=$1 text=$2
  shift 2
  command="$*"
  "$@" >stdout 2>stderr <input
  code=$?
  if [ "$code" -ne "$want" ]; then
    fail "exit code $want was expected"
  elif [ "$(cat stdout)" != "$text" ]; then
    fail "this output was expected: $text"
  elif find . -name '.*.tmp' | grep -q .; then
    fail "a temporary file was left behind"
  else
    passed=$((passed + 1))
  fi
}

# is TEXT WORDS: on stderr
says() {
  grep -qF -- "$1" stderr || fail "this message was expected: $1"
}

# keeps FILE TEXT
keeps() {
  [ "$(cat "$1")" = "$2" ] || fail "$1 should hold: $2"
}

messy='segc 1
metric a=b # why'
neat='segc 1

metric a = b  # why'
broken='segc 1
metric a ='
reset() {
  rm -rf rules
  mkdir -p rules/below
  printf '%s\n' "$messy" >rules/messy.seg
  printf '%s\n' "$neat" >rules/below/neat.seg
  printf 'metric x=1' >rules/not_a_rule.txt
}
: >input

# --check and --diff change nothing.
reset
expect 1 "rules/messy.seg" "$segc" fmt --check rules
keeps rules/messy.seg "$messy"
expect 0 "" "$segc" fmt --check rules/below
expect 1 "--- rules/messy.seg
+++ rules/messy.seg
@@ -1,2 +1,3 @@
 segc 1
-metric a=b # why
+
+metric a = b  # why" "$segc" fmt --diff rules
keeps rules/messy.seg "$messy"
expect 0 "" "$segc" fmt --diff rules/below

# A missing line end at the end of the file is a difference, too.
printf '%s' "$neat" >rules/messy.seg
expect 1 "--- rules/messy.seg
+++ rules/messy.seg
@@ -1,3 +1,3 @@
 segc 1
 
-metric a = b  # why
\\ No newline at end of file
+metric a = b  # why" "$segc" fmt --diff rules

# A long difference is what patch(1) takes.
if command -v patch >/dev/null; then
  {
    echo "segc 1"
    i=0
    while [ $i -lt 300 ]; do
      i=$((i + 1))
      [ $((i % 17)) -ne 0 ] || echo "metric odd_$i=count( purchase )"
      [ $((i % 50)) -ne 0 ] || printf '\n\n\n'
      echo "metric m_$i = $i"
    done
  } >rules/messy.seg
  command="segc fmt --diff, patch" code=0
  "$segc" fmt --diff rules/messy.seg >stdout
  cp rules/messy.seg patched.seg
  patch -s patched.seg stdout || fail "patch takes the difference"
  "$segc" fmt rules/messy.seg >/dev/null
  cmp -s patched.seg rules/messy.seg || fail "the patched file is the laid out one"
fi

# In place: the names of what changed, permissions and links as they were, the second time nothing.
reset
chmod 640 rules/messy.seg
ln -s messy.seg rules/link.txt
expect 0 "rules/messy.seg" "$segc" fmt rules
keeps rules/messy.seg "$neat"
[ "$(stat -c %a rules/messy.seg)" = 640 ] || fail "the permissions stay"
keeps rules/not_a_rule.txt "metric x=1"
expect 0 "" "$segc" fmt rules
printf '%s\n' "$messy" >rules/messy.seg
expect 0 "rules/link.txt" "$segc" fmt rules/link.txt
[ -L rules/link.txt ] || fail "a link stays a link"
keeps rules/messy.seg "$neat"

# Files with syntax errors stay as they are; the others are laid out.
reset
printf '%s\n' "$broken" >rules/broken.seg
expect 1 "rules/messy.seg" "$segc" fmt rules
says "rules/broken.seg:2"
keeps rules/broken.seg "$broken"
keeps rules/messy.seg "$neat"
expect 1 "" "$segc" fmt --check rules
expect 1 "" "$segc" fmt --diff rules

# Only the syntax counts: rules that mean nothing can be laid out.
printf 'segc 1\nsegment s{when:nothing>1}' >rules/broken.seg
expect 0 "rules/broken.seg" "$segc" fmt rules

# From stdin to stdout.
printf '%s' "$messy" >input
expect 0 "$neat" "$segc" fmt -
expect 1 "<stdin>" "$segc" fmt - --check
printf '%s\n' "$neat" >input
expect 0 "" "$segc" fmt --check -
printf '%s' "$broken" >input
expect 1 "" "$segc" fmt -
says "<stdin>:2"

# Usage, and files that cannot be read or written.
expect 2 "" "$segc" fmt
says "needs a folder or a file"
expect 2 "" "$segc" fmt --check --diff rules
says "do not go together"
expect 2 "" "$segc" fmt - rules
says "cannot stand beside files"
expect 2 "" "$segc" fmt nowhere
says "nowhere"
expect 2 "" "$segc" fmt --chek rules
says "write \`--check\`"
mkdir empty
expect 2 "" "$segc" fmt empty
says "no rule files"
if [ "$(id -u)" -ne 0 ]; then
  reset
  chmod 444 rules/messy.seg
  expect 2 "" "$segc" fmt rules
  says "rules/messy.seg cannot be written"
  chmod 644 rules/messy.seg
  chmod 555 rules
  expect 2 "" "$segc" fmt rules
  chmod 755 rules
fi
"$segc" fmt --help >stdout 2>stderr
command="segc fmt --help" code=$?
grep -q "usage: segc fmt" stdout || fail "--help explains the verb"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
