"""RQ-D2: every call ends in a numbered decision that the platform can file, each application is in exactly one state,
and no crash leaves one behind."""

import json
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from decision_service.client import Application, Client, Decision, NoAnswerError, Pace, new_key
from decision_service.ledger.verify import verify_ledger
from decision_service.outcome import Outcome
from tests.casework.office import OFFICER, PLATFORM, Office, office
from tests.http.members import Guarded, Members, guarded
from tests.http.process import serving
from tests.http.staging import BY_ID, CASES, RULES, application
from tests.sizes import size

WAITS_FOR_OFFICER = {Outcome.REFERRED}
WAITS_FOR_APPLICANT = {Outcome.CORRECTION_REQUIRED, Outcome.ACCEPTED_TOLERANT}
EACH = {case["expect"]["outcome"]: case["id"] for case in CASES}
"""A case for each outcome that the shared cases have."""

MIXED = ("ELD-1", "ELD-5")
"""One that is approved and one that is referred."""


@pytest.fixture(scope="module")
def bureau(registers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("states"), registers) as found:
        yield found


def test_the_cases_show_every_state() -> None:
    assert set(EACH) >= {one.value for one in WAITS_FOR_OFFICER | WAITS_FOR_APPLICANT} | {"APPROVED", "REJECTED"}


@pytest.mark.parametrize("outcome", sorted(EACH))
def test_each_application_is_in_exactly_one_state(bureau: Office, outcome: str) -> None:
    """Closed, waiting for an officer, or waiting for the applicant: by the case, by the queue, and by what a new
    submission meets."""
    decision = bureau.decide(EACH[outcome])
    assert decision["outcome"] == outcome
    case, queued = bureau.case(decision), bureau.items(decision, "referral")
    waits = outcome in WAITS_FOR_OFFICER or bool(decision["result"].get("referred_items"))
    assert case["status"] == ("waiting" if waits else "decided")
    assert len(queued) == waits
    assert (decision["feedback"]["rating_key"] is None) == (waits or outcome in WAITS_FOR_APPLICANT)
    again = bureau.guarded.decide(
        PLATFORM, {**application(EACH[outcome]), "application_id": decision["application_id"]}, new_key()
    )
    if outcome == Outcome.CORRECTION_REQUIRED:
        assert again.status == 200
    else:
        assert (again.status, again.json["decision_id"]) == (409, decision["decision_id"])


@pytest.mark.parametrize("outcome", sorted(EACH))
def test_each_call_ends_in_a_number_and_a_receipt(bureau: Office, outcome: str) -> None:
    decision = bureau.decide(EACH[outcome])
    path = f"/v1/decisions/{decision['decision_id']}"
    assert bureau.guarded.send(PLATFORM, "GET", path).json == decision
    receipt = bureau.guarded.send(PLATFORM, "GET", f"{path}/receipt")
    assert receipt.json["decision_id"] == decision["decision_id"]


def test_an_officers_outcome_closes_what_waited(bureau: Office) -> None:
    decision = bureau.decide("ELD-5")
    assert bureau.case(decision)["status"] == "waiting"
    assert bureau.outcome(OFFICER, bureau.claim(decision), "APPROVED").status == 200
    assert bureau.case(decision)["status"] == "officer_outcome"
    assert bureau.items(decision) == []


HURRIED = Pace(deadline=1.5, one_try=1.0, first_pause=0.02, longest_pause=0.1)

Asked = list[tuple[Application, str]]
"""Applications with their keys."""


def submitted(url: str, one: Application, key: str) -> Decision | None:
    """As a platform submits: the decision, or None where none came in time."""
    with suppress(NoAnswerError), Client(url, pace=HURRIED) as client:
        return client.decide(one, key=key)
    return None


def until_killed(registers: str, ledger: Path, asked: Asked, seconds: float) -> list[Decision | None]:
    """What came back from a service that is killed so many seconds after the first application."""
    with serving(registers, RULES, ledger) as (stage, child):
        for number, (one, _) in enumerate(asked):
            stage.play(one.application_id, BY_ID[MIXED[number % 2]]["facts"])
        bomb = threading.Timer(seconds, lambda: child.send_signal(signal.SIGKILL))
        bomb.start()
        with ThreadPoolExecutor(4) as pool:
            found = pool.map(lambda one: None if child.poll() else submitted(stage.url, *one), asked)
            answers = list(found)
        bomb.join()
    return answers


@pytest.mark.timeout(3600)
def test_no_application_is_orphaned_by_a_crash(registers: str, tmp_path: Path) -> None:
    """Killed in the middle, started again, asked again under the same keys: each application has one decision, those
    that were answered the same bytes, and the officers' queue holds what was referred and nothing else."""
    turns, each = size("rq_d2", quick=1, full=60), 16
    ledger, answers = tmp_path / "ledger.sqlite3", list[Decision]()
    people = Members().caller("platform").staff(OFFICER, "officer")
    for turn in range(turns):
        asked = [(Application(**application(MIXED[number % 2])), new_key()) for number in range(each)]
        first = until_killed(registers, ledger, asked, 0.05 + 0.07 * (turn % 7))
        with guarded(tmp_path, registers, people) as service:
            client = Client(service.stage.url, lambda: people.keys["platform"])
            for (one, key), before in zip(asked, first, strict=True):
                after = client.decide(one, key=key)
                assert before is None or after.raw == before.raw
                answers.append(after)
            client.close()
            require_whole(service, answers)
    report = verify_ledger(ledger)
    assert report.is_sound, report.first
    assert len({one.decision_id for one in answers}) == len({one.application_id for one in answers}) == turns * each


def require_whole(service: Guarded, answers: list[Decision]) -> None:
    """As officers and the platform see it: every application has its state, and the queue is what was referred."""
    referred = {one.decision_id for one in answers if one.outcome in WAITS_FOR_OFFICER}
    assert 0 < len(referred) < len(answers)
    queue = service.send(OFFICER, "GET", "/staff/v1/queue?limit=200&kind=referral").json["items"]
    assert {one["decision_id"] for one in queue} == referred if len(referred) < 200 else len(queue) == 200
    assert len(queue) == len({one["decision_id"] for one in queue})
    for one in answers:
        case = service.send("platform", "GET", f"/v1/decisions/{one.decision_id}/case")
        assert case.status == 200, case.body
        assert case.json["status"] == ("waiting" if one.decision_id in referred else "decided")
        assert case.json["decision"]["outcome"] == json.loads(one.raw)["outcome"]
