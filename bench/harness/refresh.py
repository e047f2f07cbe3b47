"""W3: one more day. A store of everything but the last days gets them one by one, and after each
the rules are run as of the next morning, from the answer of the morning before. The same store is
asked without that answer, too, every day; beside both the whole way: a run over all files so far.
All must say the same."""
import datetime
import os
import shutil

import data
import engines
import measure
import rules
from turns import Program, run_once

RULES = 100
STEPS = {"smoke": (2, (1, 2)), "small": (30, (1, 10, 20, 30)), "full": (30, (1, 10, 20, 30))}


def w3(settings, size):
    """One case: `steps` days are appended; after some of them, the whole way is measured."""
    made = rules.make_rules(RULES if settings.size != "smoke" else 10, 3000, rules.activity)
    steps, whole = STEPS[settings.size]
    folder = settings.data.days(size["event_customers"], size["events"], steps)
    parameters = {"days": steps, "rules": len(made)}
    case = engines.Case("W3", f"{steps} days", made, {}, folder, parameters, events=True)
    case.whole = whole
    yield case


def as_of(steps, day):
    """The morning after the day-th day that was appended."""
    return datetime.date.fromisoformat(data.AS_OF) - datetime.timedelta(days=steps - day)


def link(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    os.symlink(source, target)


def folder_of(case, folder, name, days, customers):
    """A folder of data with some of the files: 0 is everything before the first day."""
    where = folder / name
    shutil.rmtree(where, ignore_errors=True)
    if customers:
        link(case.data / "customers.parquet", where / "customers.parquet")
    for day in days:
        file = f"day-{day:03d}.parquet"
        link(case.data / file, where / "purchases" / file)
    return where


class Steps:
    """The measurement of the case."""

    def __init__(self, settings, case, found, folder):
        self.settings, self.case, self.folder = settings, case, folder
        self.segc = found[0]
        self.duckdb = next((engine for engine in found if engine.name == "duckdb"), None)
        if self.duckdb is None:
            raise SystemExit("bench/run: W3 is measured beside DuckDB: name it, --engines duckdb")
        self.project = self.segc.project(case, folder)
        self.store = folder / "store"
        self.days = case.parameters["days"]

    def prepare(self, source, *options):
        return run_once([self.settings.build / "segc", "prepare", self.project, "--data", source,
                         "--store", self.store, "--threads", self.settings.threads, *options],
                        self.folder / "prepare.log")

    def run(self, day, *options, turns=2):
        """The last turn of a program: its first one may have to compile."""
        with Program([*self.segc.program(), self.project, as_of(self.days, day).isoformat(),
                      self.settings.threads, *options], self.folder / "run.log") as program:
            for _ in range(turns):
                turn = program.turn()
        return turn

    def refresh(self, day):
        """The same, where every turn finds the answer of the day before and none of its own."""
        answers, before = self.store / "answers", self.folder / "answers-before"
        shutil.rmtree(before, ignore_errors=True)
        if day > 0:
            shutil.copytree(answers, before)
        with Program([*self.segc.program(), self.project, as_of(self.days, day).isoformat(),
                      self.settings.threads, f"store={self.store}", "remember=yes"],
                     self.folder / "run.log") as program:
            turn = program.turn()
            if day > 0:
                shutil.rmtree(answers)
                shutil.copytree(before, answers)
                turn = program.turn()
        return turn

    def peer(self, day):
        """DuckDB's answer over all files so far."""
        so_far = folder_of(self.case, self.folder, "peer", range(day + 1), True)
        case = engines.Case(self.case.workload, self.case.name, self.case.rules, {},
                            so_far, {}, events=True)
        case.as_of = as_of(self.days, day)
        case.purchases = f"{so_far}/purchases/*.parquet"
        with Program(self.duckdb.command(case, self.folder), self.folder / "duckdb.log") as program:
            return program.turn()


def measure_case(settings, case, found, folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    steps = Steps(settings, case, found, folder)
    first = steps.prepare(folder_of(case, folder, "first", [0], True))
    added, refreshed, ran, whole, peers = [], [], [], [], []
    steps.refresh(0)
    for day in range(1, steps.days + 1):
        source = folder_of(case, folder, "today", [day], False)
        added.append(steps.prepare(source, "--append"))
        refreshed.append(steps.refresh(day))
        ran.append(steps.run(day, f"store={steps.store}"))
        measure.compare(case, f"day {day}", refreshed[-1].answer, "all customers", ran[-1].answer)
        if day in case.whole:
            so_far = folder_of(case, folder, "so_far", range(day + 1), True)
            whole.append(steps.run(day, f"data={so_far}"))
            peers.append(steps.peer(day))
            for name, turn in (("the whole way", whole[-1]), ("duckdb", peers[-1])):
                measure.compare(case, f"day {day}", ran[-1].answer, name, turn.answer)
    return record(case, first, added, refreshed, ran, whole, peers)


def record(case, first, added, refreshed, ran, whole, peers):
    engine_records = {name: {"ready": 0, "warmup": turns[0].wall, "warmup_cpu": turns[0].processors,
                             "wall": [turn.wall for turn in turns],
                             "cpu": [turn.processors for turn in turns],
                             "peak_mb": round(max(turn.peak_kilobytes for turn in turns) / 1024, 1)}
                      for name, turns in (("segc prepare once", [first]), ("segc append", added),
                                          ("segc refreshed run", refreshed),
                                          ("segc run from store", ran),
                                          ("segc run from files", whole), ("duckdb", peers))}
    middle = {name: measure.seconds(engine) for name, engine in engine_records.items()}
    return {"workload": "W3", "name": case.name, "parameters": case.parameters,
            "share": (middle["segc append"] + middle["segc refreshed run"]) /
                     middle["segc run from files"],
            "looked_at": [turn.looked for turn in refreshed], "answer_checksum": measure.checksum(ran[-1].answer), "engines": engine_records}
