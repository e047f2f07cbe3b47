"""Writes docs/performance.md and its plots out of bench/results: report.py [--check]"""
import json
import pathlib
import sys

import plots
import targets
from measure import seconds

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "performance.md"
PLOTS = ROOT / "docs" / "performance"
RESULTS = ROOT / "bench" / "results"

HEAD = """# How fast segc is

Everything on this page was measured by `bench/run` and written by `bench/report`, without a touch by
hand. [bench/README.md](../bench/README.md) tells what is asked, how it is measured, and
how to run it; [bench/peers](../bench/peers/README.md) holds what the others were asked. Ratios are
worth reading, times only beside each other.

{note}

## Targets

{targets}

A ratio is the time of the best other engine by that of segc, both medians of the same run; in
parentheses the same of the processors' seconds, which a busy neighbour disturbs less. Where several
cases belong to a target, the worst one decides.

## The runs

{runs}

{versions}
"""

WITHOUT_AVX512 = """
# Without AVX-512

The same on a processor that has AVX2 and no AVX-512, as most laptops do. Targets in seconds are
those of the faster machine above.

{note}

## Targets without AVX-512

{targets}

## The runs without AVX-512

{runs}

{versions}
"""


def bandwidth_text(rates):
    return ", ".join(f"{rate / 1e9:.1f} GB/s with {threads} thread{'' if threads == '1' else 's'}"
                     for threads, rate in rates.items())


def run_row(results):
    machine = results["machine"]
    sizes = "".join(f", {value:,} {name.replace('event_customers', 'customers with events')}"
                    for name, value in results["sizes"].items())
    return [results["workload"], results["started"],
            results["commit"][:12] + (" and local changes" if results["changed"] else ""),
            f"{machine['processors']} x {machine['processor']}" +
            (f" with {machine['vectors']}" if "vectors" in machine else "") +
            f", {machine['memory']}",
            f"{machine['load'][0]:.1f} to {machine['load_after'][0]:.1f}",
            bandwidth_text(results["bandwidth"]), results["size"] + sizes]


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def cell(engine):
    return f"{plots.seconds_text(seconds(engine))} ({plots.seconds_text(seconds(engine, 'cpu'))})"


def cases_table(cases):
    """A row a case, a column an engine: seconds on the wall, in parentheses of the processors."""
    names = list(dict.fromkeys(name for case in cases for name in case["engines"]))
    rows = []
    for case in cases:
        cells = [cell(case["engines"][name]) if name in case["engines"] else "" for name in names]
        rows.append([case["name"], *cells, targets.ratio_text(case)])
    return table(["", *names, "ratio"], rows)


def memory_table(cases):
    names = list(dict.fromkeys(name for case in cases for name in case["engines"]))
    peaks = {name: max(case["engines"][name]["peak_mb"] for case in cases
                       if name in case["engines"]) for name in names}
    rows = [[name, f"{peak:.0f}"] for name, peak in peaks.items()]
    return table(["engine", "most memory held in any case, MB"], rows)


def plot_groups(cases, keep, label):
    """The bars of the cases that `keep` accepts."""
    return [(label(case["parameters"]), [(name, seconds(engine))
                                         for name, engine in case["engines"].items()])
            for case in cases if keep(case["parameters"])]


def rules_text(parameters):
    count = parameters["rules"]
    return "1 rule" if count == 1 else f"{count:,} rules"


KINDS = {"double": "fractions", "missing": "values missing", "text": "texts"}

PICTURES = {
    "W1": [("w1_counts", "W1: how many customers match each rule",
            lambda p: p["columns"] == "int" and p["predicates"] == "distinct" and
            p["asked"] == "counts" and p["from"] == "memory", rules_text),
           ("w1_winner", "W1: who wins the chain of all rules",
            lambda p: p["columns"] == "int" and p["predicates"] == "distinct" and
            p["asked"] == "winner" and p["from"] == "memory", rules_text),
           ("w1_kinds", "W1: 100 rules over other kinds of columns",
            lambda p: p["columns"] in KINDS and p["rules"] == 100,
            lambda p: f"{KINDS[p['columns']]}, {p['asked']}")],
    "W2": [("w2_parquet", "W2: events from Parquet files", lambda p: p["from"] == "Parquet",
            lambda p: f"{p['keys']}, {p['order']}, {rules_text(p)}"),
           ("w2_store", "W2: events from the engine's own sorted table",
            lambda p: p["from"] == "store", lambda p: f"{p['keys']}, {rules_text(p)}")],
    "W4": [("w4_attributes", "W4: from the text of rules over attributes to an answer",
            lambda p: p["over"] == "attributes", rules_text),
           ("w4_events", "W4: from the text of rules over events to an answer",
            lambda p: p["over"] == "events", rules_text)],
}
TITLES = {"W1": "W1: attributes of customers", "W2": "W2: events", "W3": "W3: one more day",
          "W4": "W4: compiling and proving", "W5": "W5: more events than memory"}


def section(results, files):
    """The text about one workload; its plots go to `files`, where there is something for them."""
    cases = results["cases"]
    words = f"\n## {TITLES[results['workload']]}" + \
            ("" if files is not None else ", without AVX-512") + \
            "\n\nMedian seconds on the wall, in parentheses of the processors.\n\n"
    pictures = PICTURES.get(results["workload"], []) if files is not None else []
    for name, title, keep, label in pictures:
        groups = plot_groups(cases, keep, label)
        if groups:
            files[PLOTS / f"{name}.svg"] = plots.bars(title, groups)
            words += f"![{title}](performance/{name}.svg)\n\n"
    return words + cases_table(cases) + "\n\n" + memory_table(cases) + "\n"


def page_of(head, runs, files):
    """What one kind of machine measured; its plots go to `files`, None: it has none."""
    versions = {name: version for results in runs for name, version in results["versions"].items()}
    columns = ["", "started", "commit", "machine", "load", "memory bandwidth", "size"]
    notes = dict.fromkeys(results["note"] for results in runs if results["note"])
    page = head.format(
        note="\n\n".join(notes),
        runs=table(columns, [run_row(results) for results in runs]),
        versions=table(["engine", "version"], [list(item) for item in versions.items()]),
        targets=table(["", "target", "reached", ""], targets.rows(runs)))
    return page + "".join(section(results, files) for results in runs)


def render(runs, others):
    """The files of the report: path -> text. `others`: measured without AVX-512."""
    files = {}
    page = page_of(HEAD, runs, files)
    if others:
        page += page_of(WITHOUT_AVX512, others, None)
    return files | {PAGE: page}


def newest_runs(folder):
    """Of each workload the results of the full size, or of the small one while there are no others."""
    found = {}
    for size in ("small", "full"):
        for file in folder.glob(f"{size}-*.json"):
            results = json.loads(file.read_text(encoding="utf-8"))
            found[results["workload"]] = results
    return [found[workload] for workload in sorted(found)]


def main():
    runs, others = newest_runs(RESULTS), newest_runs(RESULTS / "without_avx512")
    stale = 0
    for path, text in (render(runs, others) if runs else {}).items():
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            print(f"{path} is not what bench/results gives: run bench/report")
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main())
