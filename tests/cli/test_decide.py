"""`miaopi decide` as a process: one JSON object, the same each time, and plain words where it was called wrongly."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import CASES, RULES, miaopi


def case(number: int = 0) -> dict[str, Any]:
    cases: list[dict[str, Any]] = json.loads((CASES / "elderly_allowance.json").read_bytes())
    return cases[number]


def decide(content: object, tmp_path: Path, *more: str, matter: str = "elderly_allowance") -> Any:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    done = miaopi("decide", matter, "--case", path, "--rules", RULES, *more)
    assert "Traceback" not in done.err
    return done


def test_standard_output_is_exactly_one_object(tmp_path: Path) -> None:
    done = decide(case(), tmp_path, "--json")
    answer = json.loads(done.out)
    assert done.code == 0
    assert answer["outcome"] == "APPROVED"
    assert answer["result"]["monthly_amount"] == "200.00"
    assert answer["engines"] == {"agree": True}
    assert answer["record"] is None
    assert "mark" in answer


def test_the_same_file_gives_the_same_answer(tmp_path: Path) -> None:
    assert decide(case(), tmp_path, "--json").out == decide(case(), tmp_path, "--json").out


def test_what_is_expected_is_not_looked_at(tmp_path: Path) -> None:
    lying = case() | {"expect": {"outcome": "REJECTED", "reasons": ["J01_UNDER_AGE"]}}
    assert decide(lying, tmp_path, "--json").out == decide(case(), tmp_path, "--json").out


def test_people_read_outcome_and_reasons(tmp_path: Path) -> None:
    refused = next(one for one in map(case, range(11)) if one["expect"]["outcome"] == "REJECTED")
    done = decide(refused, tmp_path)
    assert done.code == 0
    assert done.out.decode().startswith("REJECTED")
    assert refused["expect"]["reasons"][0] in done.out.decode()


def test_a_register_left_out_is_an_officers_case(tmp_path: Path) -> None:
    content = case()
    del content["facts"]["deaths"]
    answer = json.loads(decide(content, tmp_path, "--json").out)
    assert answer["outcome"] == "REFERRED"
    assert [one["code"] for one in answer["reasons"]] == ["R01_VERIFIER_UNAVAILABLE"]


def test_yaml_cases_are_typed_by_the_policy(tmp_path: Path) -> None:
    content = case()
    lines = [f"as_of: {content['as_of']}", "form:"]
    lines += [f"  {name}: {_yaml(value)}" for name, value in content["form"].items()]
    lines.append("facts:")
    for register, answer in content["facts"].items():
        lines += [f"  {register}:", *(f"    {name}: {_yaml(value)}" for name, value in answer.items())]
    path = tmp_path / "case.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    done = miaopi("decide", "elderly_allowance", "--case", path, "--rules", RULES, "--json")
    assert done.code == 0
    assert json.loads(done.out)["outcome"] == "APPROVED"


def _yaml(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value)


@pytest.mark.parametrize(
    "content", ["[]", "{", '{"form": 1}', '{"form": {}, "as_of": "2026-02-30"}', '{"form": {}, "form": {}}', "\0"]
)
def test_a_file_that_is_no_case_is_misuse(content: str, tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_text(content, encoding="utf-8")
    done = miaopi("decide", "elderly_allowance", "--case", path, "--rules", RULES, "--json")
    assert done.code == 2
    assert set(json.loads(done.out)["error"]) == {"zh", "en"}
    assert "Traceback" not in done.err


def test_a_file_that_is_not_there_is_misuse(tmp_path: Path) -> None:
    done = miaopi("decide", "elderly_allowance", "--case", tmp_path / "none.json", "--rules", RULES)
    assert done.code == 2
    assert done.out == b""
    assert "cannot be read" in done.err


def test_an_unknown_matter_is_misuse_and_the_nearest_is_named(tmp_path: Path) -> None:
    done = decide(case(), tmp_path, matter="elderly_allowence")
    assert done.code == 2
    assert "did you mean elderly_allowance?" in done.err


def test_a_day_before_the_first_version_is_misuse(tmp_path: Path) -> None:
    done = decide(case() | {"as_of": "2025-12-31"}, tmp_path)
    assert done.code == 2
    assert "2026-01-01" in done.err
