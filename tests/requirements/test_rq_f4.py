"""RQ-F4: a form is suggested with facts of registers that the matter lists, each with its source, about nobody else."""

from dataclasses import replace

import pytest

from decision_service.language.tree import FactRef, FormRef
from decision_service.policy.needs import reads
from tests.http.staging import BY_ID, Stage, application, changed, staged
from tests.requirements.deciding import guide, policies, problem_codes, spoilt
from tests.requirements.reconciling import Files, reconciled

IDENTITY = ("applicant_name", "id_type", "id_no")


def prefill(stage: Stage, case: str) -> dict:
    """What the matter of a case suggests to its applicant."""
    sent = application(case)
    stage.play(sent["application_id"], BY_ID[case]["facts"])
    who = {name: sent["form"][name] for name in IDENTITY}
    path = f"/v1/matters/{sent['matter']}/prefill"
    told = stage.send("POST", path, {"application_id": sent["application_id"], "form": who}).json
    assert set(stage.asked(sent["application_id"])) <= set(BY_ID[case]["facts"]) - {"credit", "liveness"}
    return told


@pytest.mark.parametrize("case", ["ELD-1", "CARD-1", "DIS-2", "BIR-1", "HPF-1", "UNE-1", "HYG-1", "BIZ-1", "ROAD-1"])
def test_what_is_suggested_is_what_registers_of_the_matter_say_and_the_source_is_shown(stage: Stage, case: str) -> None:
    """No matter asks a register for it that it does not list, nor credit; submitted, it is no fault of the form."""
    told = prefill(stage, case)
    listed = {one["name"] for one in guide(BY_ID[case]["matter"])["registers"]}
    for one in told["suggestions"]:
        assert one["sources"]
        assert {source["register"] for source in one["sources"]} <= listed
        assert all(source["zh"] and source["en"] and source["data_as_of"] for source in one["sources"])
    form = {one["field"]: one["value"] for one in told["suggestions"]}
    assert stage.decide(application(case, **form)).json["outcome"] != "CORRECTION_REQUIRED"


def test_five_matters_suggest_something() -> None:
    """The rule files use it where it is natural."""
    assert sum(any(field.prefill is not None for field in policy.fields) for policy in policies()) >= 5


def test_suggestions_rest_on_who_applies_and_on_registers_of_the_matter_alone() -> None:
    """Read off the rule files: no other field of the form, no register beyond `ask`, never credit."""
    for policy in policies():
        lets = {let.name: let for let in policy.lets}
        nodes = [field.prefill for field in policy.fields if field.prefill is not None]
        for node in reads(nodes, lets, policy.tables):
            match node:
                case FactRef():
                    assert node.register in {*policy.asks} - {"credit", "liveness"}
                case FormRef():
                    assert node.field_name in IDENTITY


@pytest.mark.parametrize(
    "expression",
    ["credit.judgment_defaulter", "residence.city", "marriage.spouse_id", "city"],
    ids=["credit", "not_listed", "not_listed_either", "form"],
)
def test_a_file_that_would_suggest_anything_else_does_not_load(tmp_path: object, expression: str) -> None:
    """Credit, a register that is not listed, and the form itself are refused with a place."""
    problems = spoilt(
        tmp_path, "elderly_allowance", "prefill: prefecture(population.hukou_code)", f"prefill: {expression}"
    )  # type: ignore[arg-type]  # pytest's path
    assert problem_codes(problems) & {"prefill", "register_not_asked", "wrong_kind"}
    assert all(problem.span is not None for problem in problems)


def test_a_suggestion_is_never_taken_for_the_form(stage: Stage) -> None:
    """What is suggested and not submitted is missing, as if it had never been suggested (RQ-F3)."""
    assert prefill(stage, "ELD-1")["suggestions"]
    got = stage.decide(application("ELD-1", city=None))
    assert got.codes == ["C01_FIELD_MISSING"]


def test_the_guide_says_what_is_suggested_and_from_where() -> None:
    """Nothing is looked up that is not published."""
    (city,) = [one for one in guide("elderly_allowance")["fields"] if one["name"] == "city"]
    assert city["prefill"]["registers"] == ["population"]
    assert "人口库" in city["prefill"]["zh"]
    (pay_to,) = [one for one in guide("elderly_allowance")["fields"] if one["name"] == "pay_to"]
    assert pay_to["prefill"] is None


def test_a_suspended_matter_asks_nobody(registers: str, tmp_path: object) -> None:
    """The kill switch holds for suggestions too."""
    rules = changed("elderly_allowance", replace)
    with staged(tmp_path, registers, rules) as stage:  # type: ignore[arg-type]  # pytest's path
        stage.state.services.in_force.suspend("elderly_allowance")
        sent = application("ELD-1")
        who = {name: sent["form"][name] for name in IDENTITY}
        body = {"application_id": sent["application_id"], "form": who}
        told = stage.send("POST", "/v1/matters/elderly_allowance/prefill", body).json
        assert told["suggestions"] == []
        assert stage.asked(sent["application_id"]) == []


def test_the_day_reconciles_with_suggestions_before_and_after_a_decision(registers: str, tmp_path: object) -> None:
    """Calls for suggestions are in the journal, told apart, and no gap."""
    with staged(tmp_path, registers) as stage:  # type: ignore[arg-type]  # pytest's path
        sent = application("ELD-1")
        stage.play(sent["application_id"], BY_ID["ELD-1"]["facts"])
        body = {
            "application_id": sent["application_id"],
            "form": {name: sent["form"][name] for name in IDENTITY},
        }
        for _ in range(2):
            assert stage.send("POST", "/v1/matters/elderly_allowance/prefill", body).json["suggestions"]
            assert stage.decide(sent, "one-key").json["outcome"] == "APPROVED"
    report = reconciled(Files(tmp_path), log=False)  # type: ignore[arg-type]  # see above
    assert report.differences == ()
    assert dict(report.explained)["prefill"] == 2
