"""Workers that die or hang while they decide: nothing answered is lost or there twice, and nothing is forgotten."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

import pytest

from decision_service.decision import WORKER_LOST
from decision_service.ledger.store import ByApplication
from decision_service.ledger.verify import verify_ledger
from tests.http.process import serving
from tests.http.staging import BY_ID, Got, Stage, application
from tests.sizes import size
from tests.workers.crewing import Crewed, rules_in, stopped, until

THREADS = 6


@dataclass
class Platforms:
    """Who sends applications and, where the connection broke or the service was busy, the same again under its key."""

    stage: Stage
    name: str
    answers: dict[str, bytes] = field(default_factory=dict)
    sent: dict[str, dict] = field(default_factory=dict)
    broken_off: int = 0
    wrong: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def submit(self, thread: int) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            key, one = f"{self.name}-{thread}-{number}", application("ELD-1" if number % 2 else "CARD-1")
            self.sent[key] = one
            got = self.until_answered(key, one)
            if got is not None:
                self.answers[key] = got.body

    def until_answered(self, key: str, one: dict) -> Got | None:
        for _ in range(2000):
            if self.stop.is_set() and self.broken_off > 100:
                return None  # the service is gone for good
            with suppress(OSError, HTTPException):
                got = self.stage.decide(one, key)
                if got.status == 200:
                    return got
                if got.status not in (409, 429, 503):
                    self.wrong.append(f"{key}: {got.status} {got.body[:100]!r}")
                    return None
                self.stop.wait(0.01)
                continue
            self.broken_off += 1
            self.stop.wait(0.02)
        self.wrong.append(f"{key}: never answered")
        return None


@contextmanager
def platforms(stage: Stage, name: str) -> Iterator[Platforms]:
    """Platforms that keep sending for as long as the block runs; afterwards all that they sent is answered."""
    found = Platforms(stage, name)
    threads = [threading.Thread(target=found.submit, args=(one,), daemon=True) for one in range(THREADS)]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        found.stop.set()
        for thread in threads:
            thread.join(120)


def require_whole(crew: Crewed, found: Platforms) -> None:
    """Each application is on record once, as it was answered; the ledger is sound."""
    assert found.wrong == []
    assert found.answers.keys() == found.sent.keys()
    for key, one in found.sent.items():
        assert on_record(crew, one) == [key]
        again = crew.stage.decide(one, key)
        assert again.body == found.answers[key]
    report = verify_ledger(crew.ledger)
    assert report.is_sound, report.first


def on_record(crew: Crewed, application: dict) -> list[str]:
    """The keys of the decisions on an application."""
    records = crew.up.state.services.ledger.find(ByApplication("hall", application["application_id"]))
    return [one.entry.key for one in records]


def test_a_worker_killed_in_the_middle_of_decisions_loses_and_doubles_nothing(crew: Crewed) -> None:
    for turn in range(size("worker_kills", quick=2, full=200)):
        with platforms(crew.stage, f"kill-{turn}") as found:
            until(lambda: len(found.answers) >= 10)
            killed = crew.pids[turn % 2]
            os.kill(killed, signal.SIGKILL)
            crew.lost(killed)
        require_whole(crew, found)


def held(crew: Crewed, count: int) -> list[dict]:
    """Applications that a register which keeps silent holds before the desk for seconds."""
    found = [application("ELD-1") for _ in range(count)]
    for one in found:
        crew.stage.play(one["application_id"], {**BY_ID["ELD-1"]["facts"], "deaths": {"status": "timeout"}})
    return found


@pytest.mark.parametrize("how", ["dead", "hung"])
def test_what_a_lost_worker_was_deciding_is_on_record_for_an_officer(crew: Crewed, how: str) -> None:
    sent = {f"left-{how}-{number}": one for number, one in enumerate(held(crew, 6))}
    got: dict[str, Got | None] = {}

    def submit(key: str) -> None:
        got[key] = None
        with suppress(OSError, HTTPException):
            got[key] = crew.stage.decide(sent[key], key)

    threads = [threading.Thread(target=submit, args=(key,), daemon=True) for key in sent]
    for thread in threads:
        thread.start()
    until(lambda: all(crew.is_deciding(one) for one in sent.values()))
    lost = crew.pids
    with stopped(*lost):  # from here on neither of them finishes anything
        waiting = {key for key, one in sent.items() if crew.is_deciding(one)}
        if how == "dead":
            for pid in lost:
                os.kill(pid, signal.SIGKILL)
        crew.lost(*lost)
    until(lambda: not any(crew.is_deciding(one) for one in sent.values()))
    for thread in threads:
        thread.join(60)
    assert waiting
    for key in waiting:
        assert got[key] is None, "nobody was answered by a worker that was lost"
        told = crew.stage.decide(sent[key], key)
        assert (told.json["outcome"], told.codes) == ("REFERRED", [WORKER_LOST])
        assert told.headers["idempotent-replayed"] == "true"
        assert len(on_record(crew, sent[key])) == 1
        case = crew.stage.send("GET", f"/v1/decisions/{told.json['decision_id']}/case").json
        assert case["status"] == "waiting"
    assert verify_ledger(crew.ledger).is_sound


def test_a_worker_that_hangs_is_replaced(crew: Crewed) -> None:
    with platforms(crew.stage, "hang") as found:
        until(lambda: len(found.answers) >= 10)
        hung = crew.pids[0]
        with stopped(hung):
            crew.lost(hung)
    require_whole(crew, found)
    assert crew.figures()['miaopi_workers_lost_total{why="hung"}'] >= 1


def children(pid: int) -> set[int]:
    """The processes that `pid` has started, and theirs."""
    found = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text(encoding="ascii").split()):
            found |= {child} | children(child)
    return found


def lives(pid: int) -> bool:
    """Whether that process has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.timeout(3600)
def test_when_the_keeper_is_killed_its_workers_end_and_nothing_answered_is_lost(registers: str, tmp_path: Path) -> None:
    rules, ledger = rules_in(tmp_path / "rules"), tmp_path / "ledger.sqlite3"
    more = {"MIAOPI_WORKERS": "2", "MIAOPI_CERTIFICATES": str(tmp_path / "gate")}
    answered: dict[str, bytes] = {}
    sent: dict[str, dict] = {}
    for turn in range(size("keeper_kills", quick=1, full=50) + 1):
        with serving(registers, rules, ledger, **more) as (stage, keeper):
            for key, body in answered.items():
                assert stage.decide(sent[key], key).body == body
            processes = children(keeper.pid)
            assert len(processes) >= 2
            found = Platforms(stage, f"keeper-{turn}")
            thread = threading.Thread(target=found.submit, args=(0,), daemon=True)
            thread.start()
            until(lambda: len(found.answers) >= 10)  # noqa: B023 - waited for here
            keeper.kill()
            keeper.wait(30)
            until(lambda: not any(lives(pid) for pid in processes))  # noqa: B023 - see above
            found.stop.set()
            thread.join(60)
            answered, sent = dict(found.answers), found.sent
        report = verify_ledger(ledger)
        assert report.is_sound, report.first
