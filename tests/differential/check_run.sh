#!/bin/sh
# The script for hours, with programs that only say what the real ones say: check_run.sh SOURCE_FOLDER
set -u
source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/tests/differential" "$work/tests/sql" "$work/bin"

# Time is what the stand-ins say: each takes all that it is given.
export CLOCK="$work/clock" TURNS="$work/turns"
echo 1000 >"$CLOCK"
printf '#!/bin/sh\ncat "$CLOCK"\n' >"$work/bin/date"
printf '#!/bin/sh\necho $(($(cat "$CLOCK") + $2)) >"$CLOCK"\necho "$1 $2" >>"$TURNS"\n' >"$work/bin/take"
export PATH="$work/bin:$PATH"

# Ten programs a turn. Of seed 7 the second turn finds a difference; with seed 8 there are too many refusals.
cat >"$work/tests/differential/differential" <<'END'
#!/bin/sh
take rules "$6"
echo "differential: seed $2, 10 programs, 2 workers"
echo "programs 10 (3.1 a second), refused 2 (20.0%)"
echo "  E201     2  e.g. program 99: no such thing"
echo "decisions 12345 (34.3% members), differences 0"
case $2,$4 in
  7,10) printf '\nDIFFERENCE: program 4711, rows 0 (run: differential --program 4711)\n' && exit 1 ;;
  8,*) echo "more than 5% of the programs were refused" && exit 3 ;;
esac
END
# Ends without a word at the second turn.
cat >"$work/tests/sql/sql_differential" <<'END'
#!/bin/sh
[ "$1" != sqlite ] || { echo "skipped: no SQLite" && exit 77; }
take "$1" "$7"
[ "$5" -eq 0 ] || exit 139
echo "20 programs (1 not accepted by the checker), 3 refused by the dialect, 48 runs (1 with an overflow), decisions 500, 1.0 s"
echo "  refused 3 (first 42): it adds fractional numbers"
END
chmod +x "$work/tests/differential/differential" "$work/tests/sql/sql_differential" "$work/bin/"*

passed=0
failed=0
# runs CODE OPTIONS...: then has TEXT, has TEXT FILE.
runs() {
  want=$1
  shift
  "$source/tests/differential/run" --build "$work" "$@" >"$work/said" 2>&1
  code=$?
  if [ "$code" -eq "$want" ]; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED: $* ended with $code"; fi
}
has() {
  if grep -qxF -- "$1" "${2-$work/said}"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: missing: $1"
    cat "${2-$work/said}"
  fi
}

# turns WANTED: what was given, since the last time that this was asked.
turns() {
  found=$(tr '\n' ',' <"$TURNS")
  : >"$TURNS"
  if [ "$found" = "$1" ]; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED: turns: $found"; fi
}

# Refusals alone are no difference; the reasons are kept. What is not installed is left out. The last turn is what is left.
runs 0 --seed 8 --hours 0.02 --only "rules sqlite"
turns 'rules 60,rules 12,'
has 'sqlite: skipped, no SQLite'
has '0 differences'
has 'rules: E201     2  e.g. program 99: no such thing' "$work/differential/8/refused"

# Turns follow each other; a difference and a crash are found, kept, and told with what shows them again.
runs 1 --seed 7 --hours 0.05 --only "rules duckdb"
turns 'rules 60,duckdb 20,rules 60,duckdb 20,rules 20,'
has 'rules 10 10 2 12345' "$work/differential/7/done"
has 'rules 20 10 2 12345' "$work/differential/7/done"
has 'duckdb 20 20 4 500' "$work/differential/7/done"
has 'duckdb 1020 0 0 0' "$work/differential/7/done"
has 'duckdb: refused 3 (first 42): it adds fractional numbers' "$work/differential/7/refused"
has "  $work/differential/7/found/rules-10: differential --program 4711"
has "  $work/differential/7/found/duckdb-20: the same with --seed 7 --from 20"
has 'all: 50 programs, 37535 decisions, 10 refused'
has '2 differences'

# The next run goes on with the same seed, and what was found is told again.
runs 0 --hours 0.01 --only rules
turns 'rules 36,'
has 'rules: 40 programs, 49380 decisions, 8 refused'
has "  $work/differential/7/found/rules-10: differential --program 4711"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
