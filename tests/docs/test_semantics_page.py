"""docs/explanation/semantics.md: its tables are worked out by the reference, and name everything that there is."""

import itertools
import re
from dataclasses import replace

import pytest

from decision_service.facts import PAPER_CODE, REFERRALS, Cause, Fact, Unknown, Why, unknown_outcome
from decision_service.language.check import check
from decision_service.language.kinds import BOOLEAN
from decision_service.language.meaning import Scope, evaluate
from decision_service.outcome import PRECEDENCE, Outcome, settle, settle_items
from decision_service.policy.checks import STIGMA
from decision_service.source import Problem, Source, Span
from decision_service.verdict import State
from tests.docs.page import DOCS, section
from tests.docs.sample import scope, words

PAGE = (DOCS / "explanation" / "semantics.md").read_text(encoding="utf-8")
VALUES: dict[str, Fact] = {"true": True, "false": False, "unknown": Unknown.of(Why.LATE, "deaths")}


def tables(title: str) -> list[list[list[str]]]:
    """The tables under a heading: of each the head, then the rows."""
    found = re.findall(r"(?:^\|.*\|\n)+", section(PAGE, title), re.MULTILINE)
    cells = [[[cell.strip() for cell in row.strip("|").split("|")] for row in one.splitlines()] for one in found]
    return [[one[0], *one[2:]] for one in cells]


def value_with(text: str, names: dict[str, Fact]) -> Fact:
    source = Source("page", text)
    form = {**words().form, **dict.fromkeys(names, BOOLEAN)}
    node = check(text, lambda start, length: Span(source, start, start + length), replace(words(), form=form))
    assert not isinstance(node, Problem), node.en
    sheet = replace(scope().sheet, form={**scope().sheet.form, **names})
    return evaluate(node, Scope(sheet, scope().lets, scope().tables))


def shown(value: Fact) -> str:
    return "unknown" if isinstance(value, Unknown) else str(value).lower()


@pytest.mark.parametrize("table", tables("Three values"), ids=["logic", "if"])
def test_truth_tables_are_those_of_the_reference(table: list[list[str]]) -> None:
    head, *rows = table
    names = [name for name in head if not name.startswith("`")]
    for row in rows:
        given = {name: VALUES[word] for name, word in zip(names, row, strict=False)}
        for expression, word in zip(head[len(names) :], row[len(names) :], strict=True):
            assert shown(value_with(expression.strip("`"), given)) == word, (expression, row)
    assert [tuple(row[: len(names)]) for row in rows] == list(itertools.product(VALUES, repeat=len(names)))


def test_every_cause_is_told_with_what_follows() -> None:
    rows = tables("Why something is unknown")[0][1:]
    assert [row[0].strip("`") for row in rows] == [why.value for why in Why]
    for row, why in zip(rows, Why, strict=True):
        outcome = unknown_outcome([Cause(why, "x")])
        code = PAPER_CODE if why is Why.PAPER_OFFERED else REFERRALS.get(why)
        assert row[3:] == [outcome or "无 none", f"`{code}`" if code else "无 none"], why


def test_states_and_precedence_are_complete() -> None:
    assert [row[0].strip("`") for row in tables("How a rule stands")[0][1:]] == [state.value for state in State]
    assert [row[1] for row in tables("All reasons, and which one wins")[0][1:]] == [one.value for one in PRECEDENCE]


def test_settled_outcomes_are_those_of_the_table() -> None:
    for rules, outcome in tables("All reasons, and which one wins")[1][1:]:
        assert settle(Outcome(word) for word in re.findall(r"[A-Z_]{4,}", rules)) == outcome
    for items, outcome in tables("Items")[0][1:]:
        assert settle_items(Outcome(word) for word in items.split(", ")) == outcome


def test_days_come_out_as_told() -> None:
    for expression, value in tables("Days and ages")[0][1:]:
        assert str(value_with(expression.strip("`"), {})) == value


def test_the_stigmatising_registers_are_all_named() -> None:
    gate = section(PAGE, "The gate of a refusal")
    named = ["信用", "死亡", "低收入", "婚姻", "不动产", "处罚", "健康证明"]
    assert all(word in gate for word in named)
    assert len(named) == len(STIGMA)
