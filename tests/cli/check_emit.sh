#!/bin/sh
# segc emit as a user meets it: check_emit.sh SEGC SOURCE_FOLDER
set -u
. "$2/tests/cli/commands.sh"

answers 0 "$segc" emit --help
has "usage: segc emit sql"
answers 2 "$segc" emit
has "needs the form to write"
answers 2 "$segc" emit csv "$examples/rfm" --dialect duckdb
has "write \`segc emit sql DIR --dialect duckdb\`"
answers 2 "$segc" emit sql --dialect duckdb
has "needs a folder or a file"
answers 2 "$segc" emit sql "$examples/rfm"
has "add --dialect duckdb"
answers 2 "$segc" emit sql "$examples/rfm" --dialect oracle
has "write duckdb, postgres or sqlite"
answers 2 "$segc" emit sql "$examples/rfm" --dialect duckdb --as-of yesterday
has "is not a date"

# To stdout and to a file: the same bytes, and the same again.
answers 0 "$segc" emit sql "$examples/saas" --dialect duckdb --as-of 2026-06-01
has "-- As of 2026-06-01"
cp stdout wanted
answers 0 "$segc" emit sql "$examples/saas" --dialect duckdb --as-of 2026-06-01 --out query.sql
same wanted query.sql
answers 0 "$segc" emit sql "$examples/saas" --dialect duckdb
has '$as_of'

# What a dialect cannot say: the place, the reason, and no file.
cat >refused.seg <<'END'
segc 1
timezone: "UTC"

customer from "customers" key id {
  email: text
}

segment staff {
  when:     ends_with(lower(email), "@segc.example")
  decision: "no offers"
}
END
answers 1 "$segc" emit sql refused.seg --dialect sqlite --out refused.sql
has "error[E701]"
has "SQLite cannot say \`lower(email)\`"
has "refused.seg:9:"
has "knows the letters A to Z only"
if [ -e refused.sql ]; then fail "a file was written"; else passed=$((passed + 1)); fi
answers 0 "$segc" emit sql refused.seg --dialect duckdb

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
