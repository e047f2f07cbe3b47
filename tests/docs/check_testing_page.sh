#!/bin/sh
# docs/testing.md shows what segc prints: check_testing_page.sh PAGE SEGC
# A ```segc block behind a line `FILE`: becomes that file; a ```console block begins with "$ segc ..." and must
# be what this command prints, with the files that stand above it.
set -u
page=$1
segc=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/work"

awk -v folder="$folder" '
  /^`[^`]*`:$/ { name = substr($0, 2, length($0) - 3) }
  /^```segc$/ { n++; file = folder "/" n ".file"; print name >file; inside = 1; next }
  /^```console$/ { n++; file = folder "/" n ".console"; inside = 1; next }
  /^```/ { if (inside) close(file); inside = 0; next }
  inside { print >file }' "$page"

cd "$folder/work" || exit 1
status=0
commands=0
n=1
while [ -e "../$n.file" ] || [ -e "../$n.console" ]; do
  if [ -e "../$n.file" ]; then
    name=$(sed -n 1p "../$n.file")
    mkdir -p "$(dirname "$name")"
    sed 1d "../$n.file" >"$name"
  else
    commands=$((commands + 1))
    sed 1d "../$n.console" >../expected
    command=$(sed -n '1s/^\$ segc//p' "../$n.console")
    eval "'$segc' $command" >../found 2>&1 </dev/null
    if ! diff ../expected ../found; then
      echo "differs: segc$command"
      status=1
    fi
  fi
  n=$((n + 1))
done
"$segc" fmt --check "$folder/work" || status=1
echo "$commands commands of the page compared"
[ "$commands" -ge 2 ] || status=1
exit "$status"
