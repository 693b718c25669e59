"""`miaopi explain` on other outcomes: the nearest change in both languages, why not, and the file that says what can be
changed."""

import json
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from decision_service.cli import nearness
from decision_service.cli.app import build
from decision_service.policy.shelf import read_shelf
from decision_service.source import PolicyProblems

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "rules"


def case(tmp_path: Path, matter: str, name: str) -> Path:
    policy = read_shelf(RULES, only=RULES / matter).versions[matter][0]
    found = next(one for one in policy.cases if one.name == name)
    path = tmp_path / "case.json"
    content = {"form": found.form, "facts": found.facts, "as_of": str(found.as_of)}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


@cache
def few() -> Path:
    """The rule files of three matters: nine take longer to read."""
    rules = Path(tempfile.mkdtemp()) / "rules"
    for name in ("catalogue", "elderly_allowance", "housing_fund_rent", "hygiene_permit"):
        shutil.copytree(RULES / name, rules / name)
    return rules


@cache
def explain(matter: str, *options: object) -> str:
    done = CliRunner().invoke(build(), ["explain", matter, "--rules", str(few()), *map(str, options)])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_nearest_change_is_told_in_both_languages_within_eighty_columns(tmp_path: Path) -> None:
    path = case(tmp_path, "housing_fund_rent", "填单身，登记为已婚")
    told: dict[str, Any] = json.loads(explain("housing_fund_rent", "--case", path, "--json"))
    (way,) = told["nearest"]["ways"]
    assert way["outcome"] == "APPROVED"
    assert [step["name"] for step in way["steps"]] == ["marital", "spouse_id", "spouse_consent"]
    assert way["steps"][0]["value"] == "married"
    assert way["steps"][1]["value"] is None, "nobody's number is told"
    text = explain("housing_fund_rent", "--case", path)
    flat = "".join(text.split())
    for step in way["steps"]:
        assert "".join(step["zh"].split()) in flat
        assert "".join(step["en"].split()) in flat
    assert max(cell_len(line) for line in text.splitlines()) <= 80
    assert "210100199010209437" not in text


def test_that_there_is_none_is_said_and_that_it_is_proved(tmp_path: Path) -> None:
    path = case(tmp_path, "elderly_allowance", "死亡登记命中在世申请人")
    told = json.loads(explain("elderly_allowance", "--case", path, "--json"))["nearest"]
    assert told["ways"] == []
    assert told["decided"] is True
    assert "population.hukou_code" in told["can_change"]
    assert "id_no" not in told["can_change"]
    text = explain("elderly_allowance", "--case", path)
    assert "没有哪种改变能使结果更好（已证明）" in text
    assert "nothing that the applicant can change" in text


def test_an_approval_has_no_nearest_change() -> None:
    told = json.loads(explain("elderly_allowance", "--json"))
    assert told["outcome"] == "APPROVED"
    assert told["nearest"] is None


def test_why_not_lists_what_stands_in_the_way_with_dates(tmp_path: Path) -> None:
    path = case(tmp_path, "hygiene_permit", "两处不足一次告知")
    told = json.loads(explain("hygiene_permit", "--case", path, "--why-not", "APPROVED", "--json"))["why_not"]
    assert [one["rule"] for one in told["stands_in_the_way"]] == ["P2", "P5", "COMMITMENT"]
    first = told["stands_in_the_way"][0]
    assert first["outcome"] == "CORRECTION_REQUIRED"
    assert first["reasons"][0]["code"] == "C06_DATA_MISMATCH"
    assert [(one["register"], one["data_as_of"]) for one in first["sources"]] == [("health_certificates", "2026-03-16")]
    text = explain("hygiene_permit", "--case", path, "--why-not", "APPROVED")
    after = text[text.index("为什么不是 why not APPROVED") :]
    assert "health_certificates (ok, 2026-03-16)" in after.replace("\n", "")


def test_why_not_an_outcome_that_no_rule_brings(tmp_path: Path) -> None:
    path = case(tmp_path, "elderly_allowance", "社保卡金融功能未激活")
    told = json.loads(explain("elderly_allowance", "--case", path, "--why-not", "REJECTED", "--json"))["why_not"]
    assert [one["rule"] for one in told["stands_in_the_way"]] == ["E7"]
    assert [one["rule"] for one in told["would_follow_from"]] == ["E2", "E5"]
    assert "没有规则带来这个结果" in explain("elderly_allowance", "--case", path, "--why-not", "REJECTED")
    same = json.loads(explain("elderly_allowance", "--why-not", "APPROVED", "--json"))["why_not"]
    assert same["is_the_outcome"] is True
    assert same["stands_in_the_way"] == []


def test_a_defect_of_the_form_stands_in_the_way(tmp_path: Path) -> None:
    path = case(tmp_path, "housing_fund_rent", "提取月数超出范围")
    told = json.loads(explain("housing_fund_rent", "--case", path, "--why-not", "APPROVED", "--json"))
    (defect,) = told["why_not"]["stands_in_the_way"]
    assert defect["fields"][0]["field"] == "months"
    assert told["nearest"]["ways"][0]["steps"][0]["name"] == "months"
    assert "提取月数" in explain("housing_fund_rent", "--case", path, "--why-not", "APPROVED")


def test_without_the_solver_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearness, "find_spec", lambda _: None)
    path = case(tmp_path, "elderly_allowance", "差一天满八十")
    assert "miaopi[workshop]" in explain("elderly_allowance", "--case", path)


def wrong(tmp_path: Path, text: str, other: str) -> list[str]:
    """The problems of a rules folder whose changes.yaml has `other` in place of `text`."""
    rules = tmp_path / "rules"
    shutil.copytree(RULES / "catalogue", rules / "catalogue")
    path = rules / "catalogue" / "changes.yaml"
    content = path.read_text(encoding="utf-8")
    assert text in content
    path.write_text(content.replace(text, other, 1), encoding="utf-8")
    with pytest.raises(PolicyProblems) as found:
        read_shelf(rules)
    return [f"{one.code} {one.span.line if one.span else 0}" for one in found.value.problems]


@pytest.mark.parametrize(
    ("text", "other", "code"),
    [
        ("  residence:", "  residences:", "unknown_word"),
        ("    loan_open:", "    loans_open:", "unknown_word"),
        ("can_change: monthly", "can_change: weekly", "unknown_word"),
        ("    loan_open:\n      can_change: yes", "    loan_open:\n      can_change: monthly", "unknown_word"),
        ("types: [confirmation,", "types: [confirmations,", "unknown_word"),
        ("      en: complete the continuing education\n", "", "missing_key"),
        ("      can_change: yes\n      zh: 完成", "      can_change: yes\n      why: x\n      zh: 完成", "unknown_key"),
    ],
)
def test_what_is_wrong_in_the_file_is_told_with_its_place(tmp_path: Path, text: str, other: str, code: str) -> None:
    (problem,) = wrong(tmp_path, text, other)
    assert problem.split()[0] == code
    assert int(problem.split()[1]) > 5


def test_without_the_file_nothing_but_waiting_can_be_changed(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(RULES / "catalogue", rules / "catalogue")
    shutil.copytree(RULES / "elderly_allowance", rules / "elderly_allowance")
    digest = read_shelf(rules).versions["elderly_allowance"][0].digest
    (rules / "catalogue" / "changes.yaml").unlink()
    shelf = read_shelf(rules)
    assert shelf.versions["elderly_allowance"][0].digest == digest, "it is no part of a version"
    path = case(tmp_path, "elderly_allowance", "户籍在鞍山，向沈阳申请")
    done = CliRunner().invoke(
        build(), ["explain", "elderly_allowance", "--case", str(path), "--rules", str(rules), "--json"]
    )
    told = json.loads(done.stdout)["nearest"]
    assert told["can_change"] == ["as_of"]
    assert told["ways"] == []
