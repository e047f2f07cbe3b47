"""The same rules in SQL, in the form each engine is fastest with. bench/peers/README.md tells which
forms were tried.

A query answers with one row of counts whose columns have the names of the segments, or with rows
(name, count): the winners of the chain.
"""
import datetime

from rules import names, operands


class Dialect:
    """What differs between engines. `count` makes a count of a condition, `chain` a number: the
    place of the first condition that holds, and 0 when none does. `once`: a predicate that several
    rules share is evaluated once when it has a column of its own, and not otherwise."""

    def __init__(self, count, chain, starts, contains, cast, once=False):
        self.count, self.chain, self.starts, self.contains, self.cast, self.once = (
            count, chain, starts, contains, cast, once)


def case_chain(conditions):
    arms = " ".join(f"when {condition} then {i}" for i, condition in enumerate(conditions, 1))
    return f"case {arms} else 0 end"


def multi_if(conditions):
    arms = ", ".join(f"{condition}, {i}" for i, condition in enumerate(conditions, 1))
    return f"multiIf({arms}, 0)"


DUCKDB = Dialect("count_if({})", case_chain, "starts_with({}, {})", "contains({}, {})", "{}::{}",
                 once=True)
# Rules over texts: `case` tests the later parts of a rule only where the first ones hold.
DUCKDB_TEXTS = Dialect("sum(case when {} then 1 else 0 end)", case_chain, "starts_with({}, {})",
                       "contains({}, {})", "{}::{}", once=True)
CLICKHOUSE = Dialect("countIf({})", multi_if, "startsWith({}, {})", "position({}, {}) > 0",
                     "cast({} as {})")
DATAFUSION = Dialect("count(case when {} then 1 end)", case_chain, "starts_with({}, {})",
                     "contains({}, {})", "cast({} as {})")


SHARED_BLOCK = 200  # rules in one select, when shared predicates have columns of their own


def text(value):
    return "'" + value.replace("'", "''") + "'"


def metric(operand):
    """The name of the column that holds an aggregate."""
    kind, channel, days = operand
    return f"{kind}_{channel or 'all'}_{days}"


def condition(rule, say):
    """`say` gives the text of a predicate."""
    if rule[0] in ("and", "or"):
        return "(" + f" {rule[0]} ".join(condition(part, say) for part in rule[1]) + ")"
    return say(rule)


def predicate(rule, dialect):
    kind, operand = rule[0], rule[1]
    if operand[0] == "avg":  # exact, as segc decides it: no rounded average
        total, count = metric(("sum", *operand[1:])), metric(("count", *operand[1:]))
        return f"({count} > 0 and {total} {rule[2]} {rule[3] * 100} * {count})"
    name = operand[1] if operand[0] == "column" else metric(operand)
    factor = 100 if operand[0] == "sum" else 1  # sums are of cents
    if kind == "compare":
        return f"{name} {rule[2]} {rule[3] * factor}"
    if kind == "between":
        return f"{name} between {rule[2]} and {rule[3]}"
    if kind == "in":
        return f"{name} in ({', '.join(text(value) for value in rule[2])})"
    form = {"starts": dialect.starts, "contains": dialect.contains}[kind]
    return form.format(name, text(rule[2]))


def conditions(rules, dialect, source):
    """(the condition of every rule, what to select them from)."""
    columns = {}

    def column(rule):
        return columns.setdefault(predicate(rule, dialect), f"p{len(columns) + 1}")

    short = [condition(rule, column) for rule in rules]
    if not dialect.once or 2 * len(columns) > sum(len(operands(rule)) for rule in rules):
        return [condition(rule, lambda one: predicate(one, dialect)) for rule in rules], source
    made = ", ".join(f"{test} as {name}" for test, name in columns.items())
    return short, f"(select {made} from {source}) as predicates"


def aggregates(rules):
    """The windowed aggregates that rules use, each once: (kind, channel, days)."""
    used = set()
    for rule in rules:
        for operand in operands(rule):
            if operand[0] == "avg":
                used |= {("sum", *operand[1:]), ("count", *operand[1:])}
            elif operand[0] != "column":
                used.add(operand)
    return sorted(used, key=lambda item: (item[2], item[0], item[1] or ""))


def folded(rules, dialect, source, as_of, cents):
    """A row a customer with events: every aggregate that the rules use."""
    used = aggregates(rules)
    columns = []
    for kind, channel, days in used:
        test = f"day >= date '{as_of - datetime.timedelta(days=days)}'"
        if channel:
            test += f" and channel = '{channel}'"
        value = f"sum(case when {test} then {cents} else 0 end)" if kind == "sum" else (
            dialect.count.format(test))
        columns.append(f"{value} as {metric((kind, channel, days))}")
    first = as_of - datetime.timedelta(days=max(days for _, _, days in used))
    return (f"select customer_id, {', '.join(columns)} from {source} "
            f"where day >= date '{first}' and day < date '{as_of}' group by customer_id")


def joined(rules, fold, customers):
    """The columns of `fold` for all customers: 0 for one without events."""
    columns = [f"coalesce({metric(one)}, 0) as {metric(one)}" for one in aggregates(rules)]
    return (f"select {', '.join(columns)} from {customers} as c "
            f"left join ({fold}) as f on c.customer_id = f.customer_id")


def counts(rules, dialect, source, block=None):
    """All counts in one select, or `block` rules in a select of their own."""
    tests, made = conditions(rules, dialect, source)
    block = SHARED_BLOCK if block and made != source else block
    columns = [f"{dialect.count.format(test)} as {name}"
               for name, test in zip(names(rules), tests)] + ["count(*) as customers"]
    if block is None or len(columns) <= 2 * block:
        return f"select {', '.join(columns)} from {made}"
    parts = [f"(select {', '.join(columns[i:i + block])} from {made}) as part_{i}"
             for i in range(0, len(columns), block)]
    return f"select * from {', '.join(parts)}"


def counts_each(rules, dialect, source):
    """Every count in a select of its own, which filters the rows while they are scanned."""
    tests = [condition(rule, lambda one: predicate(one, dialect)) for rule in rules]
    columns = [f"(select count(*) from {source} where {test}) as {name}"
               for name, test in zip(names(rules), tests)]
    return f"select {', '.join(columns)}, (select count(*) from {source}) as customers"


def winners(rules, dialect, source):
    tests, source = conditions(rules, dialect, source)
    chain = dialect.chain(tests)
    return (f"select {dialect.cast.format('winner', 'varchar')} as name, count(*) as members from "
            f"(select {chain} as winner from {source}) as chained group by winner")
