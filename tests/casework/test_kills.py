"""The service killed between any two steps of officers and applicants: what was answered stands, once."""

import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

from decision_service.casework.file import CaseworkFile
from decision_service.casework.tables import NAMES
from decision_service.ledger.verify import verify_ledger
from tests.casework.office import OFFICER, PLATFORM, SECOND, Office, members
from tests.http.members import Guarded, Members
from tests.http.process import serving
from tests.http.staging import BY_ID, RULES, application
from tests.sizes import size

KILLS = size("casework_kills", quick=2, full=40)
AT_ONCE = 3


@contextmanager
def running(registers: str, folder: Path, people: Members) -> Iterator[tuple[Office, "subprocess.Popen[str]"]]:
    """The service as a process, with its staff; every closed decision is drawn for a blind check."""
    access = str(people.write(folder / "access.toml"))
    more = {"MIAOPI_ACCESS": access, "MIAOPI_CONTROL_PORT": "0", "MIAOPI_SAMPLE_RATE": "1"}
    with serving(registers, RULES, folder / "ledger.sqlite3", **more) as (stage, child):
        yield Office(Guarded(stage, people), folder), child


@dataclass(slots=True)
class Story:
    """One case from application to reply, step by step; `told` is what was answered to each step."""

    number: int
    application: dict = field(default_factory=lambda: application("ELD-5"))
    approved: dict = field(default_factory=lambda: application("ELD-1"))
    told: dict[str, bytes] = field(default_factory=dict)
    decision_id: str = ""
    is_begun: bool = False

    def play(self, office: Office) -> None:
        """All steps from the first on: each must be answered, and as it was before. HTTPException, OSError when cut."""
        self.is_begun = True
        got = office.guarded.decide(PLATFORM, self.approved, f"approve-{self.number}")
        self.note("approve", got.status, got.body)
        office.guarded.stage.play(self.application["application_id"], BY_ID["ELD-5"]["facts"])
        got = office.guarded.decide(PLATFORM, self.application, f"decide-{self.number}")
        self.note("decide", got.status, got.body)
        self.decision_id = number = got.json["decision_id"]
        referral, complaint = f"referral:{number}", f"task:complaint:complaint:{number}:1"
        told = {"step": "told", "text": "拟不予批准", "respond_by": "2026-03-30"}
        refusal = {"outcome": "REJECTED", "reasons_zh": "已登记死亡", "basis": [1]}
        self.claim(office, OFFICER, referral, "outcome")
        self.act(office, OFFICER, referral, "hearing", told, "told")
        self.act(office, OFFICER, referral, "hearing", {"step": "statement", "text": "不同意"}, "statement")
        self.act(office, OFFICER, referral, "outcome", refusal, "outcome")
        sent = {"complaint_key": got.json["feedback"]["complaint_key"], "text": "我还活着"}
        path = f"/v1/decisions/{number}/complaints"
        got = office.guarded.send(PLATFORM, "POST", path, sent, {"Idempotency-Key": f"complain-{self.number}"})
        self.note("complain", got.status, got.body)
        self.claim(office, SECOND, complaint, "reply")
        self.act(office, SECOND, complaint, "answer", {"zh": "已更正登记"}, "reply")

    def claim(self, office: Office, who: str, item_id: str, before: str) -> None:
        """Takes an item, unless what it is taken for is done."""
        if before not in self.told:
            got = office.act(who, item_id, "claim")
            assert got.status == 200 or got.json["type"].endswith("item_not_open"), got.body

    def act(self, office: Office, who: str, item_id: str, what: str, body: dict, step: str) -> None:
        got = office.act(who, item_id, what, body, f"{step}-{self.number}")
        self.note(step, got.status, got.body)

    def note(self, step: str, status: int, body: bytes) -> None:
        assert status == 200, (step, body)
        assert self.told.setdefault(step, body) == body, f"another answer to {step}"


def play_until_cut(office: Office, stories: list[Story], broken: list[str]) -> None:
    for story in stories:
        try:
            story.play(office)
        except (HTTPException, OSError):
            return
        except AssertionError as error:
            broken.append(str(error))
            return


def held(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """What the file of casework holds."""
    with sqlite3.connect(CaseworkFile.beside(folder / "ledger.sqlite3"), timeout=10) as file:
        return {name: sorted(file.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in NAMES}  # noqa: S608 - names of ours


def waiting(folder: Path) -> list[tuple[object, ...]]:
    """The items that wait."""
    with sqlite3.connect(CaseworkFile.beside(folder / "ledger.sqlite3"), timeout=10) as file:
        return file.execute("SELECT item_id FROM item WHERE closed_as = ''").fetchall()


def test_killed_anywhere_nothing_is_lost_or_doubled_and_the_lists_come_again(registers: str, tmp_path: Path) -> None:
    people, number = members(), 0
    everything: list[Story] = []
    for turn in range(KILLS):
        with running(registers, tmp_path, people) as (office, child):
            play_until_cut(office, everything[-AT_ONCE * 2 :], broken := list[str]())
            assert broken == []
            batches = [[Story(number := number + 1) for _ in range(40)] for _ in range(AT_ONCE)]
            threads = [threading.Thread(target=play_until_cut, args=(office, one, broken)) for one in batches]
            for thread in threads:
                thread.start()
            time.sleep(0.4 + turn * 0.137 % 0.5)
            child.send_signal(signal.SIGKILL)
            for thread in threads:
                thread.join(60)
            child.wait(30)
            assert broken == []
        everything += [story for batch in batches for story in batch if story.is_begun]
    assert len(everything) >= KILLS
    with running(registers, tmp_path, people) as (office, child):
        for story in everything:
            story.play(office)
            case = office.case({"decision_id": story.decision_id})
            assert (case["status"], case["earlier_outcomes"]) == ("officer_outcome", [])
            assert [one["step"] for one in case["hearing"]] == ["told", "statement"]
            assert [one["reply"]["zh"] for one in case["complaints"]] == ["已更正登记"]
        office.until(lambda: len(waiting(tmp_path)) == len(everything), "each approval is drawn, nothing else waits")
        assert {one["kind"] for one in office.queue()} == {"blind_sample"}
        office.until(lambda: held(tmp_path)["drawn"] == [], "what was drawn is on record and not drawn again")
        child.send_signal(signal.SIGTERM)
        assert child.wait(30) == 0
    before = held(tmp_path)
    for file in tmp_path.glob("ledger-casework*"):
        file.unlink()
    with running(registers, tmp_path, people) as (office, child):
        office.until(lambda: held(tmp_path) == before, "the lists are read again, to the last record")
        child.send_signal(signal.SIGTERM)
        assert child.wait(30) == 0
    assert held(tmp_path) == before
    assert verify_ledger(tmp_path / "ledger.sqlite3").is_sound
