"""`miaopi test` as a process: every case passes, a wrong expectation is shown with what came, gaps are findings."""

import json
import shutil
from pathlib import Path

from tests.cli.running import CASES, RULES, miaopi
from tests.wrong_files.make_wrong import FILE, Change, make_folder


def test_every_case_of_the_rule_files_passes_and_no_rule_lacks_one() -> None:
    done = miaopi("test", RULES, "--cases", CASES, "--json")
    answer = json.loads(done.out)
    assert answer["failed"] == []
    assert answer["rules_without_a_case"] == []
    shared = sum(len(json.loads(path.read_bytes())) for path in CASES.glob("*.json"))
    assert answer["cases"] > shared > 40
    assert done.code == 0


def one_matter(tmp_path: Path, old: str, new: str) -> Path:
    folder = tmp_path / "rules"
    shutil.copytree(RULES / "catalogue", folder / "catalogue")
    (folder / "elderly_allowance").mkdir()
    text = (RULES / "elderly_allowance" / "2026-01-01.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / "elderly_allowance" / "2026-01-01.yaml").write_text(text.replace(old, new), encoding="utf-8")
    return folder


def test_a_wrong_expectation_is_shown_beside_what_came(tmp_path: Path) -> None:
    folder = one_matter(tmp_path, "monthly_amount: 200.00, pay_from", "monthly_amount: 201.00, pay_from")
    done = miaopi("test", folder, cwd=tmp_path)
    assert done.code == 1
    assert "九十岁，沈阳，无特殊情况" in done.err
    assert "- 预期 expected  201.00" in done.err
    assert "+ 实得 came      200.00" in done.err
    (failed,) = json.loads(miaopi("test", folder, "--json", cwd=tmp_path).out)["failed"]
    assert failed["differences"] == [{"what": "monthly_amount", "expected": "201.00", "came": "200.00"}]


def test_a_wrong_reason_is_a_failure(tmp_path: Path) -> None:
    old = "alone: E3\n    but: {deaths.hit: true, deaths.date: 2026-02-11, deaths.source: funeral}"
    new = old.replace("deaths.hit: true", "deaths.hit: false")
    done = miaopi("test", one_matter(tmp_path, old, new), "--json", cwd=tmp_path)
    (failed,) = json.loads(done.out)["failed"]
    assert done.code == 1
    assert [one["what"] for one in failed["differences"]] == ["outcome", "reasons", "alone"]


def test_alone_means_that_no_other_rule_is_told(tmp_path: Path) -> None:
    old = "alone: E1\n    but: {population.hukou_code: 210302}"
    new = "alone: E2\n    but: {population.hukou_code: 210302}"
    answer = json.loads(miaopi("test", one_matter(tmp_path, old, new), "--json", cwd=tmp_path).out)
    assert [one["differences"] for one in answer["failed"]] == [[{"what": "alone", "expected": ["E2"], "came": ["E1"]}]]
    assert [one["rule"] for one in answer["rules_without_a_case"]] == ["E1"]


def test_rules_without_a_case_are_findings(tmp_path: Path) -> None:
    done = miaopi("test", make_folder(Change(), tmp_path / "rules"), "--json", cwd=tmp_path)
    answer = json.loads(done.out)
    assert done.code == 1
    assert answer["failed"] == []
    assert [one["rule"] for one in answer["rules_without_a_case"]] == ["D2", "D3", "D4", "D5"]


def test_shared_cases_that_cannot_be_read_are_misuse(tmp_path: Path) -> None:
    folder = make_folder(Change(), tmp_path / "rules")
    cases = tmp_path / "cases"
    cases.mkdir()
    (cases / "a.json").write_text('[{"id": 1}]')
    done = miaopi("test", folder, "--cases", cases)
    assert done.code == 2
    assert "a.json" in done.err
    assert "Traceback" not in done.err
    assert miaopi("test", folder, "--cases", tmp_path / "none").code == 2


def test_wrong_rule_files_are_told_and_nothing_is_tried(tmp_path: Path) -> None:
    folder = make_folder(Change(blocks=[("minor: yes, ", "")]), tmp_path / "rules")
    done = miaopi("test", folder, "--json")
    assert done.code == 1
    assert [one["code"] for one in json.loads(done.out)["problems"]] == ["main_material"]
    assert (folder / FILE).exists()
