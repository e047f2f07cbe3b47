#!/bin/sh
# The same inputs give the same bytes: check_repeat.sh SEGC SOURCE_FOLDER [EXAMPLE...]. Every example, or those that are
# named, from its files and from a store, with 1, 2 and 7 threads, little memory and other machine code.
set -u
segc=$1
examples=$2/examples
shift 2
[ $# -gt 0 ] || set -- rfm grocery saas b2b
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0
failed=0
for example in "$@"; do
  project=$examples/$example
  as_of=$(cat "$project/as-of")
  "$segc" prepare "$project" --data "$project/data" --store "$folder/$example" >"$folder/log" 2>&1 || cat "$folder/log"
  wanted=
  for options in "--threads 1" "--threads 2" "--threads 7" "--threads 7" "--memory 256MB" "--cpu x86-64" "--store" \
    "--store --threads 7"; do
    case $options in
      --store*) data="--store $folder/$example ${options#--store}" ;;
      *) data="--data $project/data $options" ;;
    esac
    for form in csv parquet; do
      rm -f "$folder/out.$form"
      # Lists of options: split on purpose
      "$segc" run "$project" $data --as-of "$as_of" --out "$folder/out.$form" >"$folder/log" 2>&1 || cat "$folder/log"
    done
    found=$(cat "$folder/out.csv" "$folder/out.parquet" | sha256sum)
    wanted=${wanted:-$found}
    if [ "$found" = "$wanted" ]; then
      passed=$((passed + 1))
    else
      failed=$((failed + 1))
      echo "FAILED: $example with $options"
    fi
  done
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
