"""Small made-up matters whose registers have few answers: every completion is judged, and the planner held to it.

The oracle knows nothing of plans: it lays every possible answer of every register that was not asked over those that
were, and has the reference judge each sheet whole.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import product
from random import Random

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from decision_service.facts import FactSheet
from decision_service.forms import FormReading, read_form
from decision_service.language.check import check
from decision_service.language.kinds import BOOLEAN
from decision_service.language.tree import Expression
from decision_service.language.vocabulary import Vocabulary
from decision_service.outcome import APPROVALS, Outcome
from decision_service.planning import Planner
from decision_service.policy.shape import Ask, Bilingual, Budget, Consequence, Policy, Result, Rule
from decision_service.readings.reference import judge
from decision_service.rehearsal import Rehearsal, rehearse
from decision_service.sheet import fact_sheet
from decision_service.source import Problem, Source, Span
from tests.properties.deciding import policy_of, shelf, thorough
from tests.properties.planned import AMPLE, NONE
from verifiers.evidence import Evidence

DOMAINS: Mapping[str, tuple[str, tuple[object, ...]]] = {
    "photo": ("available", (True, False)),
    "social_security_card": ("card", ("active", "lost", "none")),
    "low_income": ("status_code", ("dibao", "tekun", "none")),
    "marriage": ("marital", ("single", "married")),
    "deaths": ("hit", (True, False)),
}
"""Registers, and the one fact of each that the made-up rules read, with all the values that it may have here."""

CODES = {
    Outcome.NOT_ACCEPTED: "N02_NOT_NEEDED",
    Outcome.CORRECTION_REQUIRED: "C07_ACCOUNT_INACTIVE",
    Outcome.REFERRED: "R08_NEEDS_JUDGEMENT",
    Outcome.REJECTED: "J04_LEVEL_NOT_COVERED",
}
LATE = "late"
Answers = tuple[object, ...]
"""What each register of DOMAINS says, in order; LATE where it says nothing."""


@dataclass
class Small:
    """A made-up matter and one applicant. `ends` remembers what has been judged."""

    policy: Policy
    reading: FormReading
    ends: dict[Answers, object] = field(default_factory=dict)

    def sheet(self, evidence: Mapping[str, Evidence]) -> FactSheet:
        day = self.policy.cases[0].as_of
        return fact_sheet(self.policy, self.reading, evidence, day, shelf().catalogue.calendar)

    def end(self, answers: Answers) -> object:
        """What decides when every register has said this: outcome, its findings, and what is granted."""
        if answers not in self.ends:
            verdict = judge(self.policy, self.sheet(known(answers)))
            found = [one for one in verdict.findings if one.outcome is verdict.outcome]
            deciding = tuple((one.rule, one.state, one.alternative, one.causes) for one in found)
            granted = tuple(sorted(verdict.result.items())) if verdict.outcome in APPROVALS else ()
            self.ends[answers] = verdict.outcome, deciding, granted
        return self.ends[answers]


def known(answers: Answers) -> dict[str, Evidence]:
    """Evidence of these answers, with who applies and a clean credit record."""
    found = {"credit": Evidence("credit", "no_record"), "population": Evidence("population", "ok", PERSON)}
    for (name, (fact, _)), value in zip(DOMAINS.items(), answers, strict=True):
        rest = dict.fromkeys(shelf().catalogue.registers[name].answers)
        found[name] = Evidence(name, "timeout") if value == LATE else Evidence(name, "ok", {**rest, fact: value})
    return found


PERSON = {"match": True, "status_code": "normal", "hukou_code": "210105", "hukou_type": "family",
          "father_hukou_code": None}  # fmt: skip


def place(text: str) -> object:
    source = Source("made up", text)
    return lambda start, length: Span(source, start, start + length)


class Maker:
    """Makes a small matter: each rule reads each register at most once, so that no condition is idle by itself."""

    def __init__(self, random: Random) -> None:
        self.random = random
        base = policy_of("elderly_allowance")
        registers = shelf().catalogue.registers
        self.asks = {"population": base.asks["population"], "credit": base.asks["credit"]}
        self.asks |= {name: Ask(registers[name], {"id_no": ("id_no",)}, None) for name in DOMAINS}
        answers = {name: ask.register.answers for name, ask in self.asks.items()}
        self.vocabulary = Vocabulary({}, answers, known_registers=frozenset(registers))

    def small(self) -> Small:
        base, random = policy_of("elderly_allowance"), self.random
        standing = tuple(rule for rule in base.rules if rule.standing)
        rules = tuple(self.rule(f"M{number}") for number in range(random.randint(2, 5)))
        results = (Result("seen", self.tree(self.atom("marriage"), None)),) if random.random() < 0.4 else ()
        policy = replace(base, asks=self.asks, rules=(*standing, *rules), lets=(), tables={}, results=results, notes=(),
                         obligations=(), materials=())  # fmt: skip
        case = base.cases[0]
        return Small(policy, read_form(policy, case.form, case.as_of, shelf().catalogue.prefectures))

    def rule(self, name: str) -> Rule:
        named = self.random.sample(sorted(DOMAINS), self.random.choice((1, 1, 2, 3)))
        text = self.atom(named[0])
        for other in named[1:]:
            text = f"({text} {self.random.choice(('and', 'or'))} {self.atom(other)})"
        outcome = self.random.choice(list(CODES))
        return Rule(
            name, Bilingual("示例", "Example"), (1,), self.tree(text, BOOLEAN), (Consequence(outcome, CODES[outcome]),)
        )

    def atom(self, name: str) -> str:
        fact, values = DOMAINS[name]
        if isinstance(values[0], bool):
            return f"{self.random.choice(('', 'not '))}{name}.{fact}"
        return f'{name}.{fact} {self.random.choice(("=", "!="))} "{self.random.choice(values)}"'

    def tree(self, text: str, kind: object) -> Expression:
        found = check(text, place(text), self.vocabulary, kind)  # type: ignore[arg-type]  # a place made here
        assert not isinstance(found, Problem), found
        return found


@dataclass(frozen=True)
class Trial:
    """A small matter, what each register would say, and the inquiry that the planner makes of it."""

    small: Small
    answers: Answers
    played: Rehearsal

    def __str__(self) -> str:
        rules = [(one.must, one.alternatives[0].outcome) for one in self.small.policy.rules if not one.standing]
        return f"{rules} {self.answers} {[step.asked for step in self.played.steps]}"

    def completions(self, asked: set[str]) -> Iterator[Answers]:
        """Every way in which the registers that are not among `asked` could answer."""
        yield from product(
            *(
                (said,) if name in asked else values
                for (name, (_, values)), said in zip(DOMAINS.items(), self.answers, strict=True)
            )
        )


def trial(random: Random, budget: Budget, fault: float) -> Trial:
    small = Maker(random).small()
    answers = tuple(LATE if random.random() < fault else random.choice(values) for _, values in DOMAINS.values())
    planner = Planner(replace(small.policy, budget=budget))
    played = rehearse(planner, small.reading, known(answers), small.sheet, partial(judge, small.policy))
    return Trial(small, answers, played)


RANDOM = st.randoms(use_true_random=False)


@pytest.mark.parametrize("budget", [AMPLE, NONE], ids=["ample", "none"])
def test_who_was_not_asked_could_have_said_anything(budget: Budget) -> None:
    """Every possible answer of every register that was not asked leaves outcome, reasons and grant as they are."""

    @thorough("planning_oracle", quick=30, full=5000)
    @given(RANDOM)
    def needless(random: Random) -> None:
        found = trial(random, budget, 0.15)
        note(str(found))
        ends = {found.small.end(answers) for answers in found.completions(set(found.played.asked))}
        assert len(ends) == 1

    needless()


@thorough("planning_minimal", quick=30, full=5000)
@given(RANDOM)
def test_whoever_is_asked_could_have_changed_the_end(random: Random) -> None:
    """Given what was known when it was asked, some answer of the register leads elsewhere than another, whatever would
    have to be true of the others."""
    found = trial(random, AMPLE, 0.15)
    note(str(found))
    before: set[str] = set()
    names = list(DOMAINS)
    for step in found.played.steps:
        for name in step.asked:
            if name not in DOMAINS:
                continue
            column, ends = names.index(name), dict[Answers, set[object]]()
            for answers in found.completions(before):
                others = (*answers[:column], *answers[column + 1 :])
                ends.setdefault(others, set()).add(found.small.end(answers))
            assert any(len(one) > 1 for one in ends.values()), name
        before |= set(step.asked)


def test_the_oracle_tells_a_useful_question_from_an_idle_one() -> None:
    """Among made-up matters some registers are asked and some are not; else both properties would hold of nothing."""
    trials = [trial(Random(seed), AMPLE, 0.0) for seed in range(40)]
    asked = [len(set(one.played.asked) & set(DOMAINS)) for one in trials]
    assert min(asked) < max(asked)
    assert any(len(one.played.steps) > 2 for one in trials)
