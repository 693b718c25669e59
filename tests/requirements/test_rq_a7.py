"""RQ-A7: reasons are sentences that people understand, in Chinese and English, with nothing left open."""

import json
import re
from pathlib import Path

import pytest

from tests.requirements.deciding import ROOT, answer, answer_of, guide, policies, policy_of, shelf

CASES = [case for path in sorted((ROOT / "fixtures" / "cases").glob("*.json")) for case in json.loads(path.read_text())]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
OPEN = re.compile(r"[{}]|\bNone\b|\bUnknown\b")


def test_each_reason_code_has_both_texts() -> None:
    for code, text in shelf().catalogue.reasons.items():
        assert CHINESE.search(text.zh), code
        assert text.en.isascii() or "“" in text.en, code
        assert code not in text.zh + text.en


def told(reply: dict[str, object]) -> list[dict[str, str]]:
    parts = [reply[name] for name in ("reasons", "advice", "notes", "obligations")]
    return [one for part in parts if isinstance(part, list) for one in part]


def assert_plain(reply: object, name: str) -> None:
    assert isinstance(reply, dict)
    for one in told(reply):
        assert CHINESE.search(one["zh"]), name
        assert not OPEN.search(one["zh"] + one["en"]), (name, one["code"])
        assert one["code"] not in one["zh"]
    assert not OPEN.search(json.dumps(reply["remedies"], ensure_ascii=False).replace("{", "").replace("}", ""))


@pytest.mark.parametrize("matter", [policy.matter for policy in policies()])
def test_no_placeholder_stays_open_in_any_worked_case(matter: str) -> None:
    for case in policy_of(matter).cases:
        assert_plain(answer_of(matter, case), case.name)


@pytest.mark.parametrize("matter", [policy.matter for policy in policies()])
def test_no_placeholder_stays_open_in_any_shared_case(matter: str) -> None:
    cases = [case for case in CASES if case["matter"] == matter]
    assert cases
    for case in cases:
        day = policy_of(matter).cases[0].as_of.fromisoformat(case["as_of"])
        assert_plain(answer(matter, case["form"], case["facts"], day), case["id"])


@pytest.mark.parametrize("matter", [policy.matter for policy in policies()])
def test_no_placeholder_stays_open_in_the_guide(matter: str) -> None:
    page = guide(matter)
    for rule in page["rules"]:
        for one in rule["otherwise"]:
            assert not OPEN.search(one["reason"]["zh"] + one["reason"]["en"]), rule["id"]
    assert not OPEN.search("".join(text["zh"] + text["en"] for text in page["remedies"]["texts"].values()))


def test_the_cases_are_all_there() -> None:
    assert len(CASES) >= 40
    assert Path(ROOT / "rules" / "catalogue" / "reasons.yaml").is_file()
