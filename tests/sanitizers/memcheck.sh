#!/bin/sh
# The unit tests under valgrind, which sees reads of memory that was never written, too: memcheck.sh BUILD_FOLDER [NAME...]
# from the root of the checkout. Without names all but those below. Ends with N passed, N failed[, N skipped].
set -u
build=$1
shift

# Asks Z3 for minutes, which are hours here: the memory is Z3's.
solver='test_prove test_quick test_verdicts test_diff_proofs test_diff test_witness test_findings test_guards
test_session_check test_proof_cache'
# Runs machine code made at run time. Guarded memory and the kernels' tests look at what it touches.
machine_code='test_codegen test_codegen_block test_codegen_fold'

passed=0
failed=0
skipped=0
all=
if [ $# -eq 0 ]; then
  all=yes
  for program in "$build"/tests/unit/test_*; do
    set -- "$@" "$(basename "$program")"
  done
fi
export SEGC_TEST_SHARE=8
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for name in "$@"; do
  case " $(echo $solver $machine_code) " in
    *" $name "*)
      [ -z "$all" ] || { skipped=$((skipped + 1)) && continue; }
      ;;
  esac
  start=$(date +%s)
  if valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
    --show-leak-kinds=definite --suppressions=tests/sanitizers/valgrind.supp \
    "$build/tests/unit/$name" >"$log" 2>&1; then
    passed=$((passed + 1))
    echo "ok $name, $(($(date +%s) - start)) s"
  else
    failed=$((failed + 1))
    echo "FAILED $name"
    tail -n 60 "$log"
  fi
done
printf '%d passed, %d failed' "$passed" "$failed"
[ "$skipped" -eq 0 ] || printf ', %d skipped' "$skipped"
printf '\n'
[ "$failed" -eq 0 ]
