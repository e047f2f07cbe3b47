"""The data of the benchmarks, as SQL for bench_generate: only draw() decides what is in it."""
import pathlib
import subprocess

from rules import CHANNELS, COUNTRIES, DOMAINS, DOUBLES, INTS, PLANS, TEXTS

AS_OF = "2026-11-01"
FIRST_DAY = "2024-11-01"  # of the events: two years
DAYS = 730


def listed(values):
    return "[" + ", ".join(f"'{value}'" for value in values) + "]"


def value_of(stream, name, kind, count):
    """SQL of a value of row i."""
    bits = f"draw(i, {stream})"
    if name == "plan":
        return f"({listed(PLANS)})[1 + ({bits} % {len(PLANS)})::INT]"
    if name == "country":
        return f"({listed(COUNTRIES)})[1 + ({bits} % {len(COUNTRIES)})::INT]"
    if name == "city":
        return f"'city' || ({bits} % 1000)::INT"
    if name == "email":
        return f"'u' || i || '@' || ({listed(DOMAINS)})[1 + ({bits} % {len(DOMAINS)})::INT]"
    if kind == "number":
        return f"({bits} % {count})::BIGINT / 1000.0::DOUBLE"
    return f"({bits} % {count})::INT"


def attributes(path, rows, columns, missing):
    """Customers with the given columns; with `missing`, a tenth of the values are."""
    values = []
    for stream, (name, (kind, count)) in enumerate(columns.items(), 1):
        value = value_of(stream, name, kind, count)
        if missing:
            value = f"CASE WHEN draw(i, {100 + stream}) % 10 > 0 THEN {value} END"
        values.append(f"{value} AS {name}")
    return (f"COPY (SELECT i AS customer_id, {', '.join(values)} FROM range({rows}) AS t(i)) "
            f"TO '{path}/customers.parquet' (FORMAT parquet);\n")


def customer_of(events, customers, skewed):
    """SQL of the customer of event i. Skewed: half as many customers have twice as many events
    each, a stepwise Zipf distribution without a rounding logarithm; spread so that neighbours
    differ."""
    if not skewed:
        return f"(draw(i, 1) % {customers})::BIGINT"
    steps = max(1, customers.bit_length() - 1)
    rank = f"((1::BIGINT << (draw(i, 1) % {steps})::INT) + (draw(i, 2) % (1::UBIGINT << " \
           f"(draw(i, 1) % {steps})::INT))::BIGINT)"
    return f"({rank} * 7919 % {customers})"


def purchases(path, customers, events, skewed, clustered, days=(0, DAYS)):
    """Events of some days in time order, or those of a customer together, each in time order."""
    first, past = days
    channels = listed(CHANNELS)
    rows = (f"SELECT {customer_of(events, customers, skewed)} AS customer_id, "
            f"DATE '{FIRST_DAY}' + (i * {DAYS} // {events})::INT AS day, "
            f"((draw(i, 3) % 20000)::BIGINT / 100)::DECIMAL(9, 2) AS amount, "
            f"({channels})[1 + (draw(i, 4) % 3)::INT] AS channel, i FROM "
            f"range({-(-first * events // DAYS)}, {-(-past * events // DAYS)}) AS t(i)")
    order = "ORDER BY customer_id, i" if clustered else ""
    return (f"COPY (SELECT customer_id, day, amount, channel FROM ({rows}) {order}) "
            f"TO '{path}' (FORMAT parquet);\n")


def plain_customers(path, rows):
    return (f"COPY (SELECT i AS customer_id FROM range({rows}) AS t(i)) "
            f"TO '{path}/customers.parquet' (FORMAT parquet);\n")


W1_COLUMNS = {"int": INTS, "double": DOUBLES, "missing": INTS, "text": TEXTS}


class Data:
    """Folders of data, made when they are not there yet or were made otherwise."""

    def __init__(self, root, generate):
        self.root, self.generate = pathlib.Path(root), generate

    def make(self, name, sql_of):
        folder = self.root / name
        sql = sql_of(folder)
        stamp = folder / "made_by.sql"
        if not stamp.exists() or stamp.read_text() != sql:
            folder.mkdir(parents=True, exist_ok=True)
            script = folder / "make.sql"
            script.write_text(sql)
            subprocess.run([self.generate, script], check=True)
            script.rename(stamp)
        return folder

    def attributes(self, variant, rows):
        return self.make(f"w1-{variant}-{rows}", lambda folder: attributes(
            folder, rows, W1_COLUMNS[variant], variant == "missing"))

    def days(self, customers, events, steps):
        """Events in files: day-000 is all but the last days, which have one each."""
        def sql_of(folder):
            files = [(0, DAYS - steps)] + [(DAYS - steps + i, DAYS - steps + i + 1)
                                           for i in range(steps)]
            return plain_customers(folder, customers) + "".join(
                purchases(folder / f"day-{number:03d}.parquet", customers, events, False, False,
                          days)
                for number, days in enumerate(files))
        return self.make(f"w3-{events}", sql_of)

    def events(self, customers, events, skewed, clustered):
        name = f"w2-{'zipf' if skewed else 'uniform'}-{'clustered' if clustered else 'time'}"
        return self.make(f"{name}-{events}", lambda folder: plain_customers(folder, customers) +
                         purchases(folder / "purchases.parquet", customers, events, skewed,
                                   clustered))
