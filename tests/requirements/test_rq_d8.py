"""RQ-D8: delivery and appeal are online too. Each adverse notice names an online channel for reconsideration, and a
review by an officer is asked for online with the key that the notice carries."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from decision_service.outcome import REMEDIED
from decision_service.policy.shape import Policy
from tests.casework.office import OFFICER, PLATFORM, Office, office
from tests.http.staging import CASES
from tests.requirements.deciding import answer, answer_of, guide, policies, shelf

ADVERSE = {one.value for one in REMEDIED}


def require_channel(told: Mapping[str, Any]) -> None:
    """The notice says where, within what time, and with which key; in both languages."""
    remedies = told["remedies"]
    address = urlsplit(remedies["review_channel"])
    assert address.scheme == "https"
    assert address.hostname
    assert remedies["review_channel"] in {one.review_channel for one in shelf().catalogue.remedies.values()}
    for language in ("zh", "en"):
        assert remedies["review_channel"] in remedies["reconsideration"][language]
        assert remedies["human_review_key"] in remedies["human_review"][language]
        assert remedies["lawsuit"][language]
    assert (remedies["reconsideration"]["within_days"], remedies["lawsuit"]["within_months"]) == (60, 6)


def decided(policy: Policy) -> Iterator[Mapping[str, Any]]:
    """Every worked and every shared case of a matter."""
    for case in policy.cases:
        yield answer_of(policy.matter, case)
    for case in CASES:
        if case["matter"] == policy.matter:
            day = policy.cases[0].as_of.fromisoformat(case["as_of"])
            yield answer(policy.matter, case["form"], case["facts"], day)


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
def test_each_adverse_answer_names_its_online_channel(policy: Policy) -> None:
    for told in decided(policy):
        assert (told["remedies"] is not None) == (told["outcome"] in ADVERSE)
        if told["outcome"] in ADVERSE:
            require_channel(told)


def test_the_cases_show_every_adverse_outcome() -> None:
    assert {told["outcome"] for policy in policies() for told in decided(policy)} >= ADVERSE


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
def test_the_guide_publishes_the_channel_of_each_city(policy: Policy) -> None:
    listed = {one["city"]: one["review_channel"] for one in guide(policy.matter)["remedies"]["cities"]}
    assert set(listed) == set(shelf().catalogue.prefectures)
    assert all(channel.startswith("https://") for channel in listed.values())


@pytest.fixture(scope="module")
def bureau(registers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder: Path = tmp_path_factory.mktemp("appeals")
    with office(folder, registers) as found:
        yield found


def test_the_document_is_delivered_online_and_carries_channel_and_key(bureau: Office) -> None:
    refused = bureau.decide("ELD-3")
    assert refused["outcome"] == "REJECTED"
    page = bureau.guarded.send(PLATFORM, "GET", f"/v1/decisions/{refused['decision_id']}/notice?lang=both")
    assert page.status == 200
    for value in (refused["remedies"]["review_channel"], refused["remedies"]["human_review_key"]):
        assert value.encode() in page.body


def test_a_review_is_asked_for_online_and_reaches_an_officer(bureau: Office) -> None:
    """With the key that the notice carries, once; with another it is refused."""
    refused = bureau.decide("ELD-3")
    path = f"/v1/decisions/{refused['decision_id']}/review"
    wrong = bureau.guarded.send(PLATFORM, "POST", path, {"human_review_key": "HR-0000000000000000"})
    assert wrong.status == 403
    assert bureau.items(refused, "review") == []
    asked = {"human_review_key": refused["remedies"]["human_review_key"], "statement": "本人已满八十周岁"}
    assert bureau.guarded.send(PLATFORM, "POST", path, asked).status == 202
    assert bureau.guarded.send(PLATFORM, "POST", path, asked).status == 202
    assert len(bureau.items(refused, "review")) == 1
    assert bureau.case(refused)["under_review"] is True


def test_what_an_officer_refuses_has_its_channel_too(bureau: Office) -> None:
    referred = bureau.decide("ELD-5")
    item = bureau.claim(referred)
    bureau.hear(OFFICER, item)
    got = bureau.outcome(OFFICER, item, "REJECTED")
    assert got.status == 200, got.body
    assert got.json["remedies"]["review_channel"].startswith("https://")
