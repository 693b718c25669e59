"""RQ-H1: personal values are used for what they were given, and stand in no log, metric, address or problem."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.staging import CASES, Got, Stage, application, publication, staged
from tests.survival.canaries import Heads, relayed
from tests.survival.memory import MIB

NOT_PERSONAL = frozenset(
    {"id_type", "city", "region", "pay_to", "delivery", "marital", "venue", "industry", "premises_type", "premises_use",
     "end_reason", "ended_on", "expected_on", "area_m2"}
)  # fmt: skip
"""Fields of text whose values are words of a list, days or small numbers: they stand in many places for other
reasons."""


def personal(case: dict) -> set[str]:
    """What a form says of a person: numbers, names, addresses, tokens of a living face."""
    return {
        value for name, value in case["form"].items()
        if isinstance(value, str) and name not in NOT_PERSONAL and len(value) > 3
    }  # fmt: skip


@pytest.fixture(scope="module")
def heard(registers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Heads]]:
    folder: Path = tmp_path_factory.mktemp("personal")
    with relayed(registers) as (url, heads), staged(folder, url) as stage:
        stage.sandbox = registers
        yield stage, heads


@pytest.fixture(scope="module")
def decided(heard: tuple[Stage, Heads]) -> dict[str, dict]:
    """Every shared case, decided with its own facts: what was sent, by the case's id."""
    stage, _ = heard
    found = {}
    for case in CASES:
        sent = application(case)
        stage.play(sent["application_id"], case["facts"])
        got = stage.decide(sent)
        assert got.status == 200
        found[case["id"]] = {**sent, "decision_id": got.json["decision_id"]}
    return found


def test_no_case_leaves_a_personal_value_in_log_metrics_or_addresses(
    heard: tuple[Stage, Heads], decided: dict[str, dict]
) -> None:
    stage, heads = heard
    sinks = {
        "log": stage.log.getvalue(),
        "metrics": stage.send("GET", "/metrics").body.decode(),
        "addresses": heads.all().decode(),
    }
    assert all(sinks.values())
    assert len(sinks["log"]) < MIB
    values = {value for case in CASES for value in personal(case)}
    assert len(values) > 40
    found = [(name, value) for name, text in sinks.items() for value in values if value in text]
    assert found == []
    assert len(decided) == len(CASES)


def problems(stage: Stage, sent: dict) -> Iterator[Got]:
    """Refusals of all kinds of a request that holds everything the case holds."""
    key = {"Idempotency-Key": f"h1-{sent['application_id']}"}
    yield stage.decide({**sent, "channel": "fax"})
    yield stage.decide({**sent, sent["form"]["id_no"]: 1})
    yield stage.decide({**sent, "matter": sent["form"]["applicant_name"]})
    yield stage.decide({**sent, "application_id": sent["form"]["applicant_name"]})
    yield stage.send(
        "POST", "/v1/decisions", json.dumps(sent).encode()[:-1], {**key, "Content-Type": "application/json"}
    )
    yield stage.send("POST", "/v1/decisions", sent)
    yield stage.send("GET", f"/v1/decisions/{sent['form']['id_no']}")
    yield stage.send("GET", f"/v1/matters?id_no={sent['form']['id_no']}")


def test_no_problem_repeats_a_personal_value(heard: tuple[Stage, Heads]) -> None:
    stage, _ = heard
    for case in CASES:
        sent = application(case)
        for got in problems(stage, sent):
            assert 400 <= got.status < 500
            assert not [value for value in personal(case) if value in got.body.decode()], got.body


def test_every_question_carries_its_matter_and_its_purpose(
    heard: tuple[Stage, Heads], decided: dict[str, dict]
) -> None:
    by_number = {sent["application_id"]: sent for sent in decided.values()}
    questions = [one for one in heard[1].bodies() if one["application_id"] in by_number]
    assert len(questions) > 100
    for question in questions:
        sent = by_number[question["application_id"]]
        policy = publication().versions[sent["matter"]][-1].policy
        assert question["matter"] == sent["matter"]
        assert question["purpose"].startswith(policy.item_code)
        assert question["register"] in policy.asks
