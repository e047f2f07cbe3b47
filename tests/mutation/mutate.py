#!/usr/bin/env python3
"""Small mistakes, planted one at a time in the kernels of kernels.txt: do the tests notice?

  mutate.py BUILD_FOLDER [--each N] [--seed N] [--file PART] [--jobs N] [--list]

Of every file N mutants are drawn (all: 0). A mutant is compiled alone, put before the libraries on the link line of
each test program, and lives until a test fails, crashes or takes ten times as long as it should. A mutant whose machine
code is that of the file itself is none. What survives and cannot be told from the file by any test stands, with the
reason, in equivalent.txt. Ends with a line for each file, and fails when less than 90 of 100 were noticed.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import random
import re
import shlex
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
ENOUGH = 90
TOKEN = re.compile(r"""
    (?P<skip>\s+|//[^\n]*|/\*.*?\*/|\#[^\n]*(?:\\\n[^\n]*)*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
  | (?P<name>[A-Za-z_]\w*)
  | (?P<number>0[xX][0-9a-fA-F]+\w*|\d[\w.]*)
  | (?P<sign><<=|>>=|->|\+\+|--|&&|\|\||[<>=!+\-*/%&|^]=|<<|>>|.)""", re.S | re.X)
SWAPS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&", "/": "*", "%": "/",
         "+": "-", "-": "+", "+=": "-=", "-=": "+=", "&": "|", "|": "&", "&=": "|=", "|=": "&=", "<<": ">>", ">>": "<<",
         "++": "--", "--": "++"}
BINARY = set(SWAPS) | {"*"}
# Not looked at here: assertions; what happens without memory (tests/faults); what only gives memory back (--asan).
LEFT_OUT = re.compile(r"\bassert\(|_assert\(|== NULL|!= NULL|sizeof|OUT_OF_MEMORY|out_of_memory|fail_memory|SEG_NODISCARD|(free|deinit|destroy|dispose)\w*\(")
TYPES = re.compile(r"(struct|enum|const|static|unsigned|int\w*|uint\w*|bool|char|void|double|size_t|return|LLVM\w+Ref)$")

Mutant = collections.namedtuple("Mutant", "line what old new text")


def tokens(text):
    return [(m.lastgroup, m.group(), m.start()) for m in TOKEN.finditer(text) if m.lastgroup != "skip"]


def closing(found, at):
    """Index of the parenthesis that closes the one at `at`."""
    depth = 0
    for i in range(at, len(found)):
        depth += {"(": 1, ")": -1}.get(found[i][1], 0)
        if depth == 0:
            return i
    return at


def changes(found, text):
    """(start, end, replacement, what) of every small mistake."""
    depth = 0  # of braces: only inside functions and tables
    for i, (kind, word, start) in enumerate(found):
        depth += {"{": 1, "}": -1}.get(word, 0)
        if depth == 0 or i == 0:
            continue
        end = start + len(word)
        before, after = found[i - 1], found[i + 1] if i + 1 < len(found) else ("", "", 0)
        operand = before[0] in ("name", "number") and not TYPES.match(before[1]) or before[1] in ")]"
        if kind == "sign" and word in SWAPS and (operand or word in ("++", "--")):
            yield start, end, SWAPS[word], "operator"
        elif kind == "number" and not re.search(r"[.eE]", word.lower().replace("0x", "") if "x" in word.lower() else word):
            yield start, end, "(%s + 1)" % word, "constant"
            yield start, end, "(%s - 1)" % word, "constant"
        elif word in ("true", "false"):
            yield start, end, "false" if word == "true" else "true", "constant"
        elif word == "if" and after[1] == "(":
            last = found[closing(found, i + 1)][2]
            yield after[2], last + 1, "(!%s)" % text[after[2]:last + 1], "condition"
        elif before[1] in (";", "{", "}", ")", "else") and kind == "name" and not TYPES.match(word):
            if before[1] == ")" and found[i - 2][1] == "":
                continue
            semicolon = text.find(";", start)
            statement = text[start:semicolon]
            called = re.match(r"[\w.\->\[\]]+\s*(\(|[-+*/|&^]?=[^=])", statement)
            if called and "{" not in statement and not re.match(r"(if|for|while|switch|return|goto|case)\b", statement):
                yield start, semicolon, "(void)0", "statement"


def mutants_of(path):
    with open(os.path.join(SOURCE, path), encoding="utf-8") as file:
        text = file.read()
    lines = text.split("\n")
    result = []
    for start, end, new, what in changes(tokens(text), text):
        line = text.count("\n", 0, start)
        if LEFT_OUT.search(lines[line]):
            continue
        changed = text[:start] + new + "\n" * text.count("\n", start, end) * (what == "statement") + text[end:]
        result.append(Mutant(line + 1, what, lines[line].strip(), changed.split("\n")[line].strip(), changed))
    return result


class Build:
    """How files are compiled and programs linked, as the build folder does it."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        with open(os.path.join(folder, "compile_commands.json"), encoding="utf-8") as file:
            self.compile = {os.path.relpath(c["file"], SOURCE): c["command"] for c in json.load(file)}
        self.links = {}

    def compile_file(self, path, text, where, output):
        """The object of this text, as if it were the file; None when it is no C. Without ccache and debug information."""
        source = os.path.join(where, os.path.basename(path))
        with open(source, "w", encoding="utf-8") as file:
            file.write(text)
        words = shlex.split(self.compile[path])
        compiler = next(i for i, word in enumerate(words) if re.search(r"(^|/)(cc|gcc|clang)[-\d]*$", word))
        words = words[compiler:]
        words[words.index("-o") + 1] = output
        words[words.index("-c") + 1] = source
        words = [word for word in words if word not in ("-g", "-Werror")] + ["-w", "-I" + SOURCE]
        return subprocess.run(words, cwd=self.folder, stderr=subprocess.DEVNULL).returncode == 0

    def link(self, program, objects, output):
        if program not in self.links:
            commands = subprocess.run(["ninja", "-C", self.folder, "-t", "commands", program], check=True,
                                      capture_output=True, text=True).stdout.strip().split("\n")
            self.links[program] = shlex.split(commands[-1].replace(": && ", "").replace(" && :", ""))
        words = list(self.links[program])
        at = words.index("-o")
        words[at:at + 2] = [*objects, "-o", output]
        subprocess.run(words, cwd=self.folder, check=True, stderr=subprocess.DEVNULL)

    def arguments(self, command):
        program, *rest = command.split()
        if program == "differential":
            return program, ["--programs", *rest]
        if program == "conformance":
            return program, ["tests/conformance/cases", *rest]
        return program, rest


def run_test(binary, arguments, limit):
    """True when the test passes."""
    try:
        done = subprocess.run([binary, *arguments], cwd=SOURCE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              stdin=subprocess.DEVNULL, timeout=limit)
        return done.returncode == 0
    except subprocess.TimeoutExpired:
        return False


def life_of(build, path, commands, limits, mutant, original):
    """'none', 'equal', or the command that noticed; '' for a survivor."""
    with tempfile.TemporaryDirectory(prefix="segc-mutant-") as where:
        compiled = os.path.join(where, "mutant.o")
        if not build.compile_file(path, mutant.text, where, compiled):
            return "none"
        with open(compiled, "rb") as file:
            if file.read() == original:
                return "equal"
        for command in commands:
            program, arguments = build.arguments(command)
            binary = os.path.join(where, program)
            build.link(program, [compiled], binary)
            if not run_test(binary, arguments, limits[command]):
                return command
            os.remove(binary)
    return ""


def read_table(name):
    rows = []
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                rows.append([part.strip() for part in line.strip().split(": ", 1)])
    return rows


def known_equivalents():
    """{(file, line of the file, line of the mutant)} of equivalent.txt: two lines, then the reason, indented."""
    known, place = set(), None
    with open(os.path.join(HERE, "equivalent.txt"), encoding="utf-8") as file:
        for line in file:
            line = line.rstrip("\n")
            if line.startswith("file "):
                place = [line[5:]]
            elif line.startswith(("- ", "+ ")):
                place = (place[:1] if line[0] == "-" else place) + [line[2:]]
                if line[0] == "+":
                    known.add(tuple(place))
    return known


def examine(build, path, commands, options, pool, limits):
    """Counts of one file: {what came of it: number}."""
    mutants = mutants_of(path)
    if options.each > 0 and len(mutants) > options.each:
        mutants = random.Random("%s %s" % (options.seed, path)).sample(mutants, options.each)
    mutants.sort(key=lambda mutant: mutant.line)
    with tempfile.TemporaryDirectory(prefix="segc-mutant-") as where:
        compiled = os.path.join(where, "mutant.o")
        with open(os.path.join(SOURCE, path), encoding="utf-8") as file:
            text = file.read()
        if not build.compile_file(path, text, where, compiled):
            sys.exit("%s does not compile" % path)
        with open(compiled, "rb") as file:
            original = file.read()
        for command in commands:
            if command not in limits:
                program, arguments = build.arguments(command)
                build.link(program, [compiled], os.path.join(where, program))
                begin = time.monotonic()
                if not run_test(os.path.join(where, program), arguments, 600):
                    sys.exit("%s fails without a mutant" % command)
                limits[command] = 5 + 10 * (time.monotonic() - begin)
    equivalents = known_equivalents()
    counts = collections.Counter()
    lives = [pool.submit(life_of, build, path, commands, limits, mutant, original) for mutant in mutants]
    for mutant, life in zip(mutants, lives):
        fate = life.result()
        if fate == "" and (path, mutant.old, mutant.new) in equivalents:
            fate = "equivalent"
        elif fate == "":
            print("survived: %s:%d\n  - %s\n  + %s" % (path, mutant.line, mutant.old, mutant.new), flush=True)
            fate = "survived"
        counts[fate if fate in ("none", "equal", "equivalent", "survived") else "noticed"] += 1
    return counts


def report(name, counts):
    judged = counts["noticed"] + counts["survived"]
    share = 100 * counts["noticed"] / judged if judged else 100
    print("%-42s %4d noticed, %3d survived: %5.1f%%   (%d equivalent, %d the same code, %d no C)" %
          (name, counts["noticed"], counts["survived"], share, counts["equivalent"], counts["equal"], counts["none"]),
          flush=True)
    return share


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--each", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", default="")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    build, limits, total = Build(options.build), {}, collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for path, commands in read_table("kernels.txt"):
            if options.file not in path:
                continue
            if options.list:
                for mutant in mutants_of(path):
                    print("%s:%d: %s\n  - %s\n  + %s" % (path, mutant.line, mutant.what, mutant.old, mutant.new))
                continue
            counts = examine(build, path, [c.strip() for c in commands.split(";")], options, pool, limits)
            report(path, counts)
            total += counts
    if not options.list and report("all", total) < ENOUGH:
        sys.exit(1)


main()
