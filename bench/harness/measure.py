"""One case: every engine answers, the answers are compared, and only then times are taken."""
import contextlib
import statistics
import sys

from engines import normal
from turns import Failure, Program


class Difference(Exception):
    """Two engines answered differently."""


def rounds_for(seconds, rounds):
    """How often an engine is measured that took so long when it warmed up."""
    return min(rounds, 5 if seconds < 2 else 3 if seconds < 10 else 1)


def compare(case, first, answer, other, others_answer):
    """Every count that the other engine gave must be the first one's."""
    for name, value in others_answer.items():
        if answer.get(name) != value:
            raise Difference(f"{case.workload} {case.name}: {name} is {answer.get(name)} for "
                             f"{first} and {value} for {other}")


def start(engine, case, folder):
    """The engine's program, or None with a word when it cannot take part."""
    command = engine.command(case, folder)
    if command is None:
        return None
    try:
        return Program(command, folder / f"{engine.name}.log")
    except Failure as failure:
        return drop(engine, case, failure)


def drop(engine, case, failure):
    """An engine that fails is left out, aloud; segc and DuckDB may not fail."""
    if engine.name in ("segc", "duckdb"):
        raise failure
    print(f"  {engine.name} takes no part in {case.workload} {case.name}: {failure}",
          file=sys.stderr)
    return None


def warm_up(case, running):
    """A first turn each; answers compared. Returns the engines that answered, with that turn."""
    first, expected, answered = None, None, {}
    for engine, program in running.items():
        try:
            turn = program.turn()
        except Failure as failure:
            drop(engine, case, failure)
            continue
        answer = normal(turn.answer, case)
        if engine.name.startswith("reference"):
            pass  # another question: there is nothing to compare
        elif expected is None:
            first, expected = engine.name, answer
        else:
            compare(case, first, expected, engine.name, answer)
        answered[engine] = turn
    return expected, answered


def run_case(case, engines, folder, rounds, check=None):
    """The record of a case: for each engine the seconds of every turn. `rounds` 0: answers only.
    `check` gets the answer before times are taken."""
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        running = {}
        for engine in engines:
            program = start(engine, case, folder)
            if program is not None:
                running[engine] = stack.enter_context(program)
        expected, answered = warm_up(case, running)
        if check is not None:
            check(expected)
        turns = {engine: [] for engine in answered}
        wanted = {engine: rounds_for(turn.wall, rounds) for engine, turn in answered.items()}
        for number in range(max(wanted.values())):
            for engine in answered:
                if number < wanted[engine]:
                    turns[engine].append(running[engine].turn())
                    if normal(turns[engine][-1].answer, case) != normal(answered[engine].answer,
                                                                        case):
                        raise Difference(f"{case.name}: {engine.name} changed its answer")
        return record(case, expected, running, answered, turns)


def run_pairs(case, engines, folder, rounds):
    """The same with segc beside one peer at a time, so that only one peer's tables are in memory.
    segc has the turns beside all of them."""
    own, *peers = engines
    result = run_case(case, [own, peers[0]], folder, rounds)
    for peer in peers[1:]:
        next_one = run_case(case, [own, peer], folder, rounds)
        mine = next_one["engines"].pop(own.name)
        for kind in ("wall", "cpu"):
            result["engines"][own.name][kind] += mine[kind]
        result["engines"] |= next_one["engines"]
    return result


def record(case, expected, running, answered, turns):
    engines = {}
    for engine, warmup in answered.items():
        taken = turns[engine]
        last = taken[-1] if taken else warmup
        engines[engine.name] = {
            "ready": running[engine].ready_seconds, "warmup": warmup.wall,
            "warmup_cpu": warmup.processors,
            "wall": [turn.wall for turn in taken], "cpu": [turn.processors for turn in taken],
            "peak_mb": round(last.peak_kilobytes / 1024, 1)}
        if last.stages:
            engines[engine.name]["stages"] = last.stages
    return {"workload": case.workload, "name": case.name, "parameters": case.parameters,
            "bytes": case.bytes, "answer_checksum": checksum(expected), "engines": engines}


def checksum(answer):
    """A number that two runs on two machines can compare."""
    value = 0
    for name in sorted(answer):
        for byte in f"{name}={answer[name]};".encode():
            value = (value ^ byte) * 0x100000001b3 % 2**64
    return f"{value:016x}"


def seconds(engine, kind="wall"):
    """The median of a record's turns; the turn that warmed up when it is the only one."""
    if engine[kind]:
        return statistics.median(engine[kind])
    return engine["warmup" if kind == "wall" else "warmup_cpu"]
