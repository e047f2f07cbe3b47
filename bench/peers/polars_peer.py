"""Polars: polars_peer.py CASE.json

The case says what is asked: {"customers": FILE, "events": FILE or null, "memory": the tables are
read before the first turn, "rules": trees as in bench/harness/rules.py, "names": of the rules,
"winner": the chain's winners instead of the counts, "as_of": DATE, "engine": "in-memory" or
"streaming"}.
"""
import datetime
import functools
import json
import operator
import sys

import polars

from turns import take_turns

with open(sys.argv[1], encoding="utf-8") as file:
    case = json.load(file)
tables = {}
SIGNS = {">=": operator.ge, ">": operator.gt, "<": operator.lt, "<=": operator.le}


def metric(kind, channel, days):
    return f"{kind}_{channel or 'all'}_{days}"


def expression(rule, column):
    """The test of a rule; `column` gives that of a predicate."""
    if rule[0] in ("and", "or"):
        join = operator.and_ if rule[0] == "and" else operator.or_
        return functools.reduce(join, [expression(part, column) for part in rule[1]])
    return column(rule)


def predicate(rule):
    kind, operand = rule[0], rule[1]
    if operand[0] == "avg":
        total, count = (polars.col(metric(part, *operand[1:])) for part in ("sum", "count"))
        return (count > 0) & SIGNS[rule[2]](total, rule[3] * 100 * count)
    column = polars.col(operand[1] if operand[0] == "column" else metric(*operand))
    factor = 100 if operand[0] == "sum" else 1
    if kind == "compare":
        return SIGNS[rule[2]](column, rule[3] * factor)
    if kind == "between":
        return column.is_between(rule[2], rule[3])
    if kind == "in":
        return column.is_in(rule[2])
    if kind == "starts":
        return column.str.starts_with(rule[2])
    return column.str.contains(rule[2], literal=True)


def used(rule):
    """(kind, channel, days) of the aggregates in a rule."""
    if rule[0] in ("and", "or"):
        return set().union(*(used(part) for part in rule[1]))
    operand = tuple(rule[1])
    if operand[0] == "avg":
        return {("sum", *operand[1:]), ("count", *operand[1:])}
    return set() if operand[0] == "column" else {operand}


def fold(events, rules):
    """A row a customer with events: the aggregates that the rules use."""
    as_of = datetime.date.fromisoformat(case["as_of"])
    wanted = sorted(set().union(*(used(rule) for rule in rules)), key=str)
    columns = []
    for kind, channel, days in wanted:
        test = polars.col("day") >= as_of - datetime.timedelta(days=days)
        if channel:
            test = test & (polars.col("channel") == channel)
        value = (test.sum() if kind == "count" else
                 polars.when(test).then(polars.col("cents")).otherwise(0).sum())
        columns.append(value.cast(polars.Int64).alias(metric(kind, channel, days)))
    first = as_of - datetime.timedelta(days=max(days for _, _, days in wanted))
    return (events.filter((polars.col("day") >= first) & (polars.col("day") < as_of))
            .group_by("customer_id").agg(columns))


def read(name, path):
    table = polars.scan_parquet(path)
    if name == "events":
        cents = (polars.col("amount") * 100).cast(polars.Int64).alias("cents")
        table = table.select("customer_id", "day", "channel", cents)
        if case["memory"]:
            table = table.with_columns(polars.col("channel").cast(polars.Categorical))
    if not case["memory"]:
        return table
    made = table.collect()
    if not case["events"]:  # keys that are joined keep one type
        made = made.select(column.shrink_dtype() if column.dtype.is_integer() else column
                           for column in made)
    return made.lazy()


def prepare():
    for name in ("customers", "events"):
        if case[name]:
            tables[name] = read(name, case[name])


def turn():
    source = tables["customers"]
    if case["events"]:
        folded = fold(tables["events"], case["rules"])
        source = source.select("customer_id").join(folded, on="customer_id", how="left")
        source = source.with_columns(polars.all().fill_null(0))
    predicates = {}  # what rules share is evaluated once

    def column(rule):
        name, _ = predicates.setdefault(repr(rule), (f"p{len(predicates)}", predicate(rule)))
        return polars.col(name)

    tests = [expression(rule, column) for rule in case["rules"]]
    source = source.select(test.alias(name) for name, test in predicates.values())
    if not case["winner"]:
        columns = [test.sum().alias(name) for name, test in zip(case["names"], tests)]
        result = source.select(*columns, polars.len().alias("customers"))
        return result.collect(engine=case["engine"]).to_dicts()[0]
    none = len(tests) + 1
    places = [polars.when(test).then(polars.lit(place, dtype=polars.Int16))
              .otherwise(polars.lit(none, dtype=polars.Int16))
              for place, test in enumerate(tests, 1)]
    result = source.select(polars.min_horizontal(places).alias("name")).group_by("name").len()
    found = dict(result.collect(engine=case["engine"]).iter_rows())
    return {0 if place == none else place: count for place, count in found.items()}


take_turns(prepare, turn)
