"""What the cases of a policy should show, goal by goal, each at its place in the file."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal as OneOfText

from decision_service.covering.boundaries import edges
from decision_service.covering.conditions import deciding
from decision_service.covering.places import Demand, Part, Place, own, parts, places
from decision_service.language.kinds import BOOLEAN
from decision_service.language.tree import And, Expression, If, Quantified
from decision_service.policy.needs import registers_read
from decision_service.policy.shape import Bilingual, Policy, Row, Rule, Table
from decision_service.source import Span


class Measure(StrEnum):
    """What is measured."""

    RULE = "rule"
    ROW = "row"
    BRANCH = "branch"
    BOUNDARY = "boundary"
    CONDITION = "condition"


NAMES: dict[Measure, Bilingual] = {
    Measure.RULE: Bilingual("规则", "rules"),
    Measure.ROW: Bilingual("行", "rows"),
    Measure.BRANCH: Bilingual("分支", "branches"),
    Measure.BOUNDARY: Bilingual("边界", "bounds"),
    Measure.CONDITION: Bilingual("条件", "MC/DC"),
}
"""How a measure is called in a heading."""

RuleState = OneOfText["holds", "fails", "unknown", "alone", "follows"]


@dataclass(frozen=True, slots=True)
class Goal:
    """One thing that some case should show.

    Of a rule: its `state` (`follows`: the alternative `place.index`). Else: the place is reached, and for some element
    of each list of `within` every demand is met.
    """

    measure: Measure
    span: Span
    place: Place
    what: Bilingual
    state: RuleState | None = None
    demands: tuple[Demand, ...] = ()
    within: tuple[Quantified, ...] = ()


def goals(policy: Policy) -> tuple[Goal, ...]:
    """Every goal of what is written in the policy's own file, in the order of the file."""
    found = [goal for rule in policy.rules if not rule.standing for goal in _of_rule(rule, policy)]
    found += [goal for name, table in policy.tables.items() for goal in _of_rows(name, table)]
    for place, expression in places(policy):
        if own(expression.span, policy):
            found += _of_expression(place, expression)
    apart = {(goal.measure, goal.place.kind, goal.span.start, goal.span.end, goal.what.en): goal for goal in found}
    return tuple(sorted(apart.values(), key=lambda goal: (goal.span.start, list(Measure).index(goal.measure))))


_STATES: dict[RuleState, Bilingual] = {
    "holds": Bilingual("成立", "holds"),
    "fails": Bilingual("不成立", "fails"),
    "unknown": Bilingual("不知道（登记库没有答复）", "is unknown (a register did not answer)"),
    "alone": Bilingual("单独起作用", "decides alone"),
}


def _of_rule(rule: Rule, policy: Policy) -> Iterator[Goal]:
    span = rule.must.span
    if span is None:
        return
    for state, text in _STATES.items():
        if state != "unknown" or registers_read(policy, [rule.must]):
            what = Bilingual(f"规则 {rule.id} {text.zh}", f"rule {rule.id} {text.en}")
            yield Goal(Measure.RULE, span, Place("must", rule.id), what, state)
    for index, one in enumerate(rule.alternatives):
        if len(rule.alternatives) > 1 and one.span is not None:
            zh = f"规则 {rule.id} 的第{index + 1}种情形：{one.outcome} {one.code}"
            en = f"alternative {index + 1} of rule {rule.id} follows: {one.outcome} {one.code}"
            yield Goal(Measure.BRANCH, one.span, Place("must", rule.id, index), Bilingual(zh, en), "follows")


def _of_rows(name: str, table: Table) -> Iterator[Goal]:
    for index, row in enumerate(table.rows):
        if row.span is None:
            continue
        earlier: tuple[Demand, ...] = ()
        if table.hit == "first":
            earlier = tuple((fits(one), False) for one in table.rows[:index])
        outputs = ", ".join(written(output) for output in row.outputs)
        tests = ", ".join("-" if test is None else written(test) for test in row.tests)
        what = Bilingual(
            f"表 `{name}` 用到这一{'格' if table.cross else '行'}：{tests} => {outputs}",
            f"this {'cell' if table.cross else 'row'} of the table `{name}` is used: {tests} => {outputs}",
        )
        demands = (*earlier, (fits(row), True))
        yield Goal(Measure.ROW, row.span, Place("table", name), what, demands=demands)


def fits(row: Row) -> Expression:
    """The condition that a row of a table fits."""
    return And(tuple(test for test in row.tests if test is not None), BOOLEAN)


def _of_expression(place: Place, expression: Expression) -> Iterator[Goal]:
    in_table = place.kind == "table"
    for part in parts(expression):
        if isinstance(part.node, If):
            yield from _arms(place, part, part.node)
        for edge in edges(part.node):
            demands = (*part.demands, (edge.condition, True))
            yield Goal(Measure.BOUNDARY, edge.span, place, edge.what, demands=demands, within=part.within)
        if _is_decision(part, expression):
            # That a rule holds or fails, and that an alternative follows, is said by goals of their own.
            alone = place.kind not in ("must", "when") or part.node is not expression
            yield from _conditions(place, part, alone=alone and not in_table)


def _is_decision(part: Part, whole: Expression) -> bool:
    """Whether a part is a condition by itself: a whole expression, or what an `if` or a `some` tests."""
    if part.node is whole:
        return part.node.kind.name == "boolean"
    return bool(part.within) and part.within[-1].condition is part.node


def _arms(place: Place, part: Part, node: If) -> Iterator[Goal]:
    for arm, taken in ((node.then, True), (node.otherwise, False)):
        span = arm.span or node.span
        if span is not None:
            word = "then" if taken else "else"
            what = Bilingual(f"走到 `{word} {written(arm)}`", f"`{word} {written(arm)}` is taken")
            demands = (*part.demands, (node.condition, taken))
            yield Goal(Measure.BRANCH, span, place, what, demands=demands, within=part.within)
    condition = Part(node.condition, part.demands, part.within)
    yield from _conditions(place, condition, alone=False)


def _conditions(place: Place, part: Part, *, alone: bool) -> Iterator[Goal]:
    for one in deciding(part.node, alone=alone):
        if one.span is None:
            continue
        zh = f"`{one.text}` {'成立' if one.true else '不成立'}，并由它决定 `{written(part.node)}`"
        en = f"`{one.text}` is {'true' if one.true else 'false'} and decides `{written(part.node)}`"
        demands = (*part.demands, *one.demands)
        yield Goal(Measure.CONDITION, one.span, place, Bilingual(zh, en), demands=demands, within=part.within)


def written(node: Expression) -> str:
    """An expression as the file writes it, on one line and not too long."""
    text = " ".join(node.span.text.split()) if node.span is not None else "…"
    return text if len(text) <= MOST else f"{text[: MOST - 1]}…"


MOST = 60
"""Characters of an expression that a sentence about it shows."""
