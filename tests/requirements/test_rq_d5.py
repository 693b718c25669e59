"""RQ-D5: electronic supervision sees time limits, anomalies, overrides and alarms, and no personal value."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from decision_service.ledger.entry import Contents, Entry, canonical
from tests.http.staging import CASES, DAY, Stage, application, sandbox_config, staged
from tests.outbox.receiving import Receiver, eventually, receiver, subscribers
from verifiers.sandbox.running import running

ALARMS = ("overdue_alarm", "drift_alarm", "suspension", "release_approved")


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[dict], list[dict], Receiver]]:
    folder: Path = tmp_path_factory.mktemp("d5")
    with running(sandbox_config()) as registers, receiver(folder) as supervision:
        path = subscribers(folder, supervision=(supervision, 'class = "supervision"'))
        with staged(folder, registers, subscribers=path) as stage:
            answers = []
            for case in CASES:
                sent = application(case)
                stage.play(sent["application_id"], case["facts"])
                answers.append(stage.decide(sent).json)
            refused = next(one for one in answers if one["outcome"] == "REJECTED")
            _put(stage, "officer_outcome", {"outcome": "APPROVED"}, refused, {"counts": "override"})
            for kind in ALARMS:
                _put(stage, kind, {"what": kind, "matter": "elderly_allowance"})
            eventually(lambda: len(supervision.events()) >= len(CASES) + 1 + len(ALARMS))
            yield answers, supervision.events(), supervision


def _put(stage: Stage, kind: str, said: dict, decision: dict | None = None, beside: dict | None = None) -> None:
    entry = Entry(
        kind=kind,
        record_id=f"{kind}:1",
        decision_id=decision["decision_id"] if decision else "",
        application_id=decision["application_id"] if decision else "",
        matter=decision["matter"] if decision else "",
        caller="somebody of the staff",
        key=kind,
        at=f"{DAY}T12:00:00.000+08:00",
        policy_digest="",
        subject=b"p" * 16 if decision else b"",
        contents=Contents("0" * 64, canonical(said), canonical(beside or {})),
    )
    stage.state.services.ledger.append_blocking(entry)


Watched = tuple[list[dict], list[dict], Receiver]


def test_every_decision_is_seen_with_its_time_limit(watched: Watched) -> None:
    answers, events, _ = watched
    told = {one["subject"]: one["data"] for one in events if one["data"]["kind"] == "decision"}
    assert told.keys() == {one["decision_id"] for one in answers}
    for answer in answers:
        seen = told[answer["decision_id"]]
        assert seen["time_limit"]["elapsed_ms"] == answer["elapsed_ms"]
        assert seen["time_limit"]["in_time"] is (answer["elapsed_ms"] <= seen["time_limit"]["limit_ms"])
        assert seen["reasons"] == sorted({one["code"] for one in answer["reasons"]})
        assert seen["handle_form"] == "3"
        assert len(seen["item_code"]) == 31
        late = {f"register_{one['status']}:{one['register']}" for one in answer["verifications"]}
        assert set(seen["anomalies"]) == {one for one in late if not one.startswith(("register_ok", "register_no_"))}


def test_a_manual_override_is_seen(watched: Watched) -> None:
    _, events, _ = watched
    (seen,) = [one for one in events if one["data"]["kind"] == "officer_outcome"]
    assert seen["data"]["override"] == {"machine": "REJECTED", "officer": "APPROVED", "overridden": True}


@pytest.mark.parametrize("kind", ALARMS)
def test_an_alarm_and_what_is_done_to_rules_and_matters_is_seen_whole(watched: Watched, kind: str) -> None:
    _, events, _ = watched
    (seen,) = [one for one in events if one["data"]["kind"] == kind]
    assert seen["data"]["said"] == {"what": kind, "matter": "elderly_allowance"}


def test_no_personal_value_is_among_it(watched: Watched) -> None:
    _, events, _ = watched
    text = json.dumps(events, ensure_ascii=False)
    for case in CASES:
        for name in ("applicant_name", "id_no"):
            value = str(case["form"].get(name, ""))
            assert len(value) < 2 or value not in text
    assert "somebody of the staff" not in text
