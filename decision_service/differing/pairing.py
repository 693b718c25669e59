"""Which rule of the old version is which of the new one: by what it says, then by its name, then by its label."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from decision_service.differing.spelling import Spelling
from decision_service.policy.shape import Policy, Rule


@dataclass(frozen=True, slots=True)
class RulePair:
    """One rule on both sides; None where that side has no such rule. `same`: both say the same once names are written
    out, so that neither can ever stand otherwise than the other."""

    old: Rule | None
    new: Rule | None
    same: bool

    @property
    def name(self) -> str:
        """What it is called: by its new name, with the old one where that was another."""
        if self.old is None or self.new is None or self.old.id == self.new.id:
            return self._one.id
        return f"{self.old.id}→{self.new.id}"

    @property
    def _one(self) -> Rule:
        found = self.new or self.old
        if found is None:
            raise ValueError("a pair of no rules")
        return found


def content(rule: Rule, spelling: Spelling) -> tuple[object, ...]:
    """All of a rule that a decision depends on."""
    alternatives = tuple(
        (one.outcome, one.code, spelling.of(one.when), tuple((name, spelling.of(value)) for name, value in one.told))
        for one in rule.alternatives
    )
    return (spelling.of(rule.must), rule.item, rule.gate, alternatives)


def pair_rules(old: Policy, new: Policy, spellings: tuple[Spelling, Spelling]) -> tuple[RulePair, ...]:
    """Every rule of both sides exactly once, in the order of the new version, then what only the old one has."""
    contents = {("old", rule.id): content(rule, spellings[0]) for rule in old.rules}
    contents |= {("new", rule.id): content(rule, spellings[1]) for rule in new.rules}

    def said(first: Rule, second: Rule) -> bool:
        return contents["old", first.id] == contents["new", second.id]

    ways: Sequence[Callable[[Rule, Rule], bool]] = (
        lambda first, second: first.id == second.id and said(first, second),
        said,
        lambda first, second: first.id == second.id,
        lambda first, second: first.label == second.label and first.item == second.item,
    )
    partner: dict[str, Rule] = {}
    left = {rule.id: rule for rule in old.rules}
    for way in ways:
        for rule in new.rules:
            if rule.id not in partner:
                found = next((one for one in left.values() if way(one, rule)), None)
                if found is not None:
                    partner[rule.id] = left.pop(found.id)
    return tuple(_pairs(new, partner, list(left.values()), said))


def _pairs(
    new: Policy, partner: dict[str, Rule], left: Sequence[Rule], said: Callable[[Rule, Rule], bool]
) -> Iterator[RulePair]:
    for rule in new.rules:
        first = partner.get(rule.id)
        yield RulePair(first, rule, first is not None and said(first, rule))
    for rule in left:
        yield RulePair(rule, None, False)
