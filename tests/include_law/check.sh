#!/bin/sh
# Checks every #include of every room against the table of rooms.
#
#   check.sh ROOT TABLE      prints one line a violation; exit code 1 when there is one
#
# Plain sh and awk, so that the check runs wherever the build runs.
set -eu
root=$1
table=$2

cd "$root"
find . \( -path './.*' -o -path './build*' -o -path './third_party' -o -path './tests' \
  -o -path './bench' -o -path './examples' -o -path './docs' \) -prune -o \
  -type f \( -name '*.c' -o -name '*.h' -o -name '*.y' -o -name '*.l' -o -name '*.def' \) -print |
  sed 's|^\./||' | LC_ALL=C sort |
  LC_ALL=C awk -v table="$table" '
    function complain(text) { print text; bad = 1 }

    function folder_of(path) {
      return sub("/[^/]*$", "", path) ? path : "."
    }

    function read_table(    line, name, used, count, words, i, colon) {
      while ((getline line <table) > 0) {
        if (line ~ /^[ \t]*(#|$)/) continue
        colon = index(line, ":")
        name = substr(line, 1, colon - 1)
        gsub(/[ \t]/, "", name)
        count = split(substr(line, colon + 1), words, " ")
        if (colon == 0 || name == "" || name in known) {
          complain(table ": no name, or one listed before: " line)
          continue
        }
        for (i = 1; i <= count; i++)
          if (name ~ /^\+/) owner[words[i]] = name
          else if (words[i] in known) may[name, words[i]] = 1
          else complain(table ": " name " names " words[i] ", which is not above it")
        known[name] = 1
        if (name !~ /^\+/) rooms++
      }
      if (!rooms) complain(table ": lists no room")
    }

    # The outside library a header belongs to, or "" when it is one of the system.
    function outside(header,    pattern) {
      for (pattern in owner)
        if (header == pattern || (pattern ~ /\/$/ && index(header, pattern) == 1))
          return owner[pattern]
      return ""
    }

    function check(path, number, room, header, quoted,    library, target) {
      library = outside(header)
      if (library != "") {
        if (!((room, library) in may))
          complain(path ":" number ": " room " may not include " header " (" library ")")
        return
      }
      if (header == "segc.h") target = "compiler/include"
      else if (header ~ /(^|\/)\.\.?\//) {
        complain(path ":" number ": write " header " from the root of the project")
        return
      } else if (header ~ /\//) target = folder_of(header)
      else target = room
      if (!(target in known)) {
        if (quoted) complain(path ":" number ": " header " is in no room of the table")
        return
      }
      if (target != room && !((room, target) in may))
        complain(path ":" number ": " room " may not include " target " (" header ")")
    }

    BEGIN { read_table() }
    {
      path = $0
      room = folder_of(path)
      if (!(room in known)) {
        complain(path ": " room " is no room of the table")
        next
      }
      number = 0
      while ((getline line <path) > 0) {
        number++
        if (line !~ /^[ \t]*#[ \t]*include[ \t]*["<]/) continue
        quoted = line ~ /include[ \t]*"/
        sub(/^[^"<]*["<]/, "", line)
        sub(/[">].*$/, "", line)
        check(path, number, room, line, quoted)
        includes++
      }
      close(path)
      files++
    }
    END {
      if (!files) complain("no source file found")
      if (bad) exit 1
      printf "%d files, %d includes: all within the law\n", files, includes
    }'
