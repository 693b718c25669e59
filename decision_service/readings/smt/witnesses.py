"""How many elements a list must be able to have so that every case there is can be shown with one that short.

Take any application. Of each list keep, for each place of the policy that asks whether some element is so, or whether
all are, one element that shows it where there is one; nothing else need be kept, since leaving an element out never
makes such an answer wrong. A place inside another quantifier is asked once for each element kept outside. What is
counted against a constant must be able to pass it by one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from decision_service.language.tree import (
    Call,
    Compare,
    Contains,
    Expression,
    FactRef,
    FieldOf,
    FormRef,
    If,
    LetRef,
    Literal,
    Lookup,
    Quantified,
    VarRef,
    Within,
    children,
)
from decision_service.policy.shape import Policy

MOST = 6
"""No list is given more elements than this; policies that would need more are read with so many."""
_COUNTED = 3
ONE_MORE = 1
"""For an element that whoever asks asks about."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """How many elements lists may have, by name; and the `cut` ones, for which so many may not show every case."""

    most: Mapping[str, int]
    cut: tuple[str, ...]


Lets = Mapping[str, Expression]
"""What the names under `let` stand for."""


@dataclass
class _Places:
    """Where lists are asked about: by list, the nodes, each with the names of the lists of the quantifiers around."""

    asked: dict[str, dict[tuple[Expression, int], tuple[str, ...]]] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    version: int = 0
    """Of which policy they are: what both ask in the same words is one place, unless a name of a policy is in it."""
    lets: Lets = field(default_factory=dict)
    """The names of that policy."""


def expressions_of(policy: Policy) -> Iterator[Expression]:
    """Every expression of a policy that an outcome, a result or a claim may depend on, lets and tables included."""
    for let in policy.lets:
        yield let.value
    for rule in policy.rules:
        yield rule.must
        for one in rule.alternatives:
            yield from (part for part in (one.when, *(expression for _, expression in one.told)) if part is not None)
    for table in policy.tables.values():
        yield from table.inputs
        for row in table.rows:
            yield from (part for part in (*row.tests, *row.outputs) if part is not None)
    for result in policy.results:
        yield from (part for part in (result.value, result.when) if part is not None)
    for item in policy.items:
        yield item.amount
    for note in policy.notes:
        yield note.when
    for obligation in policy.obligations:
        yield from () if obligation.when is None else (obligation.when,)
    for claim in policy.claims:
        yield from () if claim.when is None else (claim.when,)


def list_names(node: Expression, variables: Mapping[str, str], lets: Lets) -> tuple[str, ...]:
    """The names of the unknowns that a list may be, or a record that holds one; none where the policy itself makes it.
    `variables` are those of the quantifiers around, with the lists that they go through."""
    match node:
        case FormRef():
            return (node.field_name,)
        case FactRef():
            return (f"{node.register}.{node.field_name}",)
        case VarRef():
            return (f"{variables[node.name]}[]",) if node.name in variables else ()
        case FieldOf():
            return tuple(f"{name}.{node.field_name}" for name in list_names(node.record, variables, lets))
        case LetRef():
            return list_names(lets[node.name], {}, lets) if node.name in lets else ()
        case If():
            branches = (list_names(one, variables, lets) for one in children(node)[1:])
            return tuple(dict.fromkeys(name for names in branches for name in names))
        case _:
            return ()


def longest(policies: list[Policy], least: int) -> Lengths:
    """How many elements each list may have; at least `least`, and as many as worked cases show."""
    found: dict[str, int] = {}
    places = _Places()
    for version, policy in enumerate(policies, 1):
        places.version, places.lets = version, {let.name: let.value for let in policy.lets}
        for expression in expressions_of(policy):
            _walk(expression, {}, (), places)
    for name, needed in _needed(places).items():
        found[name] = needed + ONE_MORE
    cut = places.cut | {name for name, needed in found.items() if needed > max(MOST, least)}
    found = {name: max(min(needed, MOST), least, 1) for name, needed in found.items()}
    for name, shown in _shown(policies).items():
        found[name] = max(found.get(name, 1), least, min(shown, MOST))
    return Lengths(found, tuple(sorted(cut)))


def _walk(node: Expression, variables: dict[str, str], around: tuple[str, ...], places: _Places) -> None:
    if isinstance(node, Quantified | Contains):
        names = list_names(node.items, variables, places.lets)
        for name in names:
            places.asked.setdefault(name, {})[node, places.version if _leans(node) else 0] = around
        if isinstance(node, Quantified) and names:
            for name in names:
                _walk(node.condition, {**variables, node.variable: name}, (*around, name), places)
            return
    if isinstance(node, Call) and node.function == "count":
        for name in list_names(node.arguments[0], variables, places.lets):
            places.counted[name] = max(places.counted.get(name, 0), _COUNTED)
            places.cut.add(name)
    if isinstance(node, Compare | Within):
        _counted(node, variables, around, places)
        return
    for child in children(node):
        _walk(child, variables, around, places)


def _leans(node: Expression) -> bool:
    """Whether what a policy has named is in it."""
    return isinstance(node, LetRef | Lookup) or any(_leans(child) for child in children(node))


def _counted(node: Compare | Within, variables: dict[str, str], around: tuple[str, ...], places: _Places) -> None:
    parts = children(node)
    counts = [part for part in parts if isinstance(part, Call) and part.function == "count"]
    others = [part for part in parts if part not in counts]
    constants = [int(part.value) for part in others if isinstance(part, Literal) and isinstance(part.value, int)]
    if counts and len(constants) == len(others):
        for count in counts:
            for name in list_names(count.arguments[0], variables, places.lets):
                places.counted[name] = max(places.counted.get(name, 0), *(one + 1 for one in constants), 1)
        return
    for child in parts:
        _walk(child, variables, around, places)


def _needed(places: _Places) -> dict[str, int]:
    needed = dict.fromkeys({*places.asked, *places.counted}, 1)
    for _ in range(3):
        for name, nodes in places.asked.items():
            total = 0
            for around in nodes.values():
                instances = 1
                for outer in around:
                    instances *= needed.get(outer, 1)
                total += instances
            needed[name] = min(total, MOST)
            if total > MOST:
                places.cut.add(name)
    return {name: max(one, places.counted.get(name, 0)) for name, one in needed.items()}


def _shown(policies: list[Policy]) -> dict[str, int]:
    """How long lists are in worked cases."""
    found: dict[str, int] = {}
    for case in (case for policy in policies for case in policy.cases):
        for name, value in case.form.items():
            if isinstance(value, list):
                found[name] = max(found.get(name, 0), len(value))
        for register, answer in case.facts.items():
            for name, value in answer.items() if isinstance(answer, Mapping) else ():
                if isinstance(value, list):
                    key = f"{register}.{name}"
                    found[key] = max(found.get(key, 0), len(value))
    return found
