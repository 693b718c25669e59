"""The contract kit for platforms: our own client passes, and whoever is bad at one thing fails at that."""

import json
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from decision_service.client.contract import BrokenContractError, Report, examine
from decision_service.client.contract.examining import judged
from decision_service.client.contract.standin import APPLICATION, standing_in
from decision_service.client.contract.trials import PLAYS, TRIALS
from tests.client.platforms import Plain, our_acceptance, ours

NAMES = [one.name for one in TRIALS]


def broken(report: Report) -> set[str]:
    return {one.rule for one in report.rules if one.verdict == "broken"}


LOST = {"lost_answer", "lost_request", "half_answer", "retry_after", "in_work", "server_error", "storm"}
BAD: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a new key at each try": ({"keeps_key": False}, LOST | {"gives_up"}),
    "no second try": ({"retries": False}, LOST),
    "no waiting": ({"waits": False, "deadline": 1.0}, {"retry_after", "in_work", "gives_up"}),
    "one key for everything": ({"new_key": lambda *_: "the-key"}, {"own_key", "correction"}),
    "the number as the key": ({"new_key": lambda sent, _: sent["application_id"]}, {"correction"}),
    "no printable key": (
        {"new_key": lambda sent, _: "x" * 256 + sent["application_id"]},
        {"own_key", "correction"},
    ),
    "submits what was decided": ({"resubmits": True}, {"decided_before"}),
    "stumbles over a new member": ({"strict_members": True}, {"new_members"}),
    "believes any outcome": ({"believes": True}, {"new_outcome"}),
    "sends again what is wrong": ({"retries_refusals": True}, {"refused", "decided_before"}),
    "takes silence for a yes": ({"makes_up": "APPROVED"}, {"gives_up", "refused"}),
    "never ends": ({"deadline": 1e9}, {"gives_up"}),
    "puts people into URLs": ({"query": "?name={applicant_name}"}, {"url"}),
}


CARELESS: dict[str, tuple[Any, set[str]]] = {
    "takes any receipt": (lambda *_: True, {"altered_receipt", "others_receipt"}),
    "takes no receipt": (lambda *_: False, {"receipt"}),
    "stumbles over receipts": (lambda *_: 1 / 0, {"receipt"}),
}


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    """All of them examined at once, each before a stand-in of its own: they mostly wait."""
    platforms = {what: (Plain(**flaw).submit, our_acceptance) for what, (flaw, _) in BAD.items()}
    platforms |= {what: (ours, accept) for what, (accept, _) in CARELESS.items()}
    platforms |= {"ours": (ours, our_acceptance), "another": (Plain(spells_anew=True).submit, our_acceptance)}
    with ThreadPoolExecutor(len(platforms)) as pool:
        made = {what: pool.submit(examine, *platform, patience=12.0) for what, platform in platforms.items()}
        return {what: one.result() for what, one in made.items()}


@pytest.mark.parametrize("who", ["ours", "another"])
def test_our_own_client_passes_everything_and_so_does_any_careful_one(reports: dict[str, Report], who: str) -> None:
    reports[who].require()
    assert [one.rule for one in reports[who].rules] == NAMES
    assert {one.verdict for one in reports[who].rules} == {"kept"}


@pytest.mark.parametrize("what", BAD)
def test_who_is_bad_at_one_thing_fails_at_that(reports: dict[str, Report], what: str) -> None:
    _, rules = BAD[what]
    report = reports[what]
    if what == "one key for everything":  # which a service refuses from the second application on
        assert rules < broken(report), str(report)
    else:
        assert broken(report) == rules, str(report)
    with pytest.raises(BrokenContractError) as caught:
        report.require()
    assert all(rule in str(caught.value) for rule in rules)


@pytest.mark.parametrize("what", CARELESS)
def test_receipts_are_to_be_checked(reports: dict[str, Report], what: str) -> None:
    assert broken(reports[what]) == CARELESS[what][1]


def test_every_rule_is_failed_by_somebody() -> None:
    failed = set().union(*(rules for _, rules in BAD.values())) | {"receipt", "altered_receipt", "others_receipt"}
    assert failed == set(NAMES)


def test_what_a_platform_elsewhere_shows_is_judged_by_its_requests_alone() -> None:
    """Pointed at the stand-in from outside, in any language: what only the platform knows is not shown."""
    with standing_in(PLAYS) as stand_in:
        assert {one.verdict for one in judged(stand_in).rules} == {"not shown"}
        for name in ("lost_answer", "own_key", "gives_up"):
            for number in (1, 2):
                Plain(keeps_key=name != "lost_answer", deadline=1.5).submit(
                    stand_in.url, {"application_id": f"{name}-{number}", **APPLICATION}
                )
        verdicts = {one.rule: one.verdict for one in judged(stand_in).rules}
    assert verdicts["lost_answer"] == "broken"
    assert verdicts["own_key"] == "kept"
    assert verdicts["gives_up"] == "not shown"


def test_every_rule_says_itself_in_both_languages(reports: dict[str, Report]) -> None:
    for one in reports["ours"].rules:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in one.zh)
        assert one.en.isascii()
    assert reports["ours"].as_json()["holds"] is True


def test_the_stand_in_takes_bodies_in_chunks() -> None:
    """As clients in other languages send them."""
    with standing_in(PLAYS) as stand_in:
        address = urlsplit(stand_in.url)
        connection = HTTPConnection(address.hostname or "", address.port, timeout=10)
        body = json.dumps({"application_id": "own_key-1", **APPLICATION}).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": "k", "Transfer-Encoding": "chunked"}
        connection.request("POST", "/v1/decisions", iter([body[:50], body[50:]]), headers, encode_chunked=True)
        reply = connection.getresponse()
        assert (reply.status, json.loads(reply.read())["outcome"]) == (200, "APPROVED")
        connection.close()
