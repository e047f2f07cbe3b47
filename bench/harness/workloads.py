"""What is asked, as cases: W1 attributes, W2 events, W3 days, W4 compiling, W5 memory."""
import compile_times
import data
import engines
import refresh
import rules

SIZES = {
    "smoke": {"customers": 20_000, "event_customers": 5_000, "events": 100_000},
    "small": {"customers": 1_000_000, "event_customers": 250_000, "events": 5_000_000},
    "full": {"customers": 10_000_000, "event_customers": 5_000_000, "events": 100_000_000},
}
FEW = 40  # different predicates in the rules that share them


def narrow_bytes(made, columns):
    """Bytes a customer in the columns that rules use, when each has the narrowest whole numbers."""
    used = {operand[1] for rule in made for operand in rules.operands(rule)}
    return sum(1 if columns[name][1] <= 128 else 2 if columns[name][1] <= 32768 else 4
               for name in used)


def flat(settings, variant, count, shared, winner, cold=False, out=False, anew=False):
    columns = data.W1_COLUMNS[variant]
    made = rules.make_rules(count, count, lambda random: rules.attribute(random, columns),
                            FEW if shared else None)
    parameters = {"columns": variant, "rules": count, "predicates": "few" if shared else "distinct",
                  "asked": "winner" if winner else "counts",
                  "from": "Parquet" if cold else "memory"}
    if out:
        parameters["written"] = "membership"
    if anew:
        parameters["hashes"] = "anew"
    rows = SIZES[settings.size]["customers"]
    return engines.Case("W1", " ".join(str(value) for value in parameters.values()), made, columns,
                        settings.data.attributes(variant, rows), parameters, winner=winner,
                        missing=variant == "missing", warm=not cold, out=out, anew=anew,
                        bytes=rows * narrow_bytes(made, columns) if variant == "int" else 0)


def w1(settings):
    if settings.size == "smoke":
        yield flat(settings, "int", 20, False, True)
        yield flat(settings, "int", 20, True, False)
        yield flat(settings, "int", 20, False, False, cold=True)
        yield flat(settings, "int", 20, False, False, cold=True, out=True)
        for variant in ("double", "missing", "text"):
            for winner in (False, True):
                yield flat(settings, variant, 20, False, winner)
        return
    for count in (10, 100, 1000):
        for shared in (False, True):
            for winner in (False, True):
                yield flat(settings, "int", count, shared, winner)
    for variant in ("double", "missing", "text"):
        for winner in (False, True):
            yield flat(settings, variant, 100, False, winner)
    yield flat(settings, "int", 100, False, False, cold=True)
    yield flat(settings, "int", 100, False, False, cold=True, out=True)
    yield flat(settings, "int", 100, False, False, cold=True, out=True, anew=True)


def folds(settings, count, skewed, clustered, warm):
    size = SIZES[settings.size]
    made = rules.make_rules(count, 1000 + count, rules.activity)
    parameters = {"keys": "Zipf" if skewed else "uniform",
                  "order": "clustered" if clustered else "time", "rules": count,
                  "from": "store" if warm else "Parquet"}
    where = settings.data.events(size["event_customers"], size["events"], skewed, clustered)
    name = " ".join(str(value) for value in parameters.values())
    return engines.Case("W2", name, made, {}, where, parameters, events=True, warm=warm)


def w2(settings):
    counts = (10,) if settings.size == "smoke" else (10, 100)
    for skewed in (False, True):
        for clustered in (False, True):
            for count in counts:
                yield folds(settings, count, skewed, clustered, warm=False)
        for count in counts:
            yield folds(settings, count, skewed, False, warm=True)


def w3(settings):
    return refresh.w3(settings, SIZES[settings.size])


def w5(settings):
    """Many more events than memory: nothing at the smoke size, too little to matter there."""
    if settings.size == "smoke":
        return
    factor, limit = {"small": (4, 600_000_000), "full": (10, 8_000_000_000)}[settings.size]
    size = SIZES[settings.size]
    made = rules.make_rules(100, 5000, rules.activity)
    events, customers = size["events"] * factor, size["event_customers"] * factor
    parameters = {"events": events, "rules": 100, "memory": limit}
    yield engines.Case("W5", f"{events:,} events in {limit // 1_000_000} MB", made, {},
                       settings.data.events(customers, events, False, False), parameters,
                       events=True, memory=limit)


WORKLOADS = {"W1": w1, "W2": w2, "W3": w3, "W4": compile_times.w4, "W5": w5}
