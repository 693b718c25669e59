"""Callers see and reuse only their own (P22): each route on another's decision, the same key, the same number."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.members import Guarded, guarded, usual_members
from tests.http.staging import BY_ID, application
from tests.requirements.reconciling import now
from verifiers.journal.reading import JournalReader

NOBODYS = "01980000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("callers")


@pytest.fixture(scope="module")
def service(registers: str, folder: Path) -> Iterator[Guarded]:
    with guarded(folder, registers, usual_members()) as found:
        yield found


def on_a_decision(service: Guarded) -> list[tuple[str, str, object]]:
    """Every public route that names a decision, with the example of its body."""
    described = service.stage.send("GET", "/openapi.json").json
    found = []
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            example = next(iter(content.get("examples", {}).values()), {}).get("value")
            if "{decision_id}" in path:
                found.append((method.upper(), path, example))
    return found


def test_on_every_route_anothers_decision_is_as_if_it_were_not_there(service: Guarded) -> None:
    sent = application("ELD-3")
    service.stage.play(sent["application_id"], BY_ID["ELD-3"]["facts"])
    decided = service.decide("platform-a", sent, "matrix").json
    routes = on_a_decision(service)
    assert len(routes) >= 4
    keyed = {"Idempotency-Key": "matrix-on-a-decision"}
    given = decided["remedies"]  # even whoever has come by what the citizen holds
    for method, path, example in routes:
        keys = {name: given[name] for name in example if name in given} if isinstance(example, dict) else {}
        body = {**example, **keys} if isinstance(example, dict) else None
        for who, wanted in (("platform-b", 404), (None, 401), ("officer", 403), ("operator", 403)):
            answers = []
            for number in (decided["decision_id"], NOBODYS):
                place = re.sub(r"\{decision_id\}", number, path)
                got = service.send(who, method, re.sub(r"\{[^}]*\}", "none", place), body, keyed)
                answers.append((got.status, sorted(got.headers.keys() - {"date"}), got.body))
                assert got.status == wanted, (method, path, who, got.body)
            assert answers[0] == answers[1], (method, path, who)
    assert service.send("platform-a", "GET", f"/v1/decisions/{decided['decision_id']}").status == 200


def test_the_same_key_and_number_of_two_callers_are_two_decisions(service: Guarded) -> None:
    sent = application("ELD-1")
    first, second = (service.decide(who, sent, "shared-key") for who in ("platform-a", "platform-b"))
    assert (first.status, second.status) == (200, 200)
    assert first.json["decision_id"] != second.json["decision_id"]
    again = service.decide("platform-b", sent, "shared-key")
    assert again.body == second.body
    assert again.headers["idempotent-replayed"] == "true"
    other = application("ELD-1")
    assert service.decide("platform-a", other, "shared-key").json["type"].endswith("key_reused")


def test_batches_and_bundles_go_by_caller_too(service: Guarded) -> None:
    sent = application("ELD-1")
    batch = {"items": [{"idempotency_key": "in-batch", "application": sent}]}
    found = [service.send(who, "POST", "/v1/decisions:batch", batch).json for who in ("platform-a", "platform-b")]
    assert [one["items"][0]["status"] for one in found] == [200, 200]
    assert not any(one["items"][0]["replayed"] for one in found)
    described = service.stage.send("GET", "/openapi.json").json
    operation = described["paths"]["/v1/bundles/{code}/decisions"]["post"]
    example = operation["requestBody"]["content"]["application/json"]["examples"]["elder"]["value"]
    parts = [
        service.send(who, "POST", "/v1/bundles/ELDER/decisions", example, {"Idempotency-Key": "bundle"}).json["parts"]
        for who in ("platform-a", "platform-b")
    ]
    assert {one["decision_id"] for one in parts[0].values()}.isdisjoint(
        {one["decision_id"] for one in parts[1].values()}
    )


def test_two_keys_of_one_caller_are_one_caller(registers: str, tmp_path: Path) -> None:
    members = usual_members().caller("platform-c").key("caller", "second key", "platform-c", ("read", "decide"))
    with guarded(tmp_path, registers, members) as service:
        sent = application("ELD-1")
        first = service.decide("platform-c", sent, "k")
        assert service.decide("second key", sent, "k").body == first.body
        assert service.send("second key", "GET", f"/v1/decisions/{first.json['decision_id']}").body == first.body


def test_the_journal_says_which_platform_it_was(service: Guarded, folder: Path) -> None:
    sent = application("ELD-1")
    decided = service.decide("platform-b", sent, "journal").json
    service.send("platform-b", "GET", f"/v1/decisions/{decided['decision_id']}")
    with JournalReader(folder / "ledger-calls.sqlite3") as reader:
        calls = reader.calls_of(sent["application_id"])
        read = list(reader.accesses(decision_id=decided["decision_id"]))
    assert {one.sent.caller for one in calls} == {"platform-b"}
    assert [one.who for one in read] == ["platform-b"]
    assert all(abs(one.at - now().timestamp() * 1000) < 600_000 for one in read)
