"""The claim that cities differ in parameters only: shown by how rules are made, or broken by two cities exchanged.

Division codes are used as names that know nothing of which city they are: compared with one another, never with a
constant; looked up in tables under `parameters`; read for their city or province. Whatever is made so comes out the
same when two cities of the province change places everywhere, as long as the parameters of both are the same.
"""

from collections.abc import Iterator

from decision_service.facts import Unknown
from decision_service.language.meaning import same
from decision_service.language.tree import (
    Call,
    Compare,
    Contains,
    Expression,
    Literal,
    Lookup,
    OneOf,
    children,
)
from decision_service.policy.needs import deciding
from decision_service.policy.shape import Claim, Policy
from decision_service.proving.observed import Observed
from decision_service.proving.prover import Prover
from decision_service.proving.structure import walk
from decision_service.proving.variations import exchanged
from decision_service.source import Span

PLACES = frozenset({"prefecture", "division"})
MOST_TRIED = 400


def by_city(prover: Prover, claim: Claim) -> tuple[tuple[Observed, Observed] | None, Span | None]:
    """Two applications that break the claim, if any is found; else the first place that keeps it from being shown,
    None where it is shown."""
    doubtful = next(city_bound(prover.policy), None)
    if doubtful is None:
        return None, None
    return _broken(prover, claim), doubtful.span or claim.span


def city_bound(policy: Policy) -> Iterator[Expression]:
    """The places of a policy where a division code is used as one that knows its city."""
    parameters = frozenset(name for name, table in policy.tables.items() if table.varies)
    for node in walk(policy, deciding(policy), parameters):
        match node:
            case Compare() | OneOf() if _names_a_city(node):
                yield node
            case Contains() if isinstance(node.items, Literal) and _is_region(node.value):
                yield node
            case Call() if node.function == "starts_with" and _is_region(node.arguments[0]):
                yield node
            case Lookup() if node.table not in parameters:
                yield from _columns(policy, node.table)
            case _:
                pass


def _columns(policy: Policy, table: str) -> Iterator[Expression]:
    return (one for one in policy.tables[table].inputs if _is_region(one))


def _is_region(node: Expression) -> bool:
    """Whether it is a code that names a city; a province names none of its cities."""
    if isinstance(node, Literal) or (isinstance(node, Call) and node.function == "province"):
        return False
    return node.kind.name == "region"


def _names_a_city(node: Expression) -> bool:
    """A code is compared with a constant."""
    parts = children(node)
    constant = any(isinstance(part, Literal) and part.value is not None for part in parts)
    return constant and any(_is_region(part) for part in parts)


def _broken(prover: Prover, claim: Claim) -> tuple[Observed, Observed] | None:
    """A worked case, or one with something changed, that comes out otherwise when two cities change places."""
    cities = sorted(prover.catalogue.prefectures)
    tried = 0
    for one in (*prover.cases, *prover.found, *prover.varied):
        here = next((value for value in _cities(one, cities)), None)
        if here is None or (claim.when is not None and one.value(claim.when) is not True):
            continue
        for city in cities:
            if city == here or tried >= MOST_TRIED:
                continue
            tried += 1
            other = prover.decided(exchanged(prover.policy, (one.as_of, one.form, one.facts), here, city))
            if _alike(prover.policy, one, other) and _apart(one, other):
                return one, other
    return None


def _cities(one: Observed, cities: list[str]) -> Iterator[str]:
    for field in one.policy.fields:
        value = one.form.get(field.name)
        if field.type_name in PLACES and isinstance(value, str) and f"{value[:4]}00" in cities:
            yield f"{value[:4]}00"


def _alike(policy: Policy, one: Observed, other: Observed) -> bool:
    """Whether the parameters are the same for both."""
    for name, table in policy.tables.items():
        if table.varies:
            first, second = (each.value(Lookup(name, table.kind)) for each in (one, other))
            if isinstance(first, Unknown) or isinstance(second, Unknown):
                if isinstance(first, Unknown) != isinstance(second, Unknown):
                    return False
            elif not same(first, second):
                return False
    return True


def _apart(one: Observed, other: Observed) -> bool:
    return one.verdict.outcome is not other.verdict.outcome or [
        (found.rule, found.state, found.alternative) for found in one.verdict.findings
    ] != [(found.rule, found.state, found.alternative) for found in other.verdict.findings]
