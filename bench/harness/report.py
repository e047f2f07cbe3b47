"""Writes docs/performance.md and its plots out of results: report.py [--check] RESULTS.json"""
import json
import pathlib
import sys

import plots
import targets
from measure import seconds

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "performance.md"
PLOTS = ROOT / "docs" / "performance"

HEAD = """# How fast segc is

Everything on this page comes out of one run of `bench/run`, without a touch by hand: `{command}`
wrote `{source}`, `bench/report` wrote this. [bench/README.md](../bench/README.md) tells what is
asked, how it is measured, and how to run it; [bench/peers](../bench/peers/README.md) holds what the
others were asked.

Ratios are worth reading, times only beside each other: {machine}.

{note}

| | |
|---|---|
| size | {sizes} |
| started | {started} |
| commit | {commit} |
| threads | {threads} for each engine |
| memory bandwidth | {bandwidth} |
{versions}

## Targets

{targets}

A ratio is the time of the best other engine by that of segc, both medians of the same run; in
parentheses the same of the processors' seconds, which a busy neighbour disturbs less.
"""


def machine_text(machine):
    return (f"{machine['processors']} processors ({machine['processor']}), memory "
            f"{machine['memory']}, {machine['system']}; load {machine['load'][0]:.1f} at the "
            f"beginning, {machine['load_after'][0]:.1f} at the end")


def bandwidth_text(bandwidth):
    return "; ".join(
        f"before {workload}: " + ", ".join(f"{rate / 1e9:.1f} GB/s with {threads} "
                                           f"thread{'' if threads == '1' else 's'}"
                                           for threads, rate in rates.items())
        for workload, rates in bandwidth.items())


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


PICTURES = {
    "W1": [("w1_counts", "W1: how many customers match each rule",
            lambda p: p["columns"] == "int" and p["predicates"] == "distinct" and
            p["asked"] == "counts" and p["from"] == "memory", lambda p: f"{p['rules']} rules"),
           ("w1_winner", "W1: who wins the chain of all rules",
            lambda p: p["columns"] == "int" and p["predicates"] == "distinct" and
            p["asked"] == "winner" and p["from"] == "memory", lambda p: f"{p['rules']} rules")],
    "W2": [("w2_parquet", "W2: events from Parquet files", lambda p: p["from"] == "Parquet",
            lambda p: f"{p['keys']}, {p['order']}, {p['rules']} rules"),
           ("w2_store", "W2: events from the engine's own sorted table",
            lambda p: p["from"] == "store", lambda p: f"{p['keys']}, {p['rules']} rules")],
    "W4": [("w4_attributes", "W4: from the text of rules to an answer",
            lambda p: p["over"] == "attributes", lambda p: f"{p['rules']} rules"),
           ("w4_events", "W4: the same for rules over events", lambda p: p["over"] == "events",
            lambda p: f"{p['rules']} rules")],
}
TITLES = {"W1": "W1: attributes of customers", "W2": "W2: events", "W3": "W3: one more day",
          "W4": "W4: compiling and proving", "W5": "W5: more events than memory"}


def render(results, source):
    """The files of the report: path -> text."""
    size = results["sizes"]
    versions = "\n".join(f"| {name} | {version} |" for name, version in results["versions"].items())
    page = HEAD.format(
        command=f"bench/run {results['size']}", source=source,
        machine=machine_text(results["machine"]), note=results["note"],
        sizes=f"{results['size']}: " + ", ".join(f"{value:,} {name.replace('_', ' of ')}"
                                                 for name, value in size.items()),
        started=results["started"], threads=results["threads"],
        commit=results["commit"][:12] + (" and local changes" if results["changed"] else ""),
        bandwidth=bandwidth_text(results["bandwidth"]), versions=versions,
        targets=table(["", "target", "reached", ""], targets.rows(results)))
    files = {}
    for workload, title in TITLES.items():
        cases = [case for case in results["cases"] if case["workload"] == workload]
        if not cases:
            continue
        page += f"\n## {title}\n\nMedian seconds on the wall, in parentheses of the processors.\n\n"
        for name, words, keep, label in PICTURES.get(workload, []):
            groups = plot_groups(cases, keep, label)
            if groups:
                files[PLOTS / f"{name}.svg"] = plots.bars(words, groups)
                page += f"![{words}](performance/{name}.svg)\n\n"
        page += cases_table(cases) + "\n\n" + memory_table(cases) + "\n"
    files[PAGE] = page
    return files


def main():
    check = "--check" in sys.argv
    source = pathlib.Path(sys.argv[-1]).resolve()
    results = json.loads(source.read_text(encoding="utf-8"))
    stale = 0
    for path, text in render(results, source.relative_to(ROOT)).items():
        if check:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                print(f"{path} is not what {source} gives: run bench/report")
                stale = 1
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(main())
