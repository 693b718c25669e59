"""Whether the cases of a version would notice a mutant: some case fails, or at least comes out otherwise."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from decision_service.covering.sarif import Found
from decision_service.covering.suite import Suite
from decision_service.decision import Decided
from decision_service.interpreter import scope_of
from decision_service.language.meaning import evaluate
from decision_service.mutating.mutant import NAMES, Mutant, Slip
from decision_service.offline import Engines, decide
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Bilingual, Policy
from decision_service.readings.reference import judge
from decision_service.trials import Case, unexpected
from decision_service.verdict import State


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that no case fails on. `seen_by`: the case that comes out otherwise without expecting anything of that,
    if there is one. `noticed_by`: a case that would notice it, if one was found."""

    mutant: Mutant
    seen_by: str | None
    noticed_by: "Noticed | None" = None


@dataclass(frozen=True, slots=True)
class Noticed:
    """A case that tells a mutant from the policy, expecting what the policy does; `like` is the worked case that it
    differs least from."""

    case: Case
    like: Case


@dataclass(frozen=True, slots=True)
class Score:
    """What became of the mutants of a version. `equal` are those that were proved to be the same policy, `untold` those
    that were proved to differ in sentences alone, which no case can expect."""

    policy: Policy
    killed: int
    survivors: tuple[Survivor, ...]
    equal: tuple[Mutant, ...] = ()
    untold: tuple[Mutant, ...] = ()

    @property
    def counted(self) -> int:
        """The mutants that count: all but those that no case could notice."""
        return self.killed + len(self.survivors)

    @property
    def percent(self) -> float:
        """0 to 100; 100 where there are none."""
        return 100 * self.killed / self.counted if self.counted else 100.0


def base(policy: Policy, catalogue: Catalogue, cases: Sequence[Case]) -> tuple[tuple[Case, Decided], ...]:
    """Each case with its decision by the unchanged policy."""
    return tuple((case, decided_by(policy, catalogue, case)) for case in cases)


def decided_by(policy: Policy, catalogue: Catalogue, case: Case) -> Decided:
    """The case decided by the reference alone."""
    engines = Engines(lambda sheet: judge(policy, sheet), lambda sheet: judge(policy, sheet))
    return decide(policy, catalogue, engines, case.form, case.facts, case.as_of)


def score(
    suite: Suite, catalogue: Catalogue, found: Sequence[Mutant], done: Callable[[], None] = lambda: None
) -> Score:
    """Tries every mutant on every case of the suite until one fails; `done` is called after each mutant. The cases
    must all pass on the policy itself."""
    decided = base(suite.policy, catalogue, suite.cases)
    killed, survivors = 0, []
    for mutant in found:
        survivor = _survivor(mutant, catalogue, decided)
        if survivor is None:
            killed += 1
        else:
            survivors.append(survivor)
        done()
    return Score(suite.policy, killed, tuple(survivors))


def _survivor(mutant: Mutant, catalogue: Catalogue, cases: Sequence[tuple[Case, Decided]]) -> Survivor | None:
    seen_by: str | None = None
    for case, decided in cases:
        changed = otherwise(mutant, catalogue, case, decided)
        if changed is None:
            continue
        if unexpected(changed, case):
            return None
        seen_by = seen_by or case.name
    return Survivor(mutant, seen_by)


def otherwise(mutant: Mutant, catalogue: Catalogue, case: Case, decided: Decided) -> Decided | None:
    """The case as the mutant decides it, None where that is no other decision."""
    policy = mutant.policy
    if policy.fields != decided.policy.fields:  # the form is read by other rules
        changed = decided_by(policy, catalogue, case)
        same = changed.verdict == decided.verdict and changed.form.defects == decided.form.defects
        return None if same else changed
    changed = replace(decided, policy=policy, verdict=judge(policy, decided.sheet))
    if changed.verdict == decided.verdict and owed(changed) == owed(decided):
        return changed if mutant.slip in CONSEQUENCES and _tells(mutant, decided) else None
    return changed


CONSEQUENCES = frozenset({Slip.CODE, Slip.ALTERNATIVE_REMOVED})
"""Changes of what is told where a rule fails, which a verdict may show by nothing but the place of an alternative."""


def owed(decided: Decided) -> list[str]:
    """The codes of the obligations that go with a decision."""
    obligations = [one for one in decided.policy.obligations if decided.outcome in one.outcomes]
    if all(one.when is None for one in obligations):
        return [one.code for one in obligations]
    scope = scope_of(decided.policy, decided.sheet)
    return [one.code for one in obligations if one.when is None or evaluate(one.when, scope) is True]


def _tells(mutant: Mutant, decided: Decided) -> bool:
    """Whether a rule whose reason is another now is told at all."""
    theirs = {rule.id: rule for rule in decided.policy.rules}
    changed = {rule.id for rule in mutant.policy.rules if rule != theirs[rule.id]}
    return any(one.rule in changed and one.state is State.FAILS for one in decided.verdict.findings)


def unnoticed(found: Score) -> Iterator[Found]:
    """The survivors as findings at their places."""
    for one in found.survivors:
        told, name = one.mutant.telling, NAMES[one.mutant.slip]
        change = said(one)
        text = Bilingual(f"{name.zh}：{change.zh}", f"{name.en}: {change.en}")
        yield Found("unnoticed_change", told.span, f"{one.mutant.slip} {told.old} {told.new}", text)


def said(survivor: Survivor) -> Bilingual:
    """A survivor as a sentence."""
    told, case = survivor.mutant.telling, survivor.seen_by
    zh, en = (f"改成 `{told.new}`", f"changed to `{told.new}`") if told.new else ("删去", "left out")
    if case is None:
        return Bilingual(f"`{told.old}` {zh}，没有案例会发现", f"`{told.old}` {en}: no case would notice")
    return Bilingual(
        f"`{told.old}` {zh}，案例“{case}”的结果不同，但它的 expect 没有写",
        f"`{told.old}` {en}: case `{case}` comes out otherwise, but its `expect` says nothing of it",
    )
