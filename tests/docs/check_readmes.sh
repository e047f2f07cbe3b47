#!/bin/sh
# check_readmes.sh ROOT
#
# Each folder with code has a README.md that names every file of it, as `name.c` or, for files of one
# module, as `name.{h,c}`; and every file that such a README names in a table stands in its folder.
set -eu

cd "$1"
problems=0

problem() {
  printf 'FAILED %s\n' "$1"
  problems=$((problems + 1))
}

# names TEXT FILE: the name as a whole word, or its ending inside of the braces behind its stem
names() {
  stem=$(printf '%s' "${2%.*}" | sed 's/[.]/[.]/g')
  printf '%s\n' "$1" |
    grep -qE "(^|[^A-Za-z0-9_./-])$stem[.](${2##*.}([^A-Za-z0-9_]|\$)|[{]([a-z]+,)*${2##*.}[,}])"
}

code() {
  find grammar compiler runtime cli tests bench examples -type f \
    \( -name '*.c' -o -name '*.h' -o -name '*.def' -o -name '*.y' -o -name '*.l' -o -name '*.sh' \) \
    2>/dev/null | LC_ALL=C sort
}

for folder in $(code | sed 's|/[^/]*$||' | LC_ALL=C sort -u); do
  if [ ! -f "$folder/README.md" ]; then
    problem "$folder has no README.md"
    continue
  fi
  text=$(cat "$folder/README.md")
  for file in $(code | sed -n "s|^$folder/\([^/]*\)\$|\1|p"); do
    names "$text" "$file" || problem "$folder/README.md does not name $file"
  done
  # the first cells of tables, one name a line, braces written out
  for file in $(printf '%s\n' "$text" | sed -n 's/^| *\([^|]*\) |.*/\1/p' | tr -s '` ,;' '\n' |
    grep -E '^[A-Za-z0-9_]+[.](c|h|def|y|l|sh)$' || :); do
    [ -f "$folder/$file" ] || problem "$folder/README.md names $file, which is not there"
  done
done

[ "$problems" -eq 0 ] && echo "ok every folder's README names its files"
[ "$problems" -eq 0 ]
