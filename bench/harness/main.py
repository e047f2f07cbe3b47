"""bench/run: measures segc beside its peers. See bench/README.md."""
import argparse
import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys

import compile_times
import engines
import measure
import refresh
import workloads
from data import AS_OF, Data
from turns import Program

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class Settings:
    """What a run was asked for, and where things are."""

    def __init__(self, arguments):
        self.size = arguments.size
        self.build = pathlib.Path(arguments.build).resolve()
        self.threads = arguments.threads
        self.folder = self.build / "bench-data"
        self.cache = self.folder / "cache"
        self.rounds = 0 if arguments.size == "smoke" else arguments.rounds
        self.stores = {}  # prepared in this run, and the seconds it took
        self.data = Data(self.folder, self.build / "bench" / "bench_generate")
        python = self.build / "bench-peers" / "bin" / "python"
        self.peers_python = python if python.exists() else None


def arguments():
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    parser.add_argument("size", nargs="?", default="small", choices=list(workloads.SIZES))
    parser.add_argument("workload", nargs="*", help="W1 W2 ...; all when none is named")
    parser.add_argument("--build", default=ROOT / "build", help="the build folder")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--engines", help="only these, separated by commas; segc is always one")
    parser.add_argument("--only", default="", help="only cases whose name has this text")
    parser.add_argument("--rounds", type=int, default=5, help="turns to take the median of")
    parser.add_argument("--out", help="the folder of results; usual: bench/results, "
                        "or without_avx512 in it where the processor has no AVX-512")
    parser.add_argument("--note", default="", help="a remark that is kept with the results")
    parsed = parser.parse_args()
    for name in parsed.workload:
        if name not in workloads.WORKLOADS:
            parser.error(f"no workload {name}; there are {' '.join(workloads.WORKLOADS)}")
    return parsed


def line_of(path, start):
    with open(path, encoding="utf-8") as file:
        return next((line.split(":", 1)[1].strip() for line in file if line.startswith(start)), "")


def git(*command):
    done = subprocess.run(["git", "-C", ROOT, *command], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def vectors():
    """The widest vectors of the processor that masks and folds of segc have code for."""
    features = line_of("/proc/cpuinfo", "flags").split()
    return next((name for name, feature in {"AVX-512": "avx512vbmi", "AVX2": "avx2"}.items()
                 if feature in features), "none of AVX")


def results_folder():
    """Machines with other vectors have tables of their own."""
    folder = ROOT / "bench" / "results"
    return folder if vectors() == "AVX-512" else folder / "without_avx512"


def machine():
    return {"system": f"{platform.system()} {platform.release()}", "processors": os.cpu_count(),
            "processor": line_of("/proc/cpuinfo", "model name"), "vectors": vectors(),
            "memory": line_of("/proc/meminfo", "MemTotal"), "load": os.getloadavg()}


def bandwidth(settings):
    """Bytes a second that the machine reads now, with one thread and with all that are used."""
    rates = {}
    for threads in sorted({1, settings.threads}):
        megabytes = 64 if settings.size == "smoke" else 1024
        with Program([settings.build / "bench" / "bench_bandwidth", megabytes, threads],
                     settings.folder / "bandwidth.log") as program:
            rates[f"{threads}"] = program.turn().answer["bytes_a_second"]
    return rates


def chosen_engines(parsed, settings):
    wanted = None if parsed.engines is None else set(parsed.engines.split(",")) | {"segc"}
    found, versions = [], {}
    for kind in engines.ALL:
        engine = kind(settings)
        if wanted is not None and engine.name not in wanted:
            continue
        version = engine.version()
        if version is None:
            print(f"skipped: {engine.name} is not installed (bench/peers/install)")
            continue
        versions[engine.name] = version
        found.append(engine)
    return found, versions


def say(record):
    """A line a case: medians, and how much faster segc is than the best of the others."""
    medians = {name: measure.seconds(engine) for name, engine in record["engines"].items()}
    own = medians.get("segc")
    peers = {name: seconds for name, seconds in medians.items()
             if not name.startswith(("segc", "reference"))}
    best = min(peers, key=peers.get, default=None)
    ratio = f"; {peers[best] / own:.2f}x {best}" if best and own else ""
    times = ", ".join(f"{name} {seconds:.3f}" for name, seconds in medians.items())
    print(f"{record['workload']} {record['name']:36} {times}{ratio}", flush=True)


def written(settings, case, found, folder):
    """segc writes who is in which segment; DuckDB counts that, and adds up columns beside it."""
    reader = engines.Written(settings)
    reader.membership = folder / "membership.parquet"

    def check(expected):
        with Program(reader.command(case, folder), folder / "written.log") as program:
            measure.compare(case, "segc", expected, "the file it wrote", program.turn().answer)

    return measure.run_case(case, [found[0], engines.SumOnly(settings)], folder, settings.rounds,
                            check)


def record_of(settings, case, found, folder):
    if case.workload == "W4":
        return compile_times.measure_case(settings, case, found, folder, settings.size == "smoke")
    if case.workload == "W3":
        return refresh.measure_case(settings, case, found, folder)
    if case.memory:  # one turn each, of those that can be given a limit
        found = [engine for engine in found if engine.name in ("segc", "duckdb")]
        record = measure.run_case(case, found, folder, rounds=0)
        return record | {"limit_mb": case.memory / 2**20}
    if case.out:  # the others write no membership; one of them says what reading alone takes
        return written(settings, case, found, folder)
    if settings.size == "full" and case.events and case.warm and len(found) > 2:
        return measure.run_pairs(case, found, folder, settings.rounds)
    return measure.run_case(case, found, folder, settings.rounds)


def write(parsed, settings, results):
    """A workload's file of results, after every case: who breaks a run off keeps what it has."""
    if settings.size == "smoke" and not parsed.out:
        return
    results["stores"] = {store.parent.name: taken for store, taken in settings.stores.items()}
    results["machine"]["load_after"] = os.getloadavg()
    name = f"{settings.size}-{results['workload']}.json"
    out = pathlib.Path(parsed.out or results_folder()) / name
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def run(parsed, settings, name, found, versions):
    """One workload."""
    now = datetime.datetime.now(datetime.timezone.utc)
    results = {"workload": name, "size": settings.size,
               "sizes": workloads.SIZES[settings.size], "note": parsed.note,
               "started": now.isoformat(timespec="seconds"),
               "as_of": AS_OF, "threads": settings.threads, "commit": git("rev-parse", "HEAD"),
               "changed": git("status", "--porcelain", "--untracked-files=no", "--", ".",
                              ":!bench/results", ":!docs") != "",  # measuring writes those
               "machine": machine(), "versions": versions, "bandwidth": bandwidth(settings),
               "cases": []}
    for case in workloads.WORKLOADS[name](settings):
        if parsed.only not in case.name:
            continue
        folder = settings.folder / "cases" / f"{name} {case.name}".replace(" ", "-")
        results["cases"].append(record_of(settings, case, found, folder))
        say(results["cases"][-1])
        write(parsed, settings, results)


def main():
    parsed = arguments()
    settings = Settings(parsed)
    settings.folder.mkdir(parents=True, exist_ok=True)
    found, versions = chosen_engines(parsed, settings)
    try:
        for name in parsed.workload or workloads.WORKLOADS:
            run(parsed, settings, name, found, versions)
    except (measure.Difference, measure.Failure) as problem:
        print(f"bench/run: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
