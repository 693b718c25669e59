"""Claims about two applications at once: an amount that never falls, a credit record that changes nothing."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from time import perf_counter
from typing import cast

from decision_service.facts import Fact, Unknown
from decision_service.language.kinds import BOOLEAN
from decision_service.language.meaning import same
from decision_service.language.tree import Compare, Comparison, Expression, FormRef, LetRef, Literal
from decision_service.outcome import APPROVALS, Outcome, ranked
from decision_service.policy.needs import deciding, reads, registers_read
from decision_service.policy.shape import Claim, Policy, Result
from decision_service.proving.cities import by_city
from decision_service.proving.conditions import All, Condition, ItemWins, No, Says, Some, Symbolic, Wins, seen, symbolic
from decision_service.proving.observed import Observed
from decision_service.proving.proofs import Method, Proof, Verdict
from decision_service.proving.prover import Prover
from decision_service.proving.risingrows import rises_by_rows
from decision_service.proving.twins import Twins
from decision_service.source import Problem, Span
from verifiers.kinds import Value

CREDIT = "credit"

Pair = tuple[Observed, Observed]


def pair_names(policy: Policy) -> list[str]:
    """The names of the claims that compare two applications."""
    return [f"claim_broken:{place + 1}" for place, claim in enumerate(policy.claims) if not claim.never]


def about_pairs(prover: Prover) -> Iterator[Proof]:
    """The claims of a file that compare two applications, settled."""
    for place, claim in enumerate(prover.policy.claims):
        begun = perf_counter()
        if claim.nondecreasing is not None:
            proof = _rising(prover, claim)
        elif claim.unchanged_by == "credit":
            proof = _by_credit(prover, claim)
        elif claim.unchanged_by == "city":
            pair, doubtful = by_city(prover, claim)
            verdict: Verdict = "fails" if pair is not None else "undecided" if doubtful else "holds"
            method: Method = "structure" if pair is None else "variation"
            proof = _proof(claim, verdict, method, pair, doubtful)
        else:
            continue
        yield dataclasses.replace(proof, name=f"claim_broken:{place + 1}", seconds=perf_counter() - begun)


def _proof(
    claim: Claim, verdict: Verdict, method: Method, pair: Pair | None = None, place: Span | None = None
) -> Proof:
    problem = Problem(
        "claim_broken",
        f"断言不成立：{claim.label.zh}" if verdict == "fails" else f"断言没有得到证明：{claim.label.zh}",
        f"the claim {'does not hold' if verdict == 'fails' else 'is not proved'}: {claim.label.en}",
        place or claim.span,
        "改规则；断言写错的改断言",
        "change the rules, or the claim where it says too much",
    )
    one, other = pair if pair is not None else (None, None)
    return Proof("", "declared", claim.label, verdict, method, problem, False, one, other)


@dataclass(frozen=True, slots=True)
class _Twofold:
    """A claim on two applications, as what would break it. `wrong`: formulas over a world and its twin. `second`: what
    the twin is, once the first is found. `broken`: whether two decided applications break it."""

    twins: Twins
    wrong: Sequence[Symbolic]
    second: Callable[[Observed], Sequence[Condition]]
    broken: Callable[[Observed, Observed], bool]


def _searched(prover: Prover, claim: Claim, asked: _Twofold) -> Proof:
    from decision_service.readings.smt.replaying import UnfaithfulError
    from decision_service.readings.smt.solving import UndecidedError

    try:
        wrong = [*asked.twins.related(), *asked.wrong]
        first = prover.search(wrong)
        if first is None:
            return _proof(claim, "holds", "z3")
        first = prover.search(wrong, prover.nearest(first)) or first
        terms = prover.world.terms[0]
        wanted = [symbolic(one, prover.world, terms) for one in asked.second(first)]
        other = prover.search([*asked.twins.like(first), *wanted], [first])
    except UndecidedError:
        return _proof(claim, "undecided", "z3")
    if other is None or not asked.broken(first, other):
        raise UnfaithfulError(f"{prover.policy.matter}: {claim.label.en}")
    return _proof(claim, "fails", "z3", (first, other))


# -- never falls


def _let(policy: Policy, name: str) -> Expression:
    value = next(let.value for let in policy.lets if let.name == name)
    return LetRef(name, value.kind)


def _result(policy: Policy, name: str) -> Result:
    return next(one for one in policy.results if one.name == name)


def granted_value(one: Observed, result: str) -> Value:
    """The value of a result where it is granted; None where it is not."""
    return one.verdict.result.get(result) if one.verdict.outcome in APPROVALS else None


def falls(policy: Policy, claim: Claim, one: Observed, other: Observed) -> bool:
    """Whether the first has no more of what grows than the second, and yet is granted more."""
    name, result = claim.in_name or "", claim.nondecreasing or ""
    grows = _let(policy, name)
    values = [one.value(grows), other.value(grows), granted_value(one, result), granted_value(other, result)]
    if any(value is None or isinstance(value, Unknown) for value in values):
        return False
    low, high, first, second = (cast("Decimal", value) for value in values)
    return low <= high and first > second


def _rising(prover: Prover, claim: Claim) -> Proof:
    import z3

    policy = prover.policy
    grows, result = _let(policy, claim.in_name or ""), _result(policy, claim.nondecreasing or "")
    if rises_by_rows(policy, result.value, claim.in_name or "", prover.boxes_of):
        return _proof(claim, "holds", "boxes")
    terms = prover.world.terms[0]
    twins = Twins(prover.world, _inputs(policy, grows))
    amount, name = terms.value(result.value), terms.value(grows)
    given = z3.And(terms.granted(result.name), amount.known, z3.Not(amount.null), name.known, z3.Not(name.null))
    wrong = [
        given,
        twins.of_twin(given),
        name.term <= twins.of_twin(name.term),
        amount.term > twins.of_twin(amount.term),
    ]

    def second(one: Observed) -> list[Condition]:
        low, high = one.value(grows), one.value(result.value)
        return [_compared(grows, ">=", low), _compared(result.value, "<", high), *_granted(result)]

    return _searched(prover, claim, _Twofold(twins, wrong, second, lambda one, two: falls(policy, claim, one, two)))


def _granted(result: Result) -> list[Condition]:
    approved: list[Condition] = [Wins(one) for one in ranked(APPROVALS)]
    return [Some(tuple(approved)), *([] if result.when is None else [Says(result.when)])]


def _compared(expression: Expression, op: Comparison, value: Fact) -> Condition:
    if isinstance(value, Unknown):
        raise TypeError("what is granted is known")
    return Says(Compare(op, expression, Literal(value, expression.kind), BOOLEAN))


def _inputs(policy: Policy, node: Expression) -> list[str]:
    """What an expression is computed from; the day of decision only where it reads nothing else."""
    lets = {let.name: let for let in policy.lets}
    found = {
        one.field_name if isinstance(one, FormRef) else f"{one.register}.{one.field_name}"
        for one in reads([node], lets, policy.tables)
    }
    return sorted(found) or ["as_of"]


# -- credit changes nothing


def _by_credit(prover: Prover, claim: Claim) -> Proof:
    import z3

    policy = prover.policy
    if CREDIT not in registers_read(policy, deciding(policy)):
        return _proof(claim, "holds", "structure")
    world, terms = prover.world, prover.world.terms[0]
    twins = Twins(world, [CREDIT])
    when = z3.BoolVal(val=True) if claim.when is None else terms.value(claim.when).true
    outcomes: list[Condition] = [Wins(one) for one in Outcome]
    outcomes += [ItemWins(item.name, one) for item in policy.items for one in Outcome]
    apart = [_only_here(twins, symbolic(one, world, terms)) for one in outcomes]
    touched = [one for one in policy.results if CREDIT in registers_read(policy, _parts(one))]
    for result in touched:
        given, value = terms.granted(result.name), terms.value(result.value)
        both = z3.And(given, twins.of_twin(given), value.known, z3.Not(value.null))
        apart += [_only_here(twins, given), z3.And(both, value.term != twins.of_twin(value.term))]

    def second(one: Observed) -> list[Condition]:
        differs: list[Condition] = [No(each) for each in outcomes if seen(each, one)]
        for result in touched:
            value = granted_value(one, result.name)
            if value is not None:
                differs += [No(All(tuple(_granted(result)))), _compared(result.value, "!=", value)]
        return [Some(tuple(differs))]

    return _searched(prover, claim, _Twofold(twins, [when, z3.Or(apart)], second, apart_by_credit))


def _parts(result: Result) -> list[Expression]:
    return [result.value] if result.when is None else [result.value, result.when]


def _only_here(twins: Twins, formula: Symbolic) -> Symbolic:
    import z3

    return z3.And(formula, z3.Not(twins.of_twin(formula)))


def apart_by_credit(one: Observed, other: Observed) -> bool:
    """Whether two applications are decided differently: the outcome, or what is granted."""
    if one.verdict.outcome is not other.verdict.outcome or one.verdict.items != other.verdict.items:
        return True
    first, second = one.verdict.result, other.verdict.result
    return first.keys() != second.keys() or not all(same(first[name], second[name]) for name in first)
