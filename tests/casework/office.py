"""A service with officers, and what they do over HTTP: for the tests of this folder and of the requirements."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.http.members import Guarded, Members, guarded
from tests.http.staging import BY_ID, Got, application

PLATFORM, OTHER = "platform-a", "platform-b"
OFFICER, SECOND, AUDITOR, ANALYST, APPROVER = "officer", "second.officer", "auditor", "analyst", "approver"
GRANT = {"band": "80-89", "monthly_amount": "100.00", "pay_from": "2026-04"}
"""What an approval of the elderly allowance states."""

_NUMBERS = count()


def members() -> Members:
    """Two platforms, two officers, an auditor, an analyst, an approver and an operator."""
    listed = Members().caller(PLATFORM).caller(OTHER)
    for name, role in (
        (OFFICER, "officer"),
        (SECOND, "officer"),
        (AUDITOR, "auditor"),
        (ANALYST, "analyst"),
        (APPROVER, "approver"),
    ):
        listed.staff(name, role)
    return listed.staff("operator", "operator")


@dataclass(slots=True)
class Office:
    """A service and its people, and where its files lie."""

    guarded: Guarded
    folder: Path

    def decide(self, case: str = "ELD-5", **form: object) -> dict:
        """The answer to a new application of a shared case, brought by the platform."""
        sent = application(case, **form)
        self.guarded.stage.play(sent["application_id"], BY_ID[case]["facts"])
        got = self.guarded.decide(PLATFORM, sent, f"app-{next(_NUMBERS)}")
        assert got.status == 200, got.body
        return got.json

    def case(self, decision: Mapping[str, object], who: str = PLATFORM) -> dict:
        """The case as the platform sees it."""
        got = self.guarded.send(who, "GET", f"/v1/decisions/{decision['decision_id']}/case")
        assert got.status == 200, got.body
        return got.json

    def queue(self, who: str = OFFICER, query: str = "") -> list[dict]:
        """The items that wait."""
        got = self.guarded.send(who, "GET", f"/staff/v1/queue?limit=200{query}")
        assert got.status == 200, got.body
        return got.json["items"]

    def items(self, decision: Mapping[str, object], kind: str = "") -> list[dict]:
        """The items that wait on a case, of a kind or type."""
        found = [one for one in self.queue() if one["decision_id"] == decision["decision_id"]]
        return [one for one in found if kind in ("", one["kind"], one["task_type"])]

    def act(self, who: str, item_id: str, what: str, body: object = None, key: str | None = None) -> Got:
        """Something that an officer does to an item."""
        headers = {"Idempotency-Key": key or f"act-{next(_NUMBERS)}"}
        return self.guarded.send(who, "POST", f"/staff/v1/queue/{item_id}/{what}", body, headers)

    def claim(self, decision: Mapping[str, object], kind: str = "", who: str = OFFICER) -> str:
        """The one item of that kind on a case, taken by `who`."""
        (item,) = self.items(decision, kind)
        got = self.act(who, item["item_id"], "claim")
        assert got.status == 200, got.body
        return item["item_id"]

    def outcome(self, who: str, item_id: str, word: str, key: str | None = None, **more: object) -> Got:
        """An officer's outcome."""
        result = GRANT if word.startswith("APPROVED") else {}
        sent = {"outcome": word, "reasons_zh": "经核实", "basis": [1], "result": result}
        return self.act(who, item_id, "outcome", {**sent, **more}, key)

    def hear(self, who: str, item_id: str) -> None:
        """The person is told, and says something."""
        told = {"step": "told", "text": "拟作不利处理", "respond_by": "2026-03-30"}
        for body in (told, {"step": "statement", "text": "本人不同意"}):
            got = self.act(who, item_id, "hearing", body)
            assert got.status == 200, got.body

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Returns when it holds; the worker takes a second or two."""
        ends = time.monotonic() + 60
        while not holds():
            assert time.monotonic() < ends, f"still waiting: {what}"
            time.sleep(0.05)


@contextmanager
def office(folder: Path, registers: str, **more: object) -> Iterator[Office]:
    """A service with its people; nothing is sampled unless `more` says so."""
    with guarded(folder, registers, members(), **more) as found:
        yield Office(found, folder)


def problem(got: Got) -> str:
    """The status and the last part of the type of a problem."""
    return f"{got.status} {got.json['type'].rsplit(':', 1)[1]}"
