#!/usr/bin/env python3
"""Coverage by room, from what llvm-cov exports: report.py EXPORT.json SOURCE_FOLDER [--files] [--missing PART]

--files lists every file, worst first. --missing PART lists the sides of conditions that no test took, in the files
whose path holds PART. What counts as a branch stands in README.md beside this file.
"""
import json
import re
import sys

FLOORS = ("grammar", "compiler", "runtime")
CONSTANT = re.compile(r"(true|false|[0-9]+|sizeof\b.*)$")
LABEL = re.compile(r"\s*(?:case \w+:\s*)+")


class File:
    """Lines and branches of one file: sides is a list of (line, column, what, taken)."""

    def __init__(self, name, export, source):
        self.name = name
        self.room = name.rsplit("/", 1)[0]
        self.lines = export["summary"]["lines"]["covered"], export["summary"]["lines"]["count"]
        with open("%s/%s" % (source, name), encoding="utf-8") as text:
            self.text = text.read().split("\n")
        self.sides = self.count_sides(export["branches"])

    def count_sides(self, branches):
        taken = {}  # a macro and an inline function are one place, however often they are used
        for line, column, last_line, last_column, when_true, when_false, *_ in branches:
            ever = taken.setdefault((line, column, last_line, last_column), [0, 0])
            ever[0] += when_true
            ever[1] += when_false
        sides = []
        for (line, column, last_line, last_column), ever in sorted(taken.items()):
            start = self.text[line - 1][column - 1:]
            whole = start[:last_column - column] if line == last_line else start
            past_switch = self.text[line - 1][:column - 1].endswith("switch (")
            if past_switch or "_COUNT:" in start or CONSTANT.match(whole):
                continue
            if start.startswith(("case ", "default:")):
                if start.startswith("case ") and self.is_asserted_away(line):
                    continue
                sides.append((line, column, "never", ever[0] > 0))
            else:
                sides.append((line, column, "never true", ever[0] > 0))
                sides.append((line, column, "never false", ever[1] > 0))
        return sides

    def is_asserted_away(self, line):
        """Does the label on this line only lead to an assertion that is false?"""
        rest = [text.split("//")[0] for text in self.text[line - 1:line + 60]]
        rest[0] = rest[0][rest[0].index("case "):]
        while rest and not LABEL.sub("", rest[0]).strip():
            rest.pop(0)
        statement = LABEL.sub("", rest[0]).strip() if rest else ""
        if statement == "break;" and len(rest) > 2 and rest[1].strip() == "}":
            statement = rest[2].strip()
        return statement.startswith(('assert(!"', "assert(false"))

    def counts(self):
        return (*self.lines, sum(side[3] for side in self.sides), len(self.sides))

    def print_missing(self):
        for line, column, what, taken in self.sides:
            if not taken:
                print("%s:%d:%d: %s: %s" % (self.name, line, column, what, self.text[line - 1].strip()))


def percent(covered, count):
    return "   -  " if count == 0 else "%5.1f%%" % (100 * covered / count)


def print_row(name, counts):
    lines, lines_all, branches, branches_all = counts
    print("%-40s lines %s of %6d   branches %s of %6d" %
          (name, percent(lines, lines_all), lines_all, percent(branches, branches_all), branches_all))


def print_sums(files, key):
    sums = {}
    for file in files:
        sums[key(file)] = [a + b for a, b in zip(sums.get(key(file), (0, 0, 0, 0)), file.counts())]
    for name in sorted(sums):
        print_row(name, sums[name])
    print()


def main():
    path, source, *options = sys.argv[1:]
    with open(path, encoding="utf-8") as export:
        exported = json.load(export)["data"][0]["files"]
    files = []
    for file in exported:
        name = file["filename"][len(source) + 1:]
        if name.split("/")[0] in FLOORS:
            files.append(File(name, file, source))
    if "--missing" in options:
        part = options[options.index("--missing") + 1]
        for file in files:
            if part in file.name:
                file.print_missing()
        return
    if "--files" in options:
        for file in sorted(files, key=lambda file: file.counts()[2] - file.counts()[3]):
            print_row(file.name, file.counts())
        print()
    print_sums(files, lambda file: file.room)
    print_sums(files, lambda file: file.name.split("/")[0])
    print_sums(files, lambda file: "all")


main()
