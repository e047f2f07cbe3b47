#!/bin/sh
# The check itself is checked: a small tree that keeps the law passes, and every way of breaking it,
# put into that tree alone, is reported with its file and line.
set -eu
check=$(cd "$(dirname "$0")" && pwd)/check.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
trap 'exit 1' HUP INT TERM
failed=0

lawful() {
  rm -rf "$tree/project"
  mkdir -p "$tree/project/low" "$tree/project/high/part" "$tree/project/compiler/include" "$tree/project/tests"
  cat >"$tree/project/rooms.txt" <<'END'
# a comment
+machine : machine-c/ machine.h

low              :
compiler/include :
high/part        : low +machine
high             : low high/part compiler/include
END
  printf '#include "low/low.h"\n#include <stdio.h>\n#include <sys/stat.h>\n' >"$tree/project/low/low.c"
  printf '#include "own.h"\n#include <machine-c/Core.h>\n  #  include "low/low.h"\n' >"$tree/project/high/part/part.c"
  printf '#include <segc.h>\n#include "high/part/part.h"\n' >"$tree/project/high/high.c"
  printf '#include "high/high.h"\n#include "low/low.h"\n' >"$tree/project/tests/free.c"
}

run() { sh "$check" "$tree/project" "$tree/project/rooms.txt"; }

# refused WHAT FILE TEXT EXPECTED: with TEXT as FILE, the check must fail and print EXPECTED.
refused() {
  lawful
  mkdir -p "$(dirname "$tree/project/$2")"
  printf "$3" >"$tree/project/$2"
  if output=$(run); then
    echo "not caught: $1"
    failed=1
  elif ! printf '%s\n' "$output" | grep -qF "$4"; then
    echo "$1: expected '$4' in:"
    echo "$output"
    failed=1
  fi
}

lawful
if ! output=$(run); then
  echo "a lawful tree was refused: $output"
  failed=1
fi

refused 'upwards' low/low.c '#include <stdio.h>\n#include "high/high.h"\n' 'low/low.c:2: low may not include high'
refused 'upwards from a header' low/low.h '#include "high/part/part.h"\n' 'low/low.h:1: low may not include high/part'
refused 'from a grammar' low/x.y '%%{\n# include "high/high.h"\n%%}\n' 'low/x.y:2: low may not include high'
refused 'from a list' low/x.def '#include "high/high.h"\n' 'low/x.def:1:'
refused 'in angle brackets' low/low.c '#include <high/high.h>\n' 'low/low.c:1: low may not include high'
refused 'public header' low/low.c '#include <segc.h>\n' 'low/low.c:1: low may not include compiler/include'
refused 'foreign folder' high/high.c '#include <machine-c/Core.h>\n' 'high/high.c:1: high may not include machine-c/Core.h'
refused 'foreign file, quoted' low/low.c '#include "machine.h"\n' 'low/low.c:1: low may not include machine.h'
refused 'around the corner' low/low.c '#include "../high/high.h"\n' 'low/low.c:1: write'
refused 'unknown room' attic/a.c 'int x;\n' 'attic/a.c: attic is no room'
refused 'file at the root' main.c 'int x;\n' 'main.c: . is no room'
refused 'tests' high/high.c '#include "tests/free.h"\n' 'is in no room'
refused 'cycle in the table' rooms.txt 'low: high\nhigh: low\n' 'low names high, which is not above it'
refused 'room twice' rooms.txt 'low:\nlow:\n' 'listed before'
refused 'empty table' rooms.txt '# nothing\n' 'lists no room'

lawful
rm -r "$tree/project/low" "$tree/project/high"
if run >/dev/null; then
  echo "a tree without sources passed"
  failed=1
fi

exit $failed
