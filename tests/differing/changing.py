"""Versions of matters with something changed, and what the reference says of an application under each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from decision_service.differing.comparing import compare
from decision_service.differing.report import Clause, Report
from decision_service.differing.sides import Sides
from decision_service.facts import FactSheet, Unknown, Why
from decision_service.forms import read_form
from decision_service.interpreter import scope_of
from decision_service.language.meaning import evaluate
from decision_service.offline import engines_of, evidence_of
from decision_service.outcome import Outcome
from decision_service.policy.shape import Policy
from decision_service.readings.reference import judge
from decision_service.sheet import fact_sheet
from decision_service.verdict import State, Verdict
from tests.properties.applications import Application
from tests.properties.policies import read_text
from tests.readings.sheets import RULES, shelf


def text_of(matter: str) -> str:
    """The rule file of a shipped matter."""
    return (RULES / matter / "2026-01-01.yaml").read_text(encoding="utf-8")


def changed(text: str, *edits: tuple[str, str]) -> str:
    """The text with each first part replaced by the second; each must be there."""
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def sides(old: str, new: str) -> Sides:
    """Two rule files by their texts."""
    return Sides(
        read_text(old, shelf().catalogue), read_text(new, shelf().catalogue), shelf().catalogue, ("old", "new")
    )


def compared(old: str, new: str) -> Report:
    """The comparison of two rule files by their texts."""
    both = sides(old, new)
    with engines_of(both.old) as first, engines_of(both.new) as second:
        return compare(both, (first, second))


@dataclass(frozen=True, slots=True)
class Judged:
    """An application under one version, by the reference. `told` is all that a decision says, rules by their ids."""

    policy: Policy
    sheet: FactSheet
    verdict: Verdict

    @property
    def looked_at(self) -> bool:
        """Whether a comparison speaks of it: the form is well-formed, and every register was asked."""
        unknown = [one for one in self.sheet.registers.values() if isinstance(one, Unknown)]
        unasked = any(cause.why is Why.NOT_ASKED for one in unknown for cause in one.causes)
        return self.sheet.form_outcome is None and not unasked

    @property
    def told(self) -> tuple[object, ...]:
        """What a decision tells but for which register is named as out of reach."""
        verdict, policy = self.verdict, self.policy
        codes = {rule.id: [one.code for one in rule.alternatives] for rule in policy.rules}
        findings = frozenset(
            (one.rule, one.state, one.outcome, None if one.alternative is None else codes[one.rule][one.alternative],
             tuple(sorted(one.told.items(), key=str)))
            for one in verdict.findings
            if one.state in (State.FAILS, State.UNKNOWN)
        )  # fmt: skip
        scope = scope_of(policy, self.sheet)
        owed = {
            one.code
            for one in policy.obligations
            if verdict.outcome in one.outcomes and (one.when is None or evaluate(one.when, scope) is True)
        }
        items = tuple((one.item, one.outcome, str(one.amount)) for one in verdict.items)
        result = tuple(sorted((name, str(value)) for name, value in verdict.result.items()))
        return (verdict.outcome, findings, items, result, frozenset(verdict.notes), frozenset(owed))


def judged(policy: Policy, made: Application) -> Judged:
    """The application under a version; of its form and registers what that version knows."""
    fields, catalogue = {field.name for field in policy.fields}, shelf().catalogue
    form = {name: value for name, value in made.form.items() if name in fields}
    reading = read_form(policy, form, made.as_of, catalogue.prefectures)
    evidence = {} if reading.stopped else evidence_of(policy, made.facts, made.as_of)
    if reading.other_document:
        evidence = {name: found for name, found in evidence.items() if name == "credit"}
    sheet = fact_sheet(policy, reading, evidence, made.as_of, catalogue.calendar)
    return Judged(policy, sheet, judge(policy, sheet))


def meets(clause: Clause, both: Sequence[Judged]) -> bool:
    """Whether the application meets a clause, by the reference interpreter."""
    one = both[clause.side]
    if clause.node is not None:
        return evaluate(clause.node, scope_of(one.policy, one.sheet)) is True
    if clause.item:
        return (clause.item in both[1].sheet.items) is clause.met
    if clause.register:
        return isinstance(one.sheet.registers[clause.register], Unknown)
    states = {found.rule: found.state for found in both[1].verdict.findings}
    wanted = State.HOLDS if clause.met else State.FAILS
    return all(states[rule] is wanted for rule in clause.rules)


def check_against(report: Report, made: Application) -> bool:
    """Asserts that the application is told as the report says; whether it changes. One that comparisons do not speak
    of, or on a day before both versions have begun, is passed over."""
    both = [judged(policy, made) for policy in (report.sides.old, report.sides.new)]
    if not all(one.looked_at for one in both) or made.as_of < report.sides.since or made.as_of > date(2060, 12, 31):
        return False
    changes = both[0].told != both[1].told
    pair = (both[0].verdict.outcome, both[1].verdict.outcome)
    fitting = [region for region in report.regions if all(meets(clause, both) for clause in region.clauses)]
    if changes:
        assert any(pair in region.outcomes for region in fitting), (pair, made, report.regions)
    elif _complete(both):
        wrong = [region.number for region in fitting if region.exact and region.complete]
        assert not wrong, (wrong, made)
    return changes


def _complete(both: Sequence[Judged]) -> bool:
    """Every register has answered."""
    return not any(isinstance(answer, Unknown) for one in both for answer in one.sheet.registers.values())


def outcomes(report: Report) -> set[tuple[Outcome, Outcome]]:
    """The pairs of outcomes that change where every register answers."""
    return {pair for one in report.regions if one.complete for pair in one.outcomes if pair[0] is not pair[1]}


def written(folder: Path, name: str, text: str) -> str:
    """The text in a file; its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)
