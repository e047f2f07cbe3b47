"""W4: how long rules take from text to the answer about a handful of customers. So little data that
what remains is reading, checking, compiling, and starting."""
import shutil

import data
import engines
import measure
import rules
from turns import Failure, Program

CUSTOMERS, EVENTS = 64, 640
PROVED = 1000  # at most so many rules are put to the prover
PATIENCE = 60  # seconds for a proof, far beyond the target
ASKED = 1000   # at most so many rules are put to the peers


def case_of(settings, kind, count):
    predicate = rules.activity if kind == "events" else (
        lambda random: rules.attribute(random, rules.INTS))
    made = rules.make_rules(count, 4000 + count, predicate)
    where = (settings.data.events(CUSTOMERS, EVENTS, False, False) if kind == "events" else
             settings.data.attributes("int", CUSTOMERS))
    parameters = {"over": kind, "rules": count}
    columns = {} if kind == "events" else rules.INTS
    return engines.Case("W4", f"{kind} {count}", made, columns, where, parameters, winner=True,
                        events=kind == "events")


class Forms:
    """The programs of segc that a case is measured with; each has its own cache."""

    def __init__(self, segc, case, folder):
        self.segc, self.case, self.folder = segc, case, folder
        self.command = segc.command(case, folder)
        self.records = {}
        self.unanswered = []

    def keep(self, name, turn, peak=None):
        record = self.records.setdefault(name, {"ready": 0, "wall": [], "cpu": [], "peak_mb": 0,
                                                "warmup": turn.wall, "warmup_cpu": turn.processors})
        record["wall"].append(turn.wall)
        record["cpu"].append(turn.processors)
        record["peak_mb"] = max(record["peak_mb"], round(turn.peak_kilobytes / 1024, 1))
        if turn.stages:
            record["stages"] = turn.stages

    def forget(self):
        shutil.rmtree(self.segc.settings.cache, ignore_errors=True)

    def cold(self, name, command, times, limit=900):
        """The first turn of a program that finds no cache."""
        for _ in range(times):
            self.forget()
            with Program(command, self.folder / "segc.log", limit) as program:
                turn = program.turn()
                self.keep(name, turn)
        return turn

    def warm(self, command, times):
        """Later turns of one program: with its cache taken away before each, and left alone."""
        with Program(command, self.folder / "segc.log") as program:
            program.turn()
            for _ in range(times):
                self.forget()
                self.keep("segc warm", program.turn())
            for _ in range(times):
                self.keep("segc cached", program.turn())


def measure_case(settings, case, found, folder, quick):
    folder.mkdir(parents=True, exist_ok=True)
    segc, *peers = found
    forms = Forms(segc, case, folder)
    answer = forms.cold("segc cold", forms.command, 1 if quick else 3).answer
    forms.warm(forms.command, 1 if quick else 5)
    if len(case.rules) <= PROVED:
        proving = [*segc.program(), folder / "project", "prove"]
        try:
            proofs = forms.cold("segc prover", proving, 1, limit=PATIENCE).answer
            with Program(proving, folder / "segc.log") as program:
                program.turn()
                forms.keep("segc prover cached", program.turn())
            forms.records["segc prover"]["proofs"] = proofs
        except Failure:
            forms.unanswered.append("segc prover")
    for peer in peers if len(case.rules) <= ASKED else []:
        ask_peer(peer, case, folder, answer, forms, quick)
    return {"workload": "W4", "name": case.name, "parameters": case.parameters,
            "answer_checksum": measure.checksum(answer), "engines": forms.records,
            "unanswered": forms.unanswered}


def ask_peer(peer, case, folder, answer, forms, quick):
    program = measure.start(peer, case, folder)
    if program is None:
        return
    with program:
        try:
            warmup = program.turn()
            measure.compare(case, "segc", answer, peer.name, engines.normal(warmup.answer, case))
            for _ in range(1 if quick or warmup.wall > 8 else 3):
                forms.keep(peer.name, program.turn())
        except Failure as failure:
            measure.drop(peer, case, failure)


def w4(settings):
    counts = (1, 20) if settings.size == "smoke" else (1, 10, 100, 1000, 10000)
    for kind in ("attributes", "events"):
        for count in counts:
            yield case_of(settings, kind, count)
