#!/bin/sh
# A page shows what segc prints: check_readme.sh PAGE SEGC [FEWEST]
# Every indented block that begins with "$ build/segc ..." is run from the root of the project; its lines must
# come out in this order. A line "..." stands for any lines, `my_project` for a folder that is made. The page has at least FEWEST blocks (default 2).
set -u
readme=$1
segc=$2
fewest=${3-2}
cd "$(dirname "$0")/../.." || exit 1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# One file per block: the command, then the lines.
awk -v folder="$folder" '
  /^    \$ build\/segc / { n++; file = folder "/" n; print substr($0, 7) >file; next }
  /^    / && file { print substr($0, 5) >file; next }
  /^$/ && file { print "" >file; next }
  { file = "" }' "$readme"

status=0
blocks=0
for block in "$folder"/*; do
  [ -f "$block" ] || break
  blocks=$((blocks + 1))
  command=$(sed -n 1p "$block" | sed "s|^build/segc|'$segc'|; s|my_project|$folder/my_project|g")
  sh -c "$command" 2>&1 </dev/null | sed "s|$folder/my_project|my_project|g" >"$folder.out"
  if ! awk -v block="$block" '
    BEGIN { getline line <block; while ((getline line <block) > 0) if (line != "") want[++count] = line; at = 1; skip = 0 }
    $0 == "" { next }
    at <= count && want[at] ~ /^ *\.\.\.$/ { skip = 1; at++ }
    at <= count && $0 == want[at] { at++; skip = 0; next }
    at <= count && !skip { print "README: " want[at]; print "segc:   " $0; bad = 1; exit }
    END { if (bad) exit 1; if (at <= count && want[at] !~ /^ *\.\.\.$/) { print "README: " want[at]; print "segc:   (nothing more)"; exit 1 } }
  ' "$folder.out"; then
    echo "differs: $command"
    status=1
  fi
done
rm -f "$folder.out"
[ "$blocks" -ge "$fewest" ] || { echo "the page shows too few commands"; status=1; }
echo "$blocks blocks compared"
exit "$status"
