#!/bin/sh
# The same inputs give the same bytes: check_repeat.sh SEGC SOURCE_FOLDER [EXAMPLE...]. Every example, or those that are
# named, from its files and from a store, with 1, 2 and 7 threads, little memory and other machine code: outputs, their
# manifests, and the store. Nothing may differ, but that the manifest names a store as its input where there is one.
set -u
segc=$1
examples=$2/examples
shift 2
[ $# -gt 0 ] || set -- rfm grocery saas b2b
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0
failed=0
count() { # count WHAT LEFT RIGHT
  if [ "$2" = "$3" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $1"
    echo "  $2"
    echo "  $3"
  fi
}
# hashes FOLDER: a line for each file in it.
hashes() {
  (cd "$1" && find . -type f | sort | xargs sha256sum)
}
for example in "$@"; do
  project=$examples/$example
  as_of=$(cat "$project/as-of")
  store=$folder/$example
  for threads in 7 1; do
    rm -rf "$store"
    "$segc" prepare "$project" --data "$project/data" --store "$store" --threads "$threads" >"$folder/log" 2>&1 ||
      cat "$folder/log"
    hashes "$store" >"$folder/store.$threads"
  done
  count "the store of $example with 1 and 7 threads" "$(cat "$folder/store.7")" "$(cat "$folder/store.1")"
  wanted='' wanted_manifests='' wanted_of_store=''
  for options in "--threads 1" "--threads 2" "--threads 7" "--threads 7" "--memory 256MB" "--cpu x86-64" \
    "--store --threads 1" "--store --threads 2" "--store --threads 7"; do
    case $options in
      --store*) data="--store $store ${options#--store}" ;;
      *) data="--data $project/data $options" ;;
    esac
    for form in csv parquet; do
      rm -f "$folder/out.$form" "$folder/out.$form.manifest.json"
      # Lists of options: split on purpose
      "$segc" run "$project" $data --as-of "$as_of" --out "$folder/out.$form" >"$folder/log" 2>&1 || cat "$folder/log"
    done
    found=$(cd "$folder" && sha256sum out.csv out.parquet)
    manifests=$(cat "$folder/out.csv.manifest.json" "$folder/out.parquet.manifest.json")
    wanted=${wanted:-$found}
    wanted_manifests=${wanted_manifests:-$manifests}
    count "$example with $options" "$found" "$wanted"
    case $options in
      --store*)
        wanted_of_store=${wanted_of_store:-$manifests}
        count "the manifests of $example with $options" "$manifests" "$wanted_of_store"
        manifests=$(printf "%s\n" "$manifests" | sed 's/"inputs":\[[^]]*\]//')
        count "all but the inputs in the manifests of $example with $options" "$manifests" \
          "$(printf "%s\n" "$wanted_manifests" | sed 's/"inputs":\[[^]]*\]//')"
        ;;
      *) count "the manifests of $example with $options" "$manifests" "$wanted_manifests" ;;
    esac
  done
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
