"""The sandbox against the worked cases: their facts come back over HTTP as a scenario, and as the built-in data."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.verifiers.catalogue import REGISTERS
from tests.verifiers.sandbox_client import CONFIG, control, put, wire
from verifiers.sandbox.running import running

CASES = [
    case
    for file in sorted((Path(__file__).parents[2] / "fixtures" / "cases").glob("*.json"))
    for case in json.loads(file.read_text())
]
OF_THE_MOMENT = {("210400195512129048", "population")}
"""Late in its case. That is no property of the person, so the data hold a plain record; a scenario plays the rest."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(CONFIG) as base:
        yield base


@pytest.fixture(scope="module")
def untouched() -> Iterator[str]:
    """Another one, in which no scenario has taken a number that is kept for somebody."""
    with running(CONFIG) as base:
        yield base


def question(case: Mapping[str, dict], register: str, application_id: str) -> dict[str, object]:
    form = case["form"]
    values = form | {"name": form["applicant_name"], "persons": [form["id_no"], form.get("spouse_id")]}
    if register == "business_names":
        values["name"] = form["business_name"]
    values.setdefault("region", form.get("city"))
    described = REGISTERS[register]
    asked_with = next(names for names in (*described.alternatives, described.asked_with) if set(names) <= values.keys())
    if "uscc" in described.asked_with and "uscc" in form:
        asked_with = described.asked_with
    params = {name: values[name] for name in asked_with}
    return wire(register, params, application_id=application_id, subject=form["id_no"])


def differing(told: object, fact: object) -> bool:
    """Whether an answer says otherwise than a fact; records of lists may say more (optional fields)."""
    if isinstance(fact, dict):
        return not isinstance(told, dict) or any(name not in told or differing(told[name], fact[name]) for name in fact)
    if isinstance(fact, list):
        return not isinstance(told, list) or len(told) != len(fact) or any(map(differing, told, fact))
    return type(told) is not type(fact) or told != fact


def plain(facts: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in facts.items() if name not in ("status", "data_as_of")}


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_facts_of_a_case_can_be_played_as_they_stand(url: str, case: Mapping[str, dict]) -> None:
    application_id = f"played {case['id']}".replace(" ", "-")
    assert control(url, "PUT", f"scenarios/{application_id}", case["facts"])[0] == 204
    for register, facts in case["facts"].items():
        if facts["status"] == "timeout":
            continue
        status, told = put(url, question(case, register, application_id))
        assert (status, told["status"]) == (200, facts["status"]), register
        if facts["status"] == "ok":
            assert told["data_as_of"] == facts["data_as_of"]
            assert not differing(told["data"], plain(facts)), register


FIRST = {case["form"]["id_no"]: case for case in reversed(CASES) if not case["id"].startswith("X-")}.values()


@pytest.mark.parametrize("case", FIRST, ids=[case["id"] for case in FIRST])
def test_the_built_in_people_are_those_of_the_cases(untouched: str, case: Mapping[str, dict]) -> None:
    for register, facts in case["facts"].items():
        if (case["form"]["id_no"], register) in OF_THE_MOMENT:
            continue
        status, told = put(untouched, question(case, register, case["id"]))
        assert (status, told["status"]) == (200, facts["status"]), register
        if facts["status"] == "ok" and register != "enterprises":
            assert not differing(told["data"], plain(facts)), register
        elif register == "enterprises":
            same = {"status_code", "legal_rep_id", "registration_bar_until", "roles", "name"}
            assert not differing(told["data"], {name: facts[name] for name in same}), register
