"""Places and carets: what people see lines up with what they wrote."""

import pickle
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from decision_service.source import PolicyProblems, Problem, Source, Span, as_json, nearest, render

LETTERS = st.text(alphabet="ab 李四,:。é ", max_size=40)
ANYTHING = st.text(max_size=200)


@st.composite
def spans(draw: st.DrawFn, texts: st.SearchStrategy[str] = ANYTHING) -> Span:
    text = draw(texts)
    start = draw(st.integers(0, len(text)))
    return Span(Source("rules/甲.yaml", text), start, draw(st.integers(start, len(text))))


def problem(span: Span | None) -> Problem:
    return Problem("some_code", "不对", "wrong", span, "改", "change it")


def terminal_columns(text: str) -> list[int]:
    """The column at which each character starts, by a table of this test: CJK two, all else of the alphabet one."""
    at, found = 0, []
    for char in text:
        found.append(at)
        at += 2 if char in "李四。" else 1
    return [*found, at]


@given(spans(LETTERS))
def test_carets_stand_under_the_place(span: Span) -> None:
    _, shown, carets, *_ = render(problem(span), "en").split("\n")
    columns = terminal_columns(span.source.text)
    begins = carets.index("^") - 4
    assert shown == f"  | {span.source.text}".rstrip()
    assert begins == columns[span.start]
    assert carets.count("^") == max(1, columns[span.end] - columns[span.start])


def test_the_picture_of_the_design_paper() -> None:
    text = "cases:\n    but:    {account.holder: 李四, credit.restrictd: yes}\n"
    start = text.index("credit")
    wrong = Problem(
        "unknown_fact",
        "词汇表里没有 `credit.restrictd`",
        "`credit.restrictd` is not in the vocabulary",
        Span(Source("2026.yaml", text), start, start + len("credit.restrictd")),
        "是不是 `credit.restricted`?",
        "did you mean `credit.restricted`?",
    )
    picture = [
        "  |     but:    {account.holder: 李四, credit.restrictd: yes}",
        "  |                                    ^^^^^^^^^^^^^^^^",
    ]
    first = "2026.yaml:2:34: unknown_fact: `credit.restrictd` is not in the vocabulary"
    en, zh = "  = did you mean `credit.restricted`?", "  = 是不是 `credit.restricted`?"
    assert render(wrong, "en").split("\n") == [first, *picture, en]
    first_zh = f"2026.yaml:2:34: unknown_fact: {wrong.zh}"
    assert render(wrong, "zh").split("\n") == [first_zh, *picture, zh]
    assert render(wrong).split("\n") == [first_zh, f"  {wrong.en}", *picture, zh, en]


@given(spans(), st.sampled_from(["en", "zh", "both"]))
def test_nothing_reaches_a_terminal_that_it_would_act_upon(span: Span, lang: str) -> None:
    said = Problem("code", span.text, span.text, span, span.text, span.text)
    for char in render(said, lang).replace("\n", ""):
        assert unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


@given(spans(st.text(alphabet="a李\t\n", min_size=400, max_size=2000)))
def test_long_lines_are_cut_around_the_place(span: Span) -> None:
    shown, carets = (line for line in render(problem(span), "en").split("\n") if line.startswith("  |"))
    assert max(len(shown), len(carets)) < 300
    if span.text.strip() and not span.text.startswith("\n"):
        assert "^" in carets


@given(spans())
def test_line_and_column_lead_back_to_the_offset(span: Span) -> None:
    lines = span.source.text.split("\n")
    assert sum(len(line) + 1 for line in lines[: span.line - 1]) + span.column - 1 == span.start
    assert span.text == span.source.text[span.start : span.end]


@pytest.mark.parametrize(("start", "end"), [(-1, 0), (2, 1), (0, 4)])
def test_a_place_outside_the_text_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="no such place in x"):
        Span(Source("x", "abc"), start, end)


@given(st.lists(spans(), min_size=1, max_size=5))
def test_problems_are_sorted_by_place_and_survive_a_process_border(places: list[Span]) -> None:
    problems = PolicyProblems([problem(place) for place in places] + [problem(None)])
    keys = [(p.span.source.name, p.span.start) for p in problems.problems if p.span]
    assert problems.problems[0].span is None
    assert keys == sorted(keys)
    assert pickle.loads(pickle.dumps(problems)).problems == problems.problems  # noqa: S301 - our own bytes


@given(spans())
def test_json_names_the_place_by_line_and_column(span: Span) -> None:
    place = as_json(problem(span))["place"]
    end = Span(span.source, span.end, span.end)
    assert place == {
        "file": "rules/甲.yaml",
        "line": span.line,
        "column": span.column,
        "end_line": end.line,
        "end_column": end.column,
    }
    assert as_json(problem(None))["place"] is None


WORDS = ["credit.restricted", "credit.score", "account.holder", "户籍地址", "户籍类型", "age"]


@given(st.sampled_from(WORDS), st.data())
def test_one_slip_of_the_pen_is_understood(word: str, data: st.DataObject) -> None:
    assume(len(word) > 5)
    at = data.draw(st.integers(0, len(word) - 1))
    assert nearest(word[:at] + word[at + 1 :], WORDS) == word
    assert nearest(word[:at] + "z" + word[at:], WORDS) == word


def test_nothing_is_guessed_from_nothing() -> None:
    assert nearest("", WORDS) is None
    assert nearest("x" * 10_000, WORDS) is None
    assert nearest("birthday", WORDS) is None
    assert nearest("restricted", WORDS) == "credit.restricted"
    assert nearest("anything", []) is None
