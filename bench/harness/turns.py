"""Programs that are measured: turn by turn (the other end of bench/turns.h), or as a whole."""
import dataclasses
import os
import subprocess
import threading
import time


class Failure(Exception):
    """A program ended before it answered."""


@dataclasses.dataclass
class Turn:
    wall: float = 0.0
    processors: float = 0.0
    peak_kilobytes: int = 0
    answer: dict = dataclasses.field(default_factory=dict)
    stages: dict = dataclasses.field(default_factory=dict)
    looked: int | None = None  # at so many customers again; None: at all


class Program:
    """A running program; use it with `with`. It is ended when it is silent for `limit` seconds."""

    def __init__(self, command, log, limit=900):
        self.command = [str(part) for part in command]
        self.log_path = log
        self.limit = limit
        self.log = open(log, "w", encoding="utf-8")
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stderr=self.log,
                                        stdout=subprocess.PIPE, text=True)
        try:
            self.ready_seconds = float(self.line().split()[1])
        except Failure:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def line(self):
        """The next line it says; a Failure when it has ended."""
        timer = threading.Timer(self.limit, self.process.kill)
        timer.start()
        line = self.process.stdout.readline()
        timer.cancel()
        if not line:
            self.process.wait()
            self.log.flush()
            with open(self.log_path, encoding="utf-8") as log:
                words = log.read().strip()[-2000:]
            code = self.process.returncode
            raise Failure(f"{' '.join(self.command)}\nended with {code}\n{words}")
        return line

    def turn(self):
        try:
            self.process.stdin.write("go\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # line() tells why
        result = Turn()
        while True:
            kind, rest = self.line().rstrip("\n").split(" ", 1)
            if kind == "time":
                result.wall, result.processors = (float(part) for part in rest.split())
            elif kind == "answer":
                value, name = rest.split(" ", 1)
                result.answer[name] = int(value)
            elif kind == "stage":
                seconds, name = rest.split(" ", 1)
                result.stages[name] = float(seconds)
            elif kind == "looked":
                result.looked = int(rest.split()[0])
            elif kind == "done":
                result.peak_kilobytes = int(rest)
                return result

    def close(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()
        self.log.close()


def run_once(command, log):
    """What a program took from its start to its end; a Failure when it ended badly."""
    command = [str(part) for part in command]
    with open(log, "w", encoding="utf-8") as out:
        start = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        with open(log, encoding="utf-8") as out:
            raise Failure(f"{command}\nended with {process.returncode}\n{out.read()[-2000:]}")
    return Turn(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
