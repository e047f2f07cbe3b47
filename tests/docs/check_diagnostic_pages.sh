#!/bin/sh
# The pages of docs/diagnostics against the table of codes, and their programs against segc.
#
#   check_diagnostic_pages.sh ROOT [SEGC]
#
# Without SEGC: every code of diagnostics.def has a page with its title and a row in the index, and
# every page has a code; every code of the lists of errors of the world has an entry with its title and
# its message in data.md and a row in the index, and the reverse; no code stands in two rows, and none
# is written out in a source file. With SEGC, for each ```segc block of a page CODE.md:
#   first line `# wrong`              segc check reports CODE once, and nothing else
#   first line `# wrong at run time`  only a run shows CODE; segc check reports nothing
#   first line `# wrong in DIALECT`   segc emit sql --dialect DIALECT reports CODE; segc check nothing
#   first line `# right`              segc check reports nothing and succeeds
# The marker line is not part of the program.
set -eu
root=$1
segc=${2:-}
definitions=$root/compiler/diag/diagnostics.def
pages=$root/docs/diagnostics
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
failures=0
programs=0

complain() {
  echo "$1" >&2
  failures=$((failures + 1))
}

# CODE<tab>TITLE of every row.
sed -n 's/^SEG_DIAG([A-Z_]*, "\([EOW][0-9]*\)", SEG_[A-Z]*, "\(.*\)")$/\1\t\2/p' "$definitions" >"$work/codes"
rows=$(grep -c '^SEG_DIAG(' "$definitions" || true)
[ "$rows" -gt 0 ] || complain "$definitions: no rows"
[ "$(wc -l <"$work/codes")" -eq "$rows" ] ||
  complain "$definitions: a row is not SEG_DIAG(NAME, \"CODE\", SEVERITY, \"title\") on one line"

while IFS="$(printf '\t')" read -r code title; do
  page=$pages/$code.md
  if [ ! -f "$page" ]; then
    complain "$code has no page docs/diagnostics/$code.md"
    continue
  fi
  [ "$(head -n 1 "$page")" = "# $code: $title" ] ||
    complain "$code.md: the first line must be: # $code: $title"
  grep -qF "| [$code]($code.md) | $title |" "$pages/README.md" ||
    complain "README.md: this row is missing: | [$code]($code.md) | $title |"
  for marker in '^# wrong' '^# right$'; do
    grep -q "$marker" "$page" || complain "$code.md has no block that begins with ${marker#^}"
  done
done <"$work/codes"

for page in "$pages"/*.md; do
  name=$(basename "$page" .md)
  [ "$name" = README ] || [ "$name" = data ] || grep -q "^$name	" "$work/codes" ||
    complain "$name.md: no such code in diagnostics.def"
done

# The errors of the world.
world=$pages/data.md
for list in runtime/base/error_codes.def:SEG_ERROR_CODE runtime/io/io_errors.def:SEG_IO_ERROR \
  runtime/entity/run_errors.def:SEG_RUN_ERROR runtime/store/store_errors.def:SEG_STORE_ERROR; do
  file=$root/${list%:*}
  macro=${list#*:}
  sed -n "s/^$macro([A-Z_]*, \"\([DG][0-9]*\)\", \"\(.*\)\")\$/\1\t\2/p" "$file" >"$work/list"
  [ "$(grep -c "^$macro(" "$file" || true)" -eq "$(wc -l <"$work/list")" ] && [ -s "$work/list" ] ||
    complain "$file: a row is not $macro(NAME, \"CODE\", \"title\") on one line, or there is none"
  cat "$work/list" >>"$work/world"
done
while IFS="$(printf '\t')" read -r code title; do
  grep -qxF "### $code: $title" "$world" || complain "data.md: this heading is missing: ### $code: $title"
  anchor=$(printf '%s' "$code: $title" | tr '[:upper:] ' '[:lower:]-' | tr -cd 'a-z0-9_-')
  grep -qxF "| [$code](data.md#$anchor) | $title |" "$pages/README.md" ||
    complain "README.md: this row is missing: | [$code](data.md#$anchor) | $title |"
  entry=$(sed -n "/^### $code: /,/^\*\*Fix:\*\*/p" "$world")
  [ "$code" = D007 ] || printf '%s\n' "$entry" | grep -qF "error[$code]: " ||
    complain "data.md: the entry of $code shows no message"
  printf '%s\n' "$entry" | grep -q '^\*\*Why:\*\* .' || complain "data.md: the entry of $code has no **Why:**"
done <"$work/world"
for code in $(sed -n 's/^### \([A-Z0-9]*\):.*/\1/p' "$world"; sed -n 's/^| \[\([A-Z0-9]*\)\](data.md.*/\1/p' "$pages/README.md"); do
  grep -q "^$code	" "$work/world" || complain "docs/diagnostics: no list has the code $code"
done
for code in $(cut -f 1 "$work/codes" "$work/world" | sort | uniq -d); do
  complain "$code stands in two rows of the lists"
done
grep -rnE --include='*.c' --include='*.h' '"[DG][0-9]{3}"' "$root/runtime" "$root/compiler" "$root/cli" |
  grep -v '//.*"[DG][0-9]' >"$work/literal" || true
while read -r line; do
  complain "a code belongs in a list, not into a source file: ${line#"$root"/}"
done <"$work/literal"
rows=$((rows + $(wc -l <"$work/world")))

# Each block becomes CODE-N/rules.seg, with its marker in CODE-N/marker.
if [ -n "$segc" ]; then
  for page in "$pages"/[EOW]*.md; do
    awk -v stem="$work/$(basename "$page" .md)" '
      /^```segc$/ { folder = stem "-" ++n; system("mkdir \"" folder "\""); inside = 1; first = 1; next }
      /^```/ && inside { inside = 0; close(folder "/rules.seg"); close(folder "/marker"); next }
      inside && first { print > (folder "/marker"); first = 0; next }
      inside { print > (folder "/rules.seg") }' "$page"
  done
  for folder in "$work"/*-*/; do
    folder=${folder%/}
    label=$(basename "$folder")
    code=${label%-*}
    marker=$(cat "$folder/marker" 2>/dev/null || true)
    programs=$((programs + 1))
    status=0
    "$segc" check --format json "$folder/rules.seg" >"$folder/out" 2>"$folder/err" || status=$?
    found=$(grep -o '"code":"[A-Z0-9]*"' "$folder/out" | sed 's/.*:"\(.*\)"/\1/' | tr '\n' ' ' || true)
    found=${found% }
    # O213 says what is not proved; that is no mistake of the program, where the page is about another code.
    case $code in O213) ;; *) found=$(printf '%s' "$found" | sed 's/O213//g; s/  */ /g; s/^ //; s/ $//') ;; esac
    if grep -q "\"$code\", SEG_WARNING" "$definitions"; then wrong_status=0; else wrong_status=1; fi
    case $marker in
      '# wrong') expected=$code expected_status=$wrong_status ;;
      '# right' | '# wrong at run time') expected= expected_status=0 ;;
      '# wrong in '*)
        expected= expected_status=0
        "$segc" emit sql --dialect "${marker#\# wrong in }" "$folder/rules.seg" 2>&1 | grep -qF "error[$code]" ||
          complain "$label: $marker, but it is not refused" ;;
      *) complain "$label: a block must begin with # wrong or # right, not: $marker"; continue ;;
    esac
    if [ "$found" != "$expected" ] || [ "$status" -ne "$expected_status" ]; then
      complain "$label (${marker#\# }): expected [$expected] and exit $expected_status, got [$found] and exit $status"
      sed 's/^/    /' "$folder/rules.seg" >&2
      "$segc" check "$folder/rules.seg" 2>&1 | sed 's/^/    > /' >&2 || true
    fi
  done
  [ "$programs" -gt 0 ] || complain "docs/diagnostics: no programs found"
fi

echo "$rows codes, $programs programs, $failures problems"
[ "$failures" -eq 0 ]
