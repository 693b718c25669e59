"""What the editor shows of a text without a browser: the problems of `miaopi check`, and where they are underlined."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decision_service.policy.beside import read_beside
from decision_service.policy.shelf import read_shelf
from decision_service.source import PolicyProblems, Source, Span
from decision_service.workbench.editor.checking import checked_alone, checked_among, laid_out, mended
from decision_service.workbench.editor.hints import At, coming_at, defined_at, told_at
from decision_service.workbench.editor.offsets import Units, shown_part
from decision_service.workbench.editor.picture import drawn
from tests.shipped import RULES
from tests.wrong_files.make_wrong import FILE, HERE, make_folder, read_change

NAME = "elderly_allowance/2026-01-01.yaml"
TEXT = (RULES / NAME).read_text(encoding="utf-8")
CASES = "elderly_allowance/boundaries.cases.yaml"
_PLACE = re.compile(rf"^{re.escape(FILE)}:(\d+):(\d+): (\w+): (.*)$", re.MULTILINE)


def spoiled() -> Iterator[tuple[str, str, list[tuple[str, ...]]]]:
    """Each wrong file that is one of text: its name, its text, and the places and words of its problems."""
    for folder in sorted(HERE.iterdir()):
        change = read_change(folder / "change.txt") if (folder / "change.txt").exists() else None
        if change is None or change.path != FILE or change.kept_as or change.folder or change.encoding != "utf-8":
            continue
        text = (HERE / "base.yaml").read_text(encoding="utf-8")
        for old, new in change.blocks:
            text = new if change.instead else text.replace(old, new)
        if "\r" not in text:
            yield folder.name, text, _PLACE.findall((folder / "expected.txt").read_text(encoding="utf-8"))


def test_the_problems_shown_of_wrong_files_are_those_of_check() -> None:
    seen = 0
    for name, text, expected in list(spoiled())[::4]:
        found = checked_alone(RULES, FILE, text)
        shown = [(str(one.place.line), str(one.place.column), one.code) for one in found if one.place is not None]
        assert shown == [place[:3] for place in expected], name
        seen += 1
    assert seen > 30


def as_check_says(folder: Path, only: Path) -> list[tuple[str, str]]:
    """Codes and Chinese words of what `miaopi check` says of a matter's folder."""
    try:
        read_beside(folder, read_shelf(folder, only=only), only)
    except PolicyProblems as found:
        return [(one.code, one.zh) for one in found.problems]
    return []


def test_cases_beside_and_shared_files_are_checked_among_the_others(tmp_path: Path) -> None:
    cases = (RULES / CASES).read_text(encoding="utf-8")
    assert checked_alone(RULES, CASES, cases) == ()
    wrong = cases.replace("cases:", "cases:\n  重名:\n    like: 没有这个案例\n    expect: {outcome: APPROVED}\n", 1)
    (flaw,) = checked_alone(RULES, CASES, wrong)
    assert flaw.place is not None
    assert flaw.place.file == CASES
    reasons = (RULES / "catalogue/reasons.yaml").read_text(encoding="utf-8")
    among = checked_among(RULES, "catalogue/reasons.yaml", reasons.replace("J01_UNDER_AGE:", "J01_UNDER_AGES:"))
    assert {one.place.file for one in among.flaws if one.place is not None} >= {NAME}
    folder = make_folder(read_change(HERE / "unknown_value" / "change.txt"), tmp_path / "rules")
    text = (folder / FILE).read_text(encoding="utf-8")
    assert [(one.code, one.said.zh) for one in checked_among(folder, FILE, text).flaws] == as_check_says(
        folder, folder / "demo"
    )


SCRAPS = st.text(alphabet='a:|-#"[]{}= \n\t年😀\u0300', max_size=6)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, len(TEXT)), st.integers(0, 40), SCRAPS)
def test_whatever_is_typed_only_what_is_there_is_underlined(at: int, gone: int, come: str) -> None:
    text = TEXT[:at] + come + TEXT[at + gone :]
    units, wide = Units(text), text.encode("utf-16-le")
    for flaw in checked_alone(RULES, NAME, text):
        place = flaw.place
        assert place is not None
        assert 0 <= place.start <= place.end <= len(text)
        assert "\n" not in text[place.start : place.end] or place.end - place.start == 1
        begin, end = units.unit(place.start), units.unit(place.end)
        assert wide[2 * begin : 2 * end].decode("utf-16-le") == text[place.start : place.end]


@given(st.text(alphabet="a年😀\n", max_size=30), st.data())
def test_places_are_counted_as_browsers_count_them(text: str, data: st.DataObject) -> None:
    units, offset = Units(text), data.draw(st.integers(0, len(text)))
    assert units.unit(offset) == len(text[:offset].encode("utf-16-le")) // 2
    assert units.offset(units.unit(offset)) == offset
    begin, end = shown_part(Span(Source("x", text), offset, data.draw(st.integers(offset, len(text)))))
    assert 0 <= begin <= end <= len(text)
    assert begin < end or not text


def test_advice_comes_where_nothing_is_wrong_and_can_be_followed(tmp_path: Path) -> None:
    idle = TEXT.replace("rules:\n", "  idle_name: as_of\n\nrules:\n", 1)
    assert checked_among(RULES, NAME, TEXT).tips == ()
    found = checked_among(RULES, NAME, idle)
    assert found.flaws == ()
    (tip,) = [one for one in found.tips if one.edits]
    assert tip.why.zh
    assert "idle_name" not in mended(RULES, NAME, idle, tip.edits)
    assert "idle_name" not in mended(RULES, NAME, idle, ())
    wrong = make_folder(read_change(HERE / "unknown_value" / "change.txt"), tmp_path / "rules")
    assert "idle_name" not in mended(wrong, NAME, idle, ())  # whatever is wrong elsewhere
    assert checked_among(RULES, NAME, TEXT.replace("age >= open_age", "ages")).tips == ()


def test_layout_keeps_every_comment() -> None:
    assert laid_out(NAME, TEXT) == TEXT
    assert laid_out(NAME, TEXT.replace("  age:       years", "  age: years")) == TEXT


def at(before: str, after: str = "") -> At:
    """The place in the shipped file just behind `before`, which it has once, with `after` typed there."""
    assert TEXT.count(before) == 1
    end = TEXT.index(before) + len(before)
    text = TEXT[:end] + after + TEXT[end:]
    here = text[: end + len(after)]
    return At(RULES, NAME, text, here.count("\n"), len(here) - here.rfind("\n") - 1)


def test_words_are_told_and_what_may_come_and_where_they_are_defined() -> None:
    assert told_at(at("must: hu")) == "prefecture(population.hukou_code)"
    assert "死亡" in told_at(at("must: not dea"))
    assert told_at(at("illustrative, not the pol")) == ""
    found = coming_at(at("must: hukou", " = population.hu"))
    assert found.so_far == len("population.hu")
    assert "population.hukou_code" in dict(found.words)
    assert defined_at(at("must: not paid_he")) == (TEXT[: TEXT.index("  paid_here:")].count("\n") + 1, 2)


def test_every_box_of_the_graph_leads_to_where_it_is_written() -> None:
    picture = drawn(RULES, NAME, TEXT)
    lines = TEXT.split("\n")
    assert picture.leads["rule E4"] == lines.index("  E4:") + 1
    assert picture.at(lines.index("  E4:") + 4) == "rule E4"
    assert picture.leads["table allowance"] == lines.index("  allowance:") + 1
    assert lines[picture.leads["outcome REJECTED"] - 1].strip().startswith("else: REJECTED")
    assert lines[picture.leads["fact deaths.hit"] - 1].strip() == "deaths:"
    with pytest.raises(PolicyProblems):
        drawn(RULES, NAME, TEXT.replace("hukou = city", "hukou ="))
