"""kill -9 between call and flush: at most calls of applications that were not answered are lost, and nothing twice."""

import random
import subprocess
import sys
import threading
from pathlib import Path

from tests.sizes import size
from tests.verifiers.journal.asking import CALLS
from tests.verifiers.journal.making import calls_in, flush, opened, sent

ROOT = Path(__file__).parents[3]


def killed(path: Path, seconds: float) -> tuple[set[str], set[str]]:
    """The applications that a process began and those that it said were done, before it died."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.verifiers.journal.asking", path], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    killer = threading.Timer(seconds, process.kill)
    killer.start()
    said = first + process.stdout.read()
    process.stdout.close()
    process.wait()
    killer.join()
    words = [line.split() for line in said.decode().split("\n")[:-1]]
    return {one[1] for one in words if one[0] == "out"}, {one[1] for one in words if one[0] == "done"}


def test_no_call_of_an_acknowledged_application_is_missing(tmp_path: Path) -> None:
    path, dice = tmp_path / "calls.sqlite3", random.Random(20260316)
    out: set[str] = set()
    done: set[str] = set()
    for _ in range(size("journal_kills", quick=4, full=200)):
        began, finished = killed(path, dice.uniform(0.05, 0.4))
        out |= began
        done |= finished
    assert done < out, "no process was killed at work: the test shows nothing"
    for application in done:
        calls = calls_in(path, application)
        assert len(calls) == CALLS
        assert all(call.status == "ok" for call in calls)
    assert all(len(calls_in(path, application)) <= CALLS for application in out - done)
    with opened(path) as journal:
        journal.note_sent(sent("after"))
        flush(journal)
    assert len(calls_in(path)) == 1
