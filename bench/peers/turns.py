"""The protocol of bench/turns.h for peers in Python."""
import resource
import sys
import time


def take_turns(prepare, turn):
    """Prepares once, then runs `turn` for every line `go`; it returns counts by name."""
    start = time.perf_counter()
    prepare()
    print(f"ready {time.perf_counter() - start:.9f}", flush=True)
    for line in sys.stdin:
        if line != "go\n":
            break
        wall, processors = time.perf_counter(), time.process_time()
        answer = turn()
        wall, processors = time.perf_counter() - wall, time.process_time() - processors
        print(f"time {wall:.9f} {processors:.9f}")
        for name, value in answer.items():
            print(f"answer {int(value)} {name}")
        print(f"done {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}", flush=True)


def answer_of(columns, rows):
    """Counts by name, out of one row of them or of rows (name, count)."""
    if list(columns) == ["name", "members"]:
        return {str(name): members for name, members in rows}
    return dict(zip(columns, rows[0]))


def statements(path):
    """The statements of a file of SQL; none of them has a semicolon in a text."""
    with open(path, encoding="utf-8") as file:
        return [part.strip() for part in file.read().split(";") if part.strip()]
