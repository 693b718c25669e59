"""逢办必查: for each application one credit check that nobody has to ask for, or one that is made up for (RQ-G3)."""

import shutil
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.http.process import serving
from tests.http.staging import BY_ID, RULES, Stage, application, publication, sandbox_config, staged
from tests.requirements.followed import miaopi, on_file, questions, until
from tests.sizes import size
from verifiers.sandbox.running import running

MATTERS = ("elderly_allowance", "housing_fund_rent", "hygiene_permit")
DOWN = {"credit": {"status": "error"}}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    with running(sandbox_config()) as url:
        yield url


@pytest.fixture(scope="module")
def own(sandbox: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Path]]:
    """A service of this module's own, as it suspends matters; and its ledger."""
    folder: Path = tmp_path_factory.mktemp("service")
    with staged(folder, sandbox, publication()) as stage:  # how long it waits is looked at
        yield stage, folder / "ledger.sqlite3"


def other_document(case: str) -> dict:
    return application(case, id_type="414", id_no="E12345678")


def corrected_once(stage: Stage, case: str) -> dict:
    sent = application(case, pay_to=None)
    assert stage.decide(sent).json["outcome"] == "CORRECTION_REQUIRED"
    stage.decide({**sent, "form": {"pay_to": "social_security_card"}})
    return sent


def wrong_number_first(stage: Stage, case: str) -> dict:
    sent = application(case, id_no="210100193505208820")
    assert stage.decide(sent).codes == ["C03_ID_CHECKSUM"]
    assert questions(stage, sent["application_id"]) == []
    stage.decide({**sent, "form": {"id_no": BY_ID[case]["form"]["id_no"]}})
    return sent


def wrong_number_between(stage: Stage, case: str) -> dict:
    """Asked, then a form about which nothing can be asked, then the first person again."""
    sent = application(case, pay_to=None)
    stage.decide(sent)
    stage.decide({**sent, "form": {"id_no": "210100193505208820"}})
    stage.decide({**sent, "form": {"id_no": BY_ID[case]["form"]["id_no"], "pay_to": "social_security_card"}})
    return sent


def at_once(stage: Stage, case: str) -> dict:
    """The same application several times at the same moment, under one key and under others."""
    sent = application(case)
    keys = [sent["application_id"]] * 3 + [f"{sent['application_id']}-{number}" for number in range(2)]
    with ThreadPoolExecutor(len(keys)) as pool:
        statuses = {got.status for got in pool.map(lambda key: stage.decide(sent, key), keys)}
    assert statuses <= {200, 409}
    return sent


def again_and_again(stage: Stage, case: str) -> dict:
    sent = application(case)
    for _ in range(3):
        assert stage.decide(sent, sent["application_id"]).status == 200
    assert stage.decide(sent).status == 409
    return sent


def suspended(stage: Stage, case: str) -> dict:
    sent = application(case)
    in_force = stage.state.services.in_force
    in_force.suspend(sent["matter"])
    try:
        assert stage.decide(sent).codes == ["R16_SUSPENDED"]
    finally:
        in_force.resume(sent["matter"])
    return sent


def in_a_batch(stage: Stage, case: str) -> dict:
    sent = application(case)
    items = [{"idempotency_key": f"{sent['application_id']}-{n}", "application": sent} for n in range(2)]
    assert stage.send("POST", "/v1/decisions:batch", {"items": items}).status == 200
    return sent


def decided(stage: Stage, sent: dict) -> dict:
    assert stage.decide(sent).status == 200
    return sent


WAYS = {
    "plain": lambda stage, case: decided(stage, application(case)),
    "an officer is asked for": lambda stage, case: decided(stage, application(case, human_review=True)),
    "another document": lambda stage, case: decided(stage, other_document(case)),
    "another name": lambda stage, case: decided(stage, application(case, applicant_name="钱示乙二")),
    "corrected": corrected_once,
    "wrong number first": wrong_number_first,
    "wrong number between": wrong_number_between,
    "at once": at_once,
    "again and again": again_and_again,
    "suspended": suspended,
    "in a batch": in_a_batch,
}


@settings(max_examples=size("credit_ways", quick=30, full=600), deadline=None)
@given(st.lists(st.sampled_from(sorted(WAYS)), min_size=1, max_size=3), st.sampled_from(["ELD-1", "ELD-3"]))
def test_credit_is_asked_once_for_an_application_whoever_comes_and_how(
    own: tuple[Stage, Path], ways: list[str], case: str
) -> None:
    stage, _ = own
    for way in ways:
        sent = WAYS[way](stage, case)
        assert len(questions(stage, sent["application_id"])) == 1, way


def test_each_part_of_a_bundle_is_an_application_of_its_own(own: tuple[Stage, Path]) -> None:
    stage, _ = own
    case = BY_ID["ELD-3"]
    form = {**case["form"], "delivery": "electronic"}
    body = {"application_id": "BUNDLE-1", "channel": "mobile", "form": form}
    for _ in range(2):
        got = stage.send("POST", "/v1/bundles/ELDER/decisions", body, {"Idempotency-Key": "bundle-1"})
        assert got.status == 200, got.body
    for matter in ("senior_card", "elderly_allowance"):
        assert len(questions(stage, f"BUNDLE-1:{matter}")) == 1


def test_the_worked_case_goes_out_and_its_check_is_made_afterwards(own: tuple[Stage, Path]) -> None:
    """X-3: credit does not answer and cannot matter."""
    stage, ledger = own
    case = BY_ID["X-3"]
    sent = application("X-3")
    number = sent["application_id"]
    stage.play(number, {**case["facts"], "credit": {"status": "error"}})
    got = stage.decide(sent)
    assert got.json["outcome"] == case["expect"]["outcome"]
    assert [note["code"] for note in got.json["notes"]] == case["expect"]["notes"]
    until(lambda: len(questions(stage, number)) >= 2, "a first late try")
    stage.play(number, {"credit": {"judgment_defaulter": True}})
    until(lambda: made(ledger, number) != [], "the check to be made")
    (done,) = made(ledger, number)
    assert (done["decision_id"], done["status"], done["counts"]) == (got.json["decision_id"], "ok", True)
    assert [one["status"] for one in questions(stage, number)].count("ok") == 1
    assert stage.send("GET", f"/v1/decisions/{done['decision_id']}").body == got.body, "the decision stays as it was"


def made(ledger: Path, application_id: str) -> list[dict]:
    return [one for one in on_file(ledger)["done"] if one["application_id"] == application_id]


def test_a_new_submission_uses_the_answer_that_came_meanwhile(own: tuple[Stage, Path]) -> None:
    stage, ledger = own
    sent = application("ELD-1", pay_to=None)
    number = sent["application_id"]
    stage.play(number, DOWN)
    first = stage.decide(sent)
    assert first.json["outcome"] == "CORRECTION_REQUIRED"
    stage.play(number, {})
    until(lambda: made(ledger, number) != [], "the check to be made")
    (done,) = made(ledger, number)
    before = len(questions(stage, number))
    second = stage.decide({**sent, "form": {"pay_to": "social_security_card"}})
    assert second.json["outcome"] == "APPROVED"
    assert second.json["notes"] == []
    credit = next(one for one in second.json["verifications"] if one["register"] == "credit")
    assert (credit["status"], credit["request_id"]) == ("ok", done["request_id"])
    assert len(questions(stage, number)) == before, "and the centre is not asked again"


def test_a_new_submission_waits_for_a_check_under_way(own: tuple[Stage, Path]) -> None:
    stage, _ = own
    sent = application("ELD-1", pay_to=None)
    number = sent["application_id"]
    stage.play(number, {"credit": {"status": "timeout"}})
    assert stage.decide(sent).json["outcome"] == "CORRECTION_REQUIRED"
    until(lambda: len(questions(stage, number)) == 2, "the late check to be under way")
    second = stage.decide({**sent, "form": {"pay_to": "social_security_card"}})
    assert second.json["outcome"] == "APPROVED"
    asked = [one["at_ms"] for one in questions(stage, number)]
    within = stage.state.services.in_force.publication.catalogue.registers["credit"].timeout_ms
    assert asked[2] - asked[1] >= within / 2, "the desk did not ask while the worker's question was out"


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some matters of the rules folder, so that processes start quickly."""
    folder = tmp_path_factory.mktemp("some") / "rules"
    for name in ("catalogue", *MATTERS):
        shutil.copytree(RULES / name, folder / name, ignore=shutil.ignore_patterns("bundles.yaml"))
    return folder


WITHOUT_CREDIT = {
    "ELD-1": ("APPROVED", []),
    "HPF-1": ("REFERRED", ["R01_VERIFIER_UNAVAILABLE"]),
    "HYG-1": ("REFERRED", ["R01_VERIFIER_UNAVAILABLE"]),
}


def test_what_is_owed_survives_kills_and_is_made_once_when_the_centre_is_back(
    sandbox: str, rules: Path, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger.sqlite3"
    sent: list[dict] = []
    for turn in range(size("credit_kills", quick=2, full=20)):
        with serving(sandbox, rules, ledger) as (stage, child):
            for case, (outcome, codes) in WITHOUT_CREDIT.items():
                one = application(case)
                stage.play(one["application_id"], {**BY_ID[case]["facts"], **DOWN})
                got = stage.decide(one)
                assert (got.json["outcome"], got.codes) == (outcome, codes), case
                sent.append(one)
            if turn % 2:
                until(lambda: len(questions(stage, sent[0]["application_id"])) > 1, "a late try")
            child.send_signal((signal.SIGKILL, signal.SIGTERM)[turn % 2])
            child.wait(30)
    for one in sent:
        stage.play(one["application_id"], {})
    with serving(sandbox, rules, ledger) as (stage, child):
        until(lambda: len(on_file(ledger)["done"]) == len(sent), "all checks to be made")
        child.send_signal(signal.SIGTERM)
        assert child.wait(30) == 0, "it stops cleanly"
    code, told = miaopi("followups", "checks", "--ledger", str(ledger), "--as-of", "2026-03-16", "--last", "1000")
    assert (code, told["overdue"]) == (0, 0)
    (reading,) = miaopi("accesses", "--decision", told["done"][0]["decision_id"], "--ledger", str(ledger))[1][
        "accesses"
    ]
    assert reading["purpose"] == "miaopi followups checks"
    assert sorted(one["application_id"] for one in told["done"]) == sorted(one["application_id"] for one in sent)
    for one in sent:
        statuses = [question["status"] for question in questions(stage, one["application_id"])]
        assert statuses.count("ok") == 1, "one check that was answered"
        assert statuses[-1] == "ok", "and none after it"
    code, told = miaopi("reconcile", "--day", "2026-03-16", "--ledger", str(ledger), "--rules", str(rules))
    assert (code, told["clean"], told["decisions"]) == (0, True, len(sent)), told
