"""The programs that answer a case: segc, and its peers in their best formulation each.

An engine is a class with a name, `version()`, which is None when it is not installed, and
`command(case, folder)`, which is None when it does not take part in a case.
"""
import dataclasses
import datetime
import json
import pathlib
import shutil
import subprocess
import time

import sql
from data import AS_OF
from rules import names, segc_project
from turns import run_once

PEERS = pathlib.Path(__file__).resolve().parent.parent / "peers"


@dataclasses.dataclass
class Case:
    """One question: rules over data, asked for counts, or for the winners of a chain of them."""
    workload: str
    name: str
    rules: list
    columns: dict           # of the customers: name -> (kind, count of values)
    data: pathlib.Path      # customers.parquet, and purchases.parquet when there are events
    parameters: dict        # what the name means, for tables
    winner: bool = False
    events: bool = False
    missing: bool = False
    warm: bool = False      # tables in the engine's own form, made before the first turn
    out: bool = False       # segc writes the membership of every customer, too
    anew: bool = False      # and hashes its inputs for that, though the turn before has
    as_of: datetime.date = datetime.date.fromisoformat(AS_OF)
    purchases: str = ""     # the files of events, when they are not one in `data`
    memory: int = 0         # bytes that segc may use; 0: its usual share
    bytes: int = 0          # of the columns that the rules use, each in the narrowest whole numbers


class Engine:
    formulation = ""

    def __init__(self, settings):
        self.settings = settings

    def python(self):
        return self.settings.peers_python

    def version(self):
        if self.python() is None:
            return None
        code = f"import importlib.metadata as m; print(m.version('{self.package}'))"
        done = subprocess.run([self.python(), "-c", code], capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else None


class Segc(Engine):
    name = "segc"
    formulation = "a prepared store; rules read, compiled and run in every turn"

    def version(self):
        done = subprocess.run([self.settings.build / "segc", "version"], capture_output=True,
                              text=True, check=True)
        return "; ".join(done.stdout.split("\n")).strip("; ")

    def project(self, case, folder):
        """The rules of a case as a project."""
        project = folder / "project"
        project.mkdir(parents=True, exist_ok=True)
        (project / "rules.seg").write_text(segc_project(
            case.rules, case.columns, events=case.events, chain=case.winner,
            missing=case.missing))
        return project

    def program(self):
        """Its cache is the benchmark's, not the user's."""
        return ["env", f"XDG_CACHE_HOME={self.settings.cache}",
                self.settings.build / "bench" / "bench_segc"]

    def store(self, case, project):
        """The prepared store of the case's data, made once in a run of the benchmark."""
        store = case.data / "store"
        if store not in self.settings.stores:
            shutil.rmtree(store, ignore_errors=True)
            start = time.monotonic()
            run_once([self.settings.build / "segc", "prepare", project, "--data", case.data,
                      "--store", store, "--threads", self.settings.threads],
                     project.parent / "prepare.log")
            self.settings.stores[store] = round(time.monotonic() - start, 3)
        return store

    def command(self, case, folder):
        project = self.project(case, folder)
        source = f"store={self.store(case, project)}" if case.warm else f"data={case.data}"
        command = [*self.program(), project, AS_OF, self.settings.threads, source]
        if case.memory:
            command.append(f"memory={case.memory}")
        if case.out:
            command.append(f"out={folder / 'membership.parquet'}")
        if case.anew:
            command.append("hashes=anew")
        if case.winner:  # nobody counts the members of every segment then
            command.append("only=winners")
        return command


class SqlEngine(Engine):
    """An engine that is asked in SQL."""
    database = "-"
    block = None  # rules in one select, when that is faster than all in one

    def command(self, case, folder):
        self.folder = folder
        setup = folder / f"{self.name}_setup.sql"
        query = folder / f"{self.name}_query.sql"
        setup.write_text(self.setup(case))
        query.write_text(self.query(case))
        return [*self.program(), self.database, self.settings.threads, setup, query]

    def question(self, case, source):
        if case.winner:
            return sql.winners(case.rules, self.dialect, source)
        return sql.counts(case.rules, self.dialect, source, None if case.events else self.block)

    def query(self, case):
        customers, events = self.sources(case)
        if not case.events:
            return self.question(case, customers)
        fold = sql.folded(case.rules, self.dialect, events, case.as_of, self.cents(case))
        return self.question(case, f"({sql.joined(case.rules, fold, customers)}) as metrics")

    def cents(self, case):
        return "cents" if case.warm else self.cents_of_amount


class DuckDb(SqlEngine):
    name = "duckdb"
    dialect = sql.DUCKDB
    cents_of_amount = "(amount * 100)::bigint"
    block = 50
    formulation = ("count_if a rule, 50 rules a select, one case expression for a chain; predicates "
                   "that rules share are columns of a select inside, then 200 rules a select; over "
                   "fractions or missing values a select with `where` a rule, over texts sum(case)")

    def question(self, case, source):
        kinds = {kind for kind, _ in case.columns.values()}
        if case.warm and not case.winner and (case.missing or "number" in kinds):
            return sql.counts_each(case.rules, self.dialect, source)
        if case.warm and not case.winner and "text" in kinds:
            return sql.counts(case.rules, sql.DUCKDB_TEXTS, source, self.block)
        return super().question(case, source)

    def version(self):
        done = subprocess.run([self.settings.build / "bench" / "bench_duckdb", "--version"],
                              capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def program(self):
        return [self.settings.build / "bench" / "bench_duckdb"]

    def files(self, case):
        return (f"'{case.data}/customers.parquet'",
                f"'{case.purchases or case.data / 'purchases.parquet'}'")

    def sources(self, case):
        return ("customers", "purchases") if case.warm else self.files(case)

    def setup(self, case):
        if not case.warm:
            return f"set temp_directory = '{self.folder}/duckdb_temporary'"
        customers, purchases = self.files(case)
        columns = "customer_id" if case.events else ", ".join(case.columns)
        made = f"create table customers as select {columns} from {customers}"
        if case.events:
            made += (";\ncreate table purchases as select customer_id, day, channel, "
                     f"{self.cents_of_amount} as cents from {purchases} order by customer_id, day")
        return made


class DuckDbNew(DuckDb):
    name = "duckdb_new"
    package = "duckdb"
    version = Engine.version
    formulation = "as duckdb, the newest version"

    def program(self):
        return [self.python(), PEERS / "duckdb_new_peer.py"]


class ClickHouse(SqlEngine):
    name = "clickhouse"
    package = "chdb"
    dialect = sql.CLICKHOUSE
    cents_of_amount = "toInt64(amount * 100)"
    formulation = "countIf a rule, one multiIf for a chain, MergeTree tables"

    def program(self):
        return [self.python(), PEERS / "clickhouse_peer.py"]

    def files(self, case):
        return (f"file('{case.data}/customers.parquet', Parquet)",
                f"file('{case.data}/purchases.parquet', Parquet)")

    def sources(self, case):
        return ("bench.customers", "bench.purchases") if case.warm else self.files(case)

    def setup(self, case):
        if not case.warm:
            return "select 1"
        customers, purchases = self.files(case)
        columns = "customer_id" if case.events else ", ".join(
            name if case.missing else f"assumeNotNull({name}) as {name}" for name in case.columns)
        made = ("create database bench;\ncreate table bench.customers engine = MergeTree order by "
                f"tuple() as select {columns} from {customers}")
        if case.events:
            made += (";\ncreate table bench.purchases engine = MergeTree "
                     "order by (customer_id, day) settings allow_nullable_key = 1 as select "
                     "assumeNotNull(customer_id) as customer_id, assumeNotNull(day) as day, "
                     "toLowCardinality(assumeNotNull(channel)) as channel, "
                     f"assumeNotNull({self.cents_of_amount}) as cents from {purchases}")
        return made


class DataFusion(SqlEngine):
    name = "datafusion"
    package = "datafusion"
    dialect = sql.DATAFUSION
    cents_of_amount = "cast(amount * 100 as bigint)"
    formulation = "count(case when ... end) a rule, one case expression for a chain"

    def program(self):
        return [self.python(), PEERS / "datafusion_peer.py"]

    def sources(self, case):
        return "customers", "purchases"

    def cents(self, case):
        return self.cents_of_amount

    def setup(self, case):
        kind = "table" if case.warm else "file"
        made = f"{kind} customers {case.data}/customers.parquet"
        if case.events:
            made += f";\n{kind} purchases {case.data}/purchases.parquet"
        return made


class Polars(Engine):
    name = "polars"
    package = "polars"
    engine = "in-memory"
    formulation = ("predicates as columns, then one lazy select of boolean sums; for a chain the "
                   "smallest place of a rule that holds")

    def command(self, case, folder):
        path = folder / f"{self.name}.json"
        path.write_text(json.dumps({
            "customers": f"{case.data}/customers.parquet",
            "events": f"{case.data}/purchases.parquet" if case.events else None,
            "memory": case.warm, "rules": case.rules, "names": names(case.rules),
            "winner": case.winner, "as_of": AS_OF, "engine": self.engine}))
        return ["env", f"POLARS_MAX_THREADS={self.settings.threads}", self.python(),
                PEERS / "polars_peer.py", path]


class PolarsStreaming(Polars):
    name = "polars_streaming"
    engine = "streaming"
    formulation = "as polars, in its streaming engine"


class SumOnly(DuckDb):
    """No peer but a measure: DuckDB adds up the columns of the customers and does nothing else."""
    name = "reference sum"
    formulation = "DuckDB, select sum(...) of the same columns"

    def query(self, case):
        customers, _ = self.sources(case)
        return f"select {', '.join(f'sum({name})::bigint as {name}' for name in case.columns)} " \
               f"from {customers}"


class Written(DuckDb):
    """No peer either: DuckDB counts what segc has written."""
    name = "written"

    def query(self, case):
        columns = ", ".join(f"count_if({name}) as {name}" for name in names(case.rules))
        return f"select {columns}, count(*) as customers from '{self.membership}'"


ALL = [Segc, DuckDb, DuckDbNew, Polars, PolarsStreaming, ClickHouse, DataFusion]


def normal(answer, case):
    """The answer by name, with every count in it that segc gives: a winner's place becomes its
    name, and who wins nobody has 0."""
    if not case.winner or any(":" in name for name in answer):
        return answer
    named = dict.fromkeys(names(case.rules), 0)
    places = {str(i): name for i, name in enumerate(named, 1)} | {"0": "none"}
    return {f"all:{name}": 0 for name in [*named, "none"]} | {
        f"all:{places[place]}": count for place, count in answer.items()}
