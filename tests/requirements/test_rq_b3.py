"""RQ-B3: a show-and-scan credential stands for the register it came from, and for nothing else."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from decision_service.forms import read_form
from decision_service.planning import can_ask
from tests.http.staging import CASES, DAY, application, publication
from tests.http.wallets import CASE, REGISTER, Counter, begun, opened, verification


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with opened(tmp_path_factory.mktemp("b3")) as found:
        yield found


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Counter]:
    with opened(tmp_path) as found:
        yield found


def standing(case: Mapping[str, Any]) -> list[str]:
    """The registers of a case that a credential can stand for: they know the subject, and may be asked at all."""
    published = publication().in_force(case["matter"], DAY)
    assert published is not None
    policy = published.policy
    reading = read_form(policy, case["form"], DAY, publication().catalogue.prefectures)
    known = [name for name, answer in case["facts"].items() if answer.get("status", "ok") == "ok"]
    return [
        name
        for name in known
        if name in policy.asks
        and can_ask(policy, name, reading)
        and not (policy.asks[name].register.allocator or policy.asks[name].register.asked_once)
    ]


HANDED_OUT = {"uscc"}
"""Results that are another each time."""

SHOWN = [(case, form) for case in CASES if standing(case) for form in ("sd-jwt", "jwt")]


@pytest.mark.parametrize(("case", "form"), SHOWN, ids=[f"{case['id']}-{form}" for case, form in SHOWN])
def test_credentials_come_to_the_same_as_the_registers_they_are_from(
    counter: Counter, case: Mapping[str, Any], form: str
) -> None:
    """Every case that fits: outcome, reasons and result as with the registers, none of which learns of it."""
    sent = application(case)
    counter.stage.play(sent["application_id"], case["facts"])
    tokens = {name: counter.issue(sent, name, format=form)["token"] for name in standing(case)}
    got = counter.decide(sent, **tokens)
    expect = case["expect"]
    assert got.json["outcome"] == expect["outcome"]
    assert got.codes == sorted(expect.get("reasons", got.codes))
    promised = {name: value for name, value in expect.get("result", {}).items() if name not in HANDED_OUT}
    assert {name: got.json["result"].get(name) for name in promised} == promised
    asked = counter.stage.asked(sent["application_id"])
    for one in got.json["verifications"]:
        if one["register"] in tokens and one["origin"] == "credential":
            assert one["credential"] is None
            assert one["status"] == "ok"
            assert one["register"] not in asked
        elif one["register"] in tokens:
            assert one["credential"] == "stale", "what the register would call stale, its credential can't make fresh"
            assert one["register"] in asked


def expired(counter: Counter, sent: Mapping[str, Any]) -> str:
    return counter.issue(sent, REGISTER, valid_seconds=-3600)["token"]


def reused(counter: Counter, sent: Mapping[str, Any]) -> str:
    other = begun(counter)
    token = counter.issue(sent, REGISTER, format="jwt")["token"]
    assert verification(counter.decide(other, **{REGISTER: token}))["origin"] == "credential"
    return token


def anothers(counter: Counter, sent: Mapping[str, Any]) -> str:
    return counter.issue(sent, REGISTER, subject="210100198001015519", params={"id_no": "210100198001015519"})["token"]


def for_another_application(counter: Counter, sent: Mapping[str, Any]) -> str:
    return counter.issue(sent, REGISTER, nonce="SB-another")["token"]


def for_another_service(counter: Counter, sent: Mapping[str, Any]) -> str:
    return counter.issue(sent, REGISTER, audience="https://shop.example")["token"]


def token_for_another_service(counter: Counter, sent: Mapping[str, Any]) -> str:
    return counter.issue(sent, REGISTER, audience="https://shop.example", format="jwt")["token"]


def without_binding(counter: Counter, sent: Mapping[str, Any]) -> str:
    return counter.issue(sent, REGISTER)["token"].rpartition("~")[0] + "~"


def of_another_register(counter: Counter, sent: Mapping[str, Any]) -> str:
    return counter.issue(sent, "transport_certificates", params={"id_no": sent["form"]["id_no"]})["token"]


def forged(counter: Counter, sent: Mapping[str, Any]) -> str:
    head, payload, signature = counter.issue(sent, REGISTER, format="jwt")["token"].split(".")
    return f"{head}.{payload}.{'A' * (len(signature) - 2)}{signature[-2:]}"


def no_token(_: Counter, __: Mapping[str, Any]) -> str:
    return "{}"


BAD: list[tuple[Callable[[Counter, Mapping[str, Any]], str], str]] = [
    (expired, "expired"),
    (reused, "reused"),
    (anothers, "holder"),
    (for_another_application, "nonce"),
    (for_another_service, "audience"),
    (token_for_another_service, "audience"),
    (without_binding, "holder"),
    (of_another_register, "type"),
    (forged, "signature"),
    (no_token, "proof"),
]


@pytest.mark.parametrize(("made", "word"), BAD, ids=[made.__name__ for made, _ in BAD])
def test_a_refused_credential_is_never_used_and_the_register_is_asked(
    counter: Counter, made: Callable[[Counter, Mapping[str, Any]], str], word: str
) -> None:
    """The word of the refusal is told; the decision is the one that the register alone would have brought."""
    sent = begun(counter)
    token = made(counter, sent)
    got = counter.decide(sent, **{REGISTER: token})
    told = verification(got)
    assert (told["credential"], told["origin"], told["status"]) == (word, "asked", "ok")
    assert REGISTER in counter.stage.asked(sent["application_id"])
    assert got.json["outcome"] == CASE["expect"]["outcome"]


@pytest.mark.parametrize(("value", "word"), [(1, "status_revoked"), (2, "status_suspended"), (0, None)])
def test_what_its_issuer_took_back_is_refused(fresh: Counter, value: int, word: str | None) -> None:
    sent = begun(fresh)
    issued = fresh.issue(sent, REGISTER)
    fresh.control("PUT", f"{REGISTER}/statuses/{issued['status_index']}", {"status": value})
    assert verification(fresh.decide(sent, **{REGISTER: issued["token"]}))["credential"] == word


def test_a_withdrawn_key_vouches_for_nothing(fresh: Counter) -> None:
    sent = begun(fresh)
    issued = fresh.issue(sent, REGISTER)
    fresh.control("DELETE", f"{REGISTER}/keys/{issued['kid']}")
    assert verification(fresh.decide(sent, **{REGISTER: issued["token"]}))["credential"] == "key_withdrawn"
    after = begun(fresh)
    assert verification(fresh.decide(after, **{REGISTER: fresh.issue(after, REGISTER)["token"]}))["credential"] is None


def test_a_key_that_the_issuer_has_not_shown_yet_vouches_for_nothing(fresh: Counter) -> None:
    """His keys were read a moment ago, and are not read again for whoever brings a new name of a key."""
    sent = begun(fresh)
    assert verification(fresh.decide(sent, **{REGISTER: fresh.issue(sent, REGISTER)["token"]}))["credential"] is None
    fresh.control("POST", f"{REGISTER}/keys")
    after = begun(fresh)
    issued = fresh.issue(after, REGISTER)
    assert verification(fresh.decide(after, **{REGISTER: issued["token"]}))["credential"] == "key_unknown"


def silent(counter: Counter, sent: Mapping[str, Any]) -> None:
    counter.stage.play(sent["application_id"], {**CASE["facts"], REGISTER: {"status": "error"}})


def test_with_the_register_down_a_good_credential_decides(counter: Counter) -> None:
    sent = begun(counter)
    token = counter.issue(sent, REGISTER)["token"]
    silent(counter, sent)
    assert counter.decide(sent, **{REGISTER: token}).json["outcome"] == CASE["expect"]["outcome"]


def test_with_the_register_down_a_refused_credential_refers(counter: Counter) -> None:
    """Neither the credential nor its refusal stands in for the answer that is missing."""
    sent = begun(counter)
    token = expired(counter, sent)
    silent(counter, sent)
    got = counter.decide(sent, **{REGISTER: token})
    assert got.json["outcome"] == "REFERRED"
    assert got.codes == ["R01_VERIFIER_UNAVAILABLE"]
    assert verification(got)["credential"] == "expired"
