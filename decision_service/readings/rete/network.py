"""A policy as a network: single conditions are atoms, their and/or/not joins, and each rule's states the conclusions.

An atom is 1, 0, or not told because it is unknown; so a conclusion is drawn only from what is known, and "false" is
derived like "true", by the rules of de Morgan, never by the absence of the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from decision_service.language.tree import And, Expression, LetRef, Not, Or
from decision_service.outcome import FAVOURABLE
from decision_service.policy.shape import Policy, Rule
from decision_service.readings.rete.terms import Join, Joins, Term


@dataclass(frozen=True, slots=True)
class Heads:
    """The conclusions about one rule.

    `holds`; `fails[k]`: alternative k follows; `excluded[k]`: alternative k can't follow any more (None for a rule with
    one alternative, which is always possible while nothing is decided); `silent`: its item was not applied for, or no
    alternative fits; `gated` (gates only): what must hold is known not to.
    """

    holds: str
    fails: tuple[str, ...]
    excluded: tuple[str, ...] | None
    silent: str
    gated: str | None


@dataclass(frozen=True, slots=True)
class Network:
    """The joins of some rules of a policy and what they start from.

    `heads` are by the rule's place in the policy. `atoms` are judged by the interpreter. `told` are bits given only
    when all that the alternative (rule, place) tells is known: a favourable one stands on nothing less. `items` are 1
    where the item is applied for, else 0.
    """

    joins: tuple[Join, ...]
    heads: Mapping[int, Heads]
    atoms: tuple[tuple[str, Expression], ...]
    told: tuple[tuple[str, int, int], ...]
    items: tuple[tuple[str, str], ...]


def compile_networks(policy: Policy, most: int) -> tuple[Network, ...]:
    """The networks of a policy's rules: one, or where it would have more than `most` joins, several that share nothing.

    A single rule is never divided, so a network of one rule may still be larger than `most`.
    """
    return _divided(policy, tuple(enumerate(policy.rules)), most)


def _divided(policy: Policy, rules: tuple[tuple[int, Rule], ...], most: int) -> tuple[Network, ...]:
    network = _network(policy, rules)
    if len(network.joins) <= most or len(rules) < 2:
        return (network,)
    half = len(rules) // 2
    return (*_divided(policy, rules[:half], most), *_divided(policy, rules[half:], most))


def _network(policy: Policy, rules: tuple[tuple[int, Rule], ...]) -> Network:
    items = dict.fromkeys(rule.item for _, rule in rules if rule.item is not None)
    names = {item: f"i{place}" for place, item in enumerate(items)}
    compiler = _Compiler({let.name: let.value for let in policy.lets}, names)
    heads = {place: compiler.rule(place, rule) for place, rule in rules}
    return Network(
        joins=compiler.joins.done(),
        heads=heads,
        atoms=tuple(compiler.atoms.values()),
        told=tuple(compiler.told),
        items=tuple((name, item) for item, name in names.items()),
    )


@dataclass(slots=True)
class _Compiler:
    """Trees are looked up by their text (`repr` leaves places out), since a constant may hold what can't be hashed."""

    lets: dict[str, Expression]
    items: dict[str, str]
    joins: Joins = field(default_factory=Joins)
    atoms: dict[str, tuple[str, Expression]] = field(default_factory=dict)
    nodes: dict[tuple[str, bool], str] = field(default_factory=dict)
    told: list[tuple[str, int, int]] = field(default_factory=list)

    def rule(self, place: int, rule: Rule) -> Heads:
        applied = () if rule.item is None else (Term(self.items[rule.item], 1),)
        silent = f"s{place}"
        if rule.item is not None:
            self.joins.add(silent, (Term(self.items[rule.item], 0),))
        self._conclude(f"h{place}", rule.must, applied, truth=True)
        fails = tuple(f"f{place}_{number}" for number in range(len(rule.alternatives)))
        self._alternatives(rule, place, applied, fails)
        gated = self._gated(rule, place, fails) if rule.gate else None
        several = len(rule.alternatives) > 1
        excluded = self._excluded(rule, place) if several else None
        return Heads(f"h{place}", fails, excluded, silent, gated)

    def _alternatives(self, rule: Rule, place: int, applied: tuple[Term, ...], fails: tuple[str, ...]) -> None:
        """Each follows where the rule fails, it is the first to fit, and, if favourable, all that it tells is known."""
        before = applied
        for number, one in enumerate(rule.alternatives):
            terms = before
            if one.told and one.outcome in FAVOURABLE:
                told = f"k{place}_{number}"
                self.told.append((told, place, number))
                terms = (*terms, Term(told, 1))
            if one.when is None:
                self._conclude(fails[number], rule.must, terms, truth=False)
                return
            self._conclude(fails[number], rule.must, (*terms, *self._terms(one.when, truth=True)), truth=False)
            before = (*before, *self._terms(one.when, truth=False))
        self._conclude(f"s{place}", rule.must, before, truth=False)

    def _gated(self, rule: Rule, place: int, fails: tuple[str, ...]) -> str:
        """That it is known not to hold; for most gates the same as that its only alternative follows."""
        if (
            rule.item is None
            and len(fails) == 1
            and rule.alternatives[0].when is None
            and not rule.alternatives[0].told
        ):
            return fails[0]
        self._conclude(f"g{place}", rule.must, (), truth=False)
        return f"g{place}"

    def _excluded(self, rule: Rule, place: int) -> tuple[str, ...]:
        names = tuple(f"e{place}_{number}" for number in range(len(rule.alternatives)))
        for number, one in enumerate(rule.alternatives):
            if one.when is None:
                break
            self._conclude(names[number], one.when, (), truth=False)
            for later in names[number + 1 :]:
                self.joins.add(later, self._terms(one.when, truth=True))
        return names

    def _conclude(self, head: str, node: Expression, besides: tuple[Term, ...], *, truth: bool) -> None:
        """`head` follows where `node` is `truth` and `besides` are known: one join for each way to be so."""
        for way in self._ways(node, truth=truth):
            self.joins.add(head, (*besides, *way))

    def _ways(self, node: Expression, *, truth: bool) -> list[tuple[Term, ...]]:
        match node:
            case Not():
                return self._ways(node.item, truth=not truth)
            case LetRef() if node.kind.name == "boolean":
                return self._ways(self.lets[node.name], truth=truth)
            case And() | Or() if node.items and isinstance(node, Or) == truth:
                return [way for item in node.items for way in self._ways(item, truth=truth)]
            case _:
                return [self._terms(node, truth=truth)]

    def _terms(self, node: Expression, *, truth: bool) -> tuple[Term, ...]:
        """What must be known together for `node` to be `truth`; a disjunction is given a name of its own."""
        match node:
            case Not():
                return self._terms(node.item, truth=not truth)
            case LetRef() if node.kind.name == "boolean":
                return self._terms(self.lets[node.name], truth=truth)
            case And() | Or() if node.items and isinstance(node, And) == truth:
                return tuple(term for item in node.items for term in self._terms(item, truth=truth))
            case And() | Or() if node.items:
                return (Term(self._named(node, truth=truth), 1),)
            case _:
                return (Term(self._atom(node), int(truth)),)

    def _named(self, node: And | Or, *, truth: bool) -> str:
        key = (repr(node), truth)
        if key not in self.nodes:
            self.nodes[key] = f"d{len(self.nodes)}"
            self._conclude(self.nodes[key], node, (), truth=truth)
        return self.nodes[key]

    def _atom(self, node: Expression) -> str:
        name, _ = self.atoms.setdefault(repr(node), (f"a{len(self.atoms)}", node))
        return name
