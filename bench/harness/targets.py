"""What segc wants to reach, and what a run reached."""
from measure import seconds
from plots import seconds_text


VARIANTS = {"int": ", whole numbers", "double": ", fractions",
            "missing": ", a tenth of the values missing", "text": ", texts"}


def peers(case):
    return {name: engine for name, engine in case["engines"].items()
            if not name.startswith(("segc", "reference"))}


def ratio(case, kind="wall", only=None):
    """(how much longer the best peer takes than segc, its name); None without both."""
    own = case["engines"].get("segc")
    others = {name: seconds(engine, kind) for name, engine in peers(case).items()
              if (only is None or name == only) and seconds(engine, kind)}
    if own is None or not others or not seconds(own, kind):
        return None
    best = min(others, key=others.get)
    return others[best] / seconds(own, kind), best


def number(value):
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def ratio_text(case):
    wall, cpu = ratio(case), ratio(case, "cpu")
    if wall is None:
        return ""
    inner = f", {number(cpu[0])} of the processors" if cpu else ""
    return f"{number(wall[0])}x ({wall[1]}{inner})"


def ratio_row(title, target, words, cases, only=None):
    """Judged by the worst of the cases."""
    found = [(ratio(case, "wall", only), ratio(case, "cpu", only)) for case in cases]
    found = [(wall, cpu) for wall, cpu in found if wall is not None]
    if not found:
        return [title, words, "not measured", ""]
    wall = [wall[0] for wall, _ in found]
    cpu = [cpu[0] for _, cpu in found if cpu is not None]
    reached = f"{span(wall)}x" + (f" ({span(cpu)}x)" if cpu else "")
    return [title, words, reached, verdict(min(wall) >= target)]


def span(values):
    low, high = number(min(values)), number(max(values))
    return low if low == high else f"{low} to {high}"


def verdict(reached):
    return "reached" if reached else "**missed**"


def flat(cases, rules, asked=None, columns="int"):
    return [case for case in cases if case["workload"] == "W1" and
            case["parameters"]["columns"] == columns and case["parameters"]["rules"] == rules and
            case["parameters"]["from"] == "memory" and
            asked in (None, case["parameters"]["asked"])]


def bytes_row(runs, cases):
    title, words = "W1 warm, 10 rules", "at most 1.5x the time of reading the bytes"
    rate = next((results["bandwidth"].get(str(results["threads"])) for results in runs
                 if results["workload"] == "W1"), None)
    found = [seconds(case["engines"]["segc"]) / (case["bytes"] / rate)
             for case in flat(cases, 10) if rate and case.get("bytes")]
    if not found:
        return [title, words, "not measured", ""]
    return [title, words, f"{span(found)}x", verdict(max(found) <= 1.5)]


def cold_row(cases, anew):
    """Inputs hashed anew: no other engine hashes what it reads, so that has a row of its own."""
    def ratio(case, what="wall"):
        return (seconds(case["engines"]["segc"], what) /
                seconds(case["engines"]["reference sum"], what))

    title = ("W1 cold from Parquet, 100 rules, membership written" +
             (", inputs hashed anew" if anew else ""))
    words = "at most 1.3x DuckDB's time to only sum the same columns"
    found = [(ratio(case), ratio(case, "cpu")) for case in cases
             if case["workload"] == "W1" and "reference sum" in case["engines"] and
             ("hashes" in case["parameters"]) == anew]
    if not found:
        return [title, words, "not measured", ""]
    reached = " and ".join(f"{number(wall)}x ({number(cpu)}x)" for wall, cpu in found)
    return [title, words, reached, verdict(max(wall for wall, _ in found) <= 1.3)]


def from_where(cases, origin, order=None):
    return [case for case in cases if case["workload"] == "W2" and
            case["parameters"]["from"] == origin and order in (None, case["parameters"]["order"])]


def compile_row(cases, rules, form, target, words):
    title = f"W4 {rules:,} rules"
    found = [seconds(case["engines"][form]) for case in cases if case["workload"] == "W4" and
             case["parameters"]["rules"] == rules and form in case["engines"]]
    if any(case["workload"] == "W4" and case["parameters"]["rules"] == rules and
           form in case.get("unanswered", ()) for case in cases):
        return [title, words, "no answer in a minute", verdict(False)]
    if not found:
        return [title, words, "not measured", ""]
    reached = " and ".join(seconds_text(value) for value in found)
    return [title, words, reached, verdict(max(found) <= target)]


def share_row(cases):
    """The median of the days decides; days on which parts of the store are merged take longer, so
    all days together and the longest one stand beside it."""
    title, words = "W3 one day more", "under 5 % of the full run, same answer"
    found = [case for case in cases if case["workload"] == "W3"]
    if not found:
        return [title, words, "not measured", ""]
    together, longest = [], []
    for case in found:
        engines = case["engines"]
        days = [added + refreshed for added, refreshed in zip(engines["segc append"]["wall"],
                                                              engines["segc refreshed run"]["wall"])]
        full = seconds(engines["segc run from files"])
        together.append(sum(days) / len(days) / full * 100)
        longest.append(max(days) / full * 100)
    shares = [case["share"] for case in found]
    reached = (f"{span([share * 100 for share in shares])} % in the median, "
               f"{span(together)} % all days together, {span(longest)} % the longest")
    return [title, words, reached, verdict(max(shares) < 0.05)]


def memory_row(cases):
    title, words = "W5", "finishes, within the limit"
    found = [case for case in cases if case["workload"] == "W5"]
    if not found:
        return [title, words, "not measured", ""]
    reached = "; ".join(f"{case['engines']['segc']['peak_mb']:.0f} MB of {case['limit_mb']:.0f} MB"
                        for case in found)
    return [title, words, reached,
            verdict(all(case["engines"]["segc"]["peak_mb"] <= case["limit_mb"] for case in found))]


def rows(runs):
    """The table of targets."""
    cases = [case for results in runs for case in results["cases"]]
    return [
        *(ratio_row(f"W1 warm, 100 rules{over}", 12, "12x faster",
                    flat(cases, 100, columns=columns)) for columns, over in VARIANTS.items()),
        ratio_row("W1 warm, 1,000 rules, counts", 30, "30x faster", flat(cases, 1000, "counts")),
        ratio_row("W1 warm, 1,000 rules, counts, beside DuckDB", 80, "80x faster",
                  flat(cases, 1000, "counts"), "duckdb"),
        ratio_row("W1 warm, 1,000 rules, winner", 50, "50x faster", flat(cases, 1000, "winner")),
        bytes_row(runs, cases),
        cold_row(cases, anew=False),
        cold_row(cases, anew=True),
        ratio_row("W2 from unsorted Parquet, end to end", 6, "6x faster",
                  from_where(cases, "Parquet", "time")),
        ratio_row("W2 from Parquet clustered by customer, end to end", 6, "6x faster",
                  from_where(cases, "Parquet", "clustered")),
        ratio_row("W2 from the prepared store", 50,
                  "50x faster than a peer on its own sorted table", from_where(cases, "store")),
        share_row(cases),
        compile_row(cases, 1000, "segc cold", 0.3, "0.3 s, without prover"),
        compile_row(cases, 1000, "segc prover", 4, "4 s, with prover"),
        compile_row(cases, 10000, "segc cold", 2, "2 s, without prover"),
        memory_row(cases),
    ]
