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

# not_named README: those of the files on standard input whose name does not stand in README, as a whole
# word or with its ending inside of the braces behind its stem
not_named() {
  awk -v readme="$1" '
    BEGIN { while ((getline line < readme) > 0) text = text "\n" line "\n" }
    {
      stem = ending = $0
      sub(/[.][^.]*$/, "", stem)
      gsub(/[.]/, "[.]", stem)
      sub(/.*[.]/, "", ending)
      if (text !~ "[^A-Za-z0-9_./-]" stem "[.](" ending "[^A-Za-z0-9_]|[{]([a-z]+,)*" ending "[,}])") print
    }'
}

code() {
  find grammar compiler runtime cli tests bench examples -type f \
    \( -name '*.c' -o -name '*.h' -o -name '*.def' -o -name '*.y' -o -name '*.l' -o -name '*.sh' \) \
    2>/dev/null | LC_ALL=C sort
}

files=$(code)
for folder in $(printf '%s\n' "$files" | sed 's|/[^/]*$||' | LC_ALL=C sort -u); do
  if [ ! -f "$folder/README.md" ]; then
    problem "$folder has no README.md"
    continue
  fi
  for file in $(printf '%s\n' "$files" | sed -n "s|^$folder/\([^/]*\)\$|\1|p" | not_named "$folder/README.md"); do
    problem "$folder/README.md does not name $file"
  done
  # the first cells of tables, one name a line, braces written out
  for file in $(sed -n 's/^| *\([^|]*\) |.*/\1/p' "$folder/README.md" | tr -s '` ,;' '\n' |
    grep -E '^[A-Za-z0-9_]+[.](c|h|def|y|l|sh)$' || :); do
    [ -f "$folder/$file" ] || problem "$folder/README.md names $file, which is not there"
  done
done

[ "$problems" -eq 0 ] && echo "ok every folder's README names its files"
[ "$problems" -eq 0 ]
