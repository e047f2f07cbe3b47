"""Random rules, the same on every machine, and how segc writes them.

A rule is a tree of tuples: ("and", [rules]), ("or", [rules]), or one comparison:

  ("compare", operand, sign, constant)      sign: one of >= > <= <
  ("between", operand, low, high)           both ends included
  ("in", operand, [texts])
  ("starts", operand, text)
  ("contains", operand, text)

An operand is ("column", name) or ("count" | "sum" | "avg", channel or None, days): purchases of a
channel in the last complete days.
"""


class Random:
    """Park and Miller's minimal standard generator (1988)."""

    def __init__(self, seed):
        self.state = seed % 2147483646 + 1
        for _ in range(10):
            self.pick(2)

    def pick(self, count):
        """A number from 0 to count - 1."""
        self.state = self.state * 48271 % 2147483647
        return self.state % count

    def one(self, items):
        return items[self.pick(len(items))]


# The columns of the data sets of W1: name -> (kind, count of different values). A whole number is
# below the count, a fraction below count / 1000.
INTS = {f"a{i:02d}": ("int", 100 if i <= 4 else 10_000 if i <= 12 else 1_000_000)
        for i in range(1, 17)}
DOUBLES = {f"d{i:02d}": ("number", 1_000_000) for i in range(1, 17)}
TEXTS = {"plan": ("text", 3), "country": ("text", 40), "city": ("text", 1000),
         "email": ("text", None)} | {name: INTS[name] for name in list(INTS)[:12]}
PLANS = ["free", "basic", "pro"]
DOMAINS = ["post.example", "mail.example", "inbox.example", "firm.example"]
COUNTRIES = [a + b for a in "ABCDEFGH" for b in "RSTUV"]
CHANNELS = ["web", "store", "app"]
WINDOWS = [7, 30, 90, 365]


def compare_number(random, column, kind, count):
    """A comparison that a tenth to a half of the customers pass: a rule of four matches some 4 % of
    them, as segments do."""
    width = count // 10 + random.pick(count * 4 // 10)
    sign = random.one([">=", "<"])
    constant = count - width if sign == ">=" else width
    low = random.pick(count - width)
    if kind == "number":  # between two values that occur: no engine has to agree on rounding
        constant, low, width = (constant + 0.5) / 1000, (low + 0.5) / 1000, width / 1000
    operand = ("column", column)
    if random.pick(3) == 0:
        return ("between", operand, low, round(low + width, 4))
    return ("compare", operand, sign, constant)


def compare_text(random, column):
    operand = ("column", column)
    if column == "plan":
        return ("in", operand, [random.one(PLANS)])
    if column == "country":
        return ("in", operand, sorted({random.one(COUNTRIES) for _ in range(1 + random.pick(12))}))
    if column == "city":
        if random.pick(2):
            return ("starts", operand, f"city{1 + random.pick(99)}")
        return ("in", operand, sorted({f"city{random.pick(1000)}" for _ in range(20)}))
    if random.pick(2):
        return ("contains", operand, "@" + random.one(DOMAINS))
    return ("starts", operand, f"u{1 + random.pick(99)}")


def attribute(random, columns):
    column = random.one(list(columns))
    kind, count = columns[column]
    if kind == "text":
        return compare_text(random, column)
    return compare_number(random, column, kind, count)


def activity(random):
    """A comparison of what a customer bought in a window."""
    channel = random.one(CHANNELS) if random.pick(3) == 0 else None
    days = random.one(WINDOWS)
    kind = random.one(["count", "count", "sum", "sum", "avg"])
    if kind == "avg":
        return ("compare", ("avg", None, days), random.one([">", "<"]), 70 + random.pick(60))
    expected = days * 50 // 730 + 1  # of purchases: a customer has 20 in two years, give or take
    constant = 1 + random.pick(expected)
    if kind == "sum":
        constant *= 70 + random.pick(60)
    return ("compare", (kind, channel, days), random.one([">=", "<"]), constant)


def make_rules(count, seed, predicate, pool=None):
    """`count` rules `p and q and (r or s)`. With a pool they share so many predicates; without one,
    every predicate is a different one, as far as there are so many."""
    random = Random(seed)
    seen = set()

    def fresh():
        for _ in range(20):
            made = predicate(random)
            if repr(made) not in seen:
                break
        seen.add(repr(made))
        return made

    shared = [fresh() for _ in range(pool)] if pool else None
    take = (lambda: random.one(shared)) if pool else fresh
    return [("and", [take(), take(), ("or", [take(), take()])]) for _ in range(count)]


def names(rules):
    return [f"s{i:05d}" for i in range(1, len(rules) + 1)]


def operands(rule):
    """Every operand of a rule, with repetitions."""
    if rule[0] in ("and", "or"):
        return [operand for part in rule[1] for operand in operands(part)]
    return [rule[1]]


def quoted(text):
    return '"' + text + '"'


def segc_operand(operand):
    if operand[0] == "column":
        return operand[1]
    kind, channel, days = operand
    events = "purchase" + (f'[channel = "{channel}"]' if channel else "")
    value = events if kind == "count" else f"{events}.amount"
    return f"{kind}({value}) within {days}d"


def segc_rule(rule):
    kind = rule[0]
    if kind == "and":
        return " and ".join(segc_rule(part) for part in rule[1])
    if kind == "or":
        return "(" + " or ".join(segc_rule(part) for part in rule[1]) + ")"
    operand = segc_operand(rule[1])
    if kind == "compare":
        return f"{operand} {rule[2]} {rule[3]}"
    if kind == "between":
        return f"{operand} between {rule[2]} and {rule[3]}"
    if kind == "in":
        return f"{operand} in ({', '.join(quoted(text) for text in rule[2])})"
    function = {"starts": "starts_with", "contains": "contains"}[kind]
    return f"{function}({operand}, {quoted(rule[2])})"


PURCHASES = ('event purchase from "purchases" by customer_id at day {\n'
             '  amount:  money(EUR)\n  channel: one of ("web", "store", "app")\n}\n\n')


def segc_project(rules, columns, events=False, chain=False, missing=False):
    """The text of a project: declarations, a segment a rule, and on request one chain of all."""
    mark = "?" if missing else ""
    lines = ['segc 1\n\ntimezone: "UTC"\ncurrency: EUR\n\n',
             'customer from "customers" key customer_id {\n']
    lines += [f"  {name}: {kind}{mark}\n" for name, (kind, _) in columns.items()]
    lines += ["}\n\n", PURCHASES if events else ""]
    for name, rule in zip(names(rules), rules):
        lines.append(f'segment {name} {{ when: {segc_rule(rule)} decision: "{name}" }}\n')
    if chain:
        lines.append(f"\npriority all: {' > '.join(names(rules))}\n")
    return "".join(lines)
