"""Cases written into files, comments and all else as they were."""

from datetime import date

import pytest

from decision_service.policy.shape import WorkedCase
from decision_service.source import Source
from decision_service.workbench.casewriting import NotWritableError, with_case, with_expectation
from tests.shipped import shelf

FILE = """\
# 各例的说明
cases:
  甲:                       # 第一例
    like: 别处的一例
    alone: E2               # 只有它
    expect: {outcome: REJECTED, reasons: [J01_UNDER_AGE]}   # 依据第二条
  乙:
    like: 甲
    expect:
      outcome: APPROVED
# 末尾的说明
"""
CASE = WorkedCase("丙", date(2026, 3, 16), {"id_type": "111"}, {}, {"outcome": "REFERRED"})


def test_a_case_comes_last_and_nothing_else_changes() -> None:
    text = with_case(Source("f", FILE), CASE, shelf().catalogue, None)
    before, after = FILE.split("# 末尾")
    assert text.startswith(before.rstrip("\n"))
    assert text.endswith(f"# 末尾{after}")
    assert text.replace(text[len(before) : text.index("# 末尾")], "") == FILE
    assert text[len(before) :].startswith("  丙:\n")
    assert with_case(Source("f", ""), CASE, shelf().catalogue, None).startswith("cases:\n  丙:\n")


@pytest.mark.parametrize("text", ["cases: {}\n", "cases: {a: {expect: {outcome: APPROVED}}}\n", "cases: [\n", "- 1\n"])
def test_what_is_not_written_line_by_line_is_left_alone(text: str) -> None:
    with pytest.raises(NotWritableError):
        with_case(Source("f", text), CASE, shelf().catalogue, None)


def test_an_expectation_is_put_in_the_place_of_another() -> None:
    new = {"outcome": "REFERRED", "reasons": ["R11_PROPOSED_REFUSAL"]}
    written = "{outcome: REFERRED, reasons: [R11_PROPOSED_REFUSAL]}"
    before = "{outcome: REJECTED, reasons: [J01_UNDER_AGE]}"
    kept = FILE.replace(before, written)
    assert with_expectation(Source("f", FILE), "甲", new, None) == kept
    assert with_expectation(Source("f", FILE), "甲", new, ["E4"]) == kept.replace("alone: E2", "alone: E4")
    without = with_expectation(Source("f", FILE), "甲", new, ["E4", "E5"])
    assert "alone" not in without
    assert "# 只有它" in without
    assert with_expectation(Source("f", FILE), "乙", new, None).count(written) == 1
    with pytest.raises(NotWritableError):
        with_expectation(Source("f", FILE), "丁", new, None)
