#!/bin/sh
# Every recipe of docs/cookbook.md, with the shop of the page: `segc check`, its tests with `segc test`, its layout.
#
#   check_cookbook.sh PAGE SEGC
#
# Blocks of the page are cut out by their fences: ```segc shop is the shop, ```segc a part of the
# recipe whose heading (### ...) stands above it.
set -eu
page=$1
segc=$2
least=40 # recipes

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

awk -v work="$work" '
  /^### / { recipe++; file = sprintf("%s/%02d", work, recipe); print substr($0, 5) >(file ".title") }
  /^```segc shop$/ { out = work "/shop"; next }
  /^```segc$/ { out = file ".rules"; next }
  /^```/ { out = ""; next }
  out != "" { print >out }' "$page"

[ -s "$work/shop" ] || { echo "$page has no shop"; exit 1; }
recipes=0
bad=0
for title in "$work"/*.title; do
  recipe=${title%.title}
  mkdir "$recipe"
  { cat "$work/shop"; echo; cat "$recipe.rules"; } >"$recipe/recipe.seg"
  recipes=$((recipes + 1))
  if ! (cd "$recipe" && "$segc" check . >output 2>&1 && "$segc" test . >>output 2>&1 && "$segc" fmt --diff recipe.seg >>output 2>&1); then
    printf '== %s\n' "$(cat "$title")"
    cat "$recipe/output"
    bad=$((bad + 1))
  elif ! grep -q '^  expect ' "$recipe/recipe.seg"; then
    printf '== %s: no test expects anything\n' "$(cat "$title")"
    bad=$((bad + 1))
  fi
done
echo "$recipes recipes, $bad with differences"
[ "$bad" -eq 0 ] && [ "$recipes" -ge "$least" ]
