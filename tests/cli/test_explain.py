"""`miaopi explain` as a process: why, and with --plan whom it asks; the same as text of 80 columns and as JSON."""

import json
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from decision_service.cli.app import build
from tests.cli.running import CASES, RULES, miaopi


def case(tmp_path: Path, matter: str = "elderly_allowance", number: int = 0, **facts: object) -> Path:
    """A file with a shared case, some registers' answers changed."""
    found = json.loads((CASES / f"{matter}.json").read_bytes())[number]
    path = tmp_path / "case.json"
    path.write_text(json.dumps({**found, "facts": {**found["facts"], **facts}}), encoding="utf-8")
    return path


def explain(matter: str, *options: object) -> str:
    """What the command prints, run in this process; the last test runs it in its own."""
    done = CliRunner().invoke(build(), ["explain", matter, "--rules", str(RULES), *map(str, options)])
    assert done.exit_code == 0, done.output
    return done.stdout


def told(matter: str, *options: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(explain(matter, "--json", *options))
    return found


@pytest.mark.parametrize("options", [(), ("--plan",)], ids=["why", "plan"])
def test_every_matter_is_told_in_both_languages_within_eighty_columns(options: tuple[str, ...]) -> None:
    for matter in ("individual_business", "disability_allowances"):
        text = explain(matter, *options)
        assert matter in text
        assert max(cell_len(line) for line in text.splitlines()) <= 80
        assert "示例政策" in text
        assert "Illustrative policy" in text


def test_the_plan_names_each_register_of_the_matter_once() -> None:
    for matter in ("elderly_allowance", "housing_fund_rent"):
        plan = told(matter, "--plan")
        asked = [one["register"] for wave in plan["waves"] for one in wave["ask"]]
        others = [one["register"] for one in plan["not_asked"]]
        assert len({*asked, *others}) == len(asked + others)
        assert {"credit", "population"} == {one["register"] for one in plan["waves"][0]["ask"]}
        assert plan["cost"]["calls"] == len(asked)
        assert plan["cost"]["personal_fields"] == sum(
            one["personal_fields"] for wave in plan["waves"] for one in wave["ask"]
        )
        assert plan["cost"]["personal_fields"] <= plan["cost_of_all"]["personal_fields"]


def test_the_text_names_what_the_data_name() -> None:
    plan = told("housing_fund_rent", "--plan")
    text = explain("housing_fund_rent", "--plan")
    for wave in plan["waves"]:
        assert f"第{wave['wave']}批 wave {wave['wave']}" in text
        for one in (*wave["ask"], *wave["hold_back"]):
            assert one["register"] in text
        for rule in (rule for one in wave["ask"] for rule in one["rules"]):
            assert rule["rule"] in text
    assert str(plan["expected"]["p95_ms"]) in text


def test_a_register_that_is_held_back_and_then_needless_is_told_as_such(tmp_path: Path) -> None:
    """The spouse in the register is another one: a correction, so neither account, property nor contract is asked."""
    married = {"status": "ok", "data_as_of": "2026-03-15", "marital": "divorced", "spouse_id": None}
    plan = told("housing_fund_rent", "--plan", "--case", case(tmp_path, "housing_fund_rent", marriage=married))
    assert plan["outcome"]["code"] == "CORRECTION_REQUIRED"
    asked = [one["register"] for wave in plan["waves"] for one in wave["ask"]]
    assert asked[-1] == "marriage"
    held = {one["register"]: one["until"] for one in plan["waves"][-1]["hold_back"]}
    assert held["property"] == ["marriage"]
    assert plan["waves"][-1]["known"] == [
        {"register": "credit", "status": "ok"},
        {"register": "population", "status": "ok"},
    ]
    (why,) = [one["why"] for one in plan["not_asked"] if one["register"] == "property"]
    assert "一次性告知补正" in why["zh"]
    assert "one complete list of things to correct" in why["en"]


def test_in_doubt_who_applies_nobody_else_is_planned(tmp_path: Path) -> None:
    other = {"status": "ok", "data_as_of": "2026-03-15", "match": False, "status_code": "normal",
             "hukou_code": "210105", "hukou_type": "family", "father_hukou_code": None}  # fmt: skip
    plan = told("elderly_allowance", "--plan", "--case", case(tmp_path, population=other))
    assert len(plan["waves"]) == 1
    assert {one["why"]["en"] for one in plan["not_asked"]} == {"it is in doubt who applies: nobody else is asked"}


def test_a_form_that_stops_every_question_is_planned_without_any(tmp_path: Path) -> None:
    path = case(tmp_path)
    found = json.loads(path.read_bytes())
    found["form"]["id_no"] = "210100193505208820"
    path.write_text(json.dumps(found), encoding="utf-8")
    plan = told("elderly_allowance", "--plan", "--case", path)
    assert plan["waves"] == []
    assert plan["cost"]["calls"] == 0
    assert "第1批" not in explain("elderly_allowance", "--plan", "--case", path)


def test_why_tells_each_rule_with_its_law_and_sources(tmp_path: Path) -> None:
    why = told("elderly_allowance", "--case", case(tmp_path, deaths={"status": "timeout"}))
    rules = {one["rule"]: one for one in why["rules"]}
    assert why["outcome"] == "REFERRED"
    assert rules["E3"]["state"] == "unknown"
    assert rules["E3"]["sources"] == [
        {"register": "deaths", "zh": "死亡和殡葬信息库", "en": "the register of deaths", "status": "timeout",
         "data_as_of": None}
    ]  # fmt: skip
    assert rules["E1"]["state"] == "holds"
    assert all(one["basis"] for one in why["rules"])


def test_no_value_of_the_case_is_told(tmp_path: Path) -> None:
    path = case(tmp_path)
    form = json.loads(path.read_bytes())["form"]
    for options in ((), ("--plan",)):
        text = explain("elderly_allowance", "--case", path, *options)
        assert form["id_no"] not in text
        assert form["applicant_name"] not in text


def test_what_cannot_be_read_is_misuse(tmp_path: Path) -> None:
    none = miaopi("explain", "elderly_allowance", "--plan", "--case", tmp_path / "none.json", "--rules", RULES)
    unknown = miaopi("explain", "elderly_allowence", "--rules", RULES, "--json")
    assert (none.code, unknown.code) == (2, 2)
    assert "did you mean elderly_allowance?" in json.loads(unknown.out)["error"]["en"]
