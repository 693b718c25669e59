"""The text of `full(sheet)`: every rule of a policy in three-valued logic, for any sheet at all."""

from collections.abc import Iterable

from decision_service.language.tree import Expression
from decision_service.policy.shape import Consequence, Policy, Rule
from decision_service.readings.compiled.emit_full import full_text
from decision_service.readings.compiled.names import Lets, Names


def place_of(rule: Rule) -> str:
    """A comment that names a rule and where it stands in its file."""
    where = "" if rule.span is None else f"  ({ascii(rule.span.source.name)[1:-1]}:{rule.span.line})"
    return f"# rule {ascii(rule.id)[1:-1]}{where}"


def deciding(policy: Policy) -> Iterable[Expression]:
    """Every expression that the verdict reads, but for those inside lets and tables."""
    for rule in policy.rules:
        yield rule.must
        for one in rule.alternatives:
            yield from (part for part in (one.when, *(value for _, value in one.told)) if part is not None)
    for result in policy.results:
        yield from (part for part in (result.when, result.value) if part is not None)
    yield from (item.amount for item in policy.items)
    yield from (note.when for note in policy.notes)


class FullWriter:
    """Writes the full form of one policy."""

    def __init__(self, policy: Policy, names: Names, lets: Lets) -> None:
        self.policy = policy
        self.names = names
        self.lets = lets

    def text(self, node: Expression) -> str:
        """One expression."""
        return full_text(node, self.names, lambda table: self.policy.tables[table].inputs)

    def lines(self, facts: list[str], used: list[str]) -> list[str]:
        """The whole function. `facts` fetch what is read, `used` are the lets that count."""
        body = [f"{self.names.local('let', name)} = {self.text(self.lets.values[name])}" for name in used]
        for place, rule in enumerate(self.policy.rules):
            if rule.gate:
                body += self._gate(place, rule)
        body.append("drafts = (")
        for place, rule in enumerate(self.policy.rules):
            body += [f"    {place_of(rule)}", f"    {self._draft(place, rule)},"]
        body += [")", f"return conclude(RULES, drafts, sheet, {self._grant()}, {self._notes()}, MET)"]
        return ["def full(sheet):", *(f"    {line}" for line in [*facts, *body])]

    def _gate(self, place: int, rule: Rule) -> list[str]:
        return [
            f"{place_of(rule)}, a gate",
            f"gate_{place} = {self.text(rule.must)}",
            f"if gate_{place} is False:",
            f"    return gated(RULES, {place}, draft(RULES[{place}], False, {self._branches(rule)}), sheet)",
        ]

    def _draft(self, place: int, rule: Rule) -> str:
        must = f"gate_{place}" if rule.gate else self.text(rule.must)
        text = f"HOLD[{place}] if (must := {must}) is True else draft(RULES[{place}], must, {self._branches(rule)})"
        return text if rule.item is None else f"SILENT[{place}] if {rule.item!r} not in sheet.items else {text}"

    def _branches(self, rule: Rule) -> str:
        return f"({''.join(f'{self._branch(one)}, ' for one in rule.alternatives)})"

    def _branch(self, one: Consequence) -> str:
        when = "None" if one.when is None else f"lambda: {self.text(one.when)}"
        return f"({when}, ({''.join(f'lambda: {self.text(value)}, ' for _, value in one.told)}))"

    def _grant(self) -> str:
        results = [
            f"({result.name!r}, {'None' if result.when is None else f'lambda: {self.text(result.when)}'}, "
            f"lambda: {self.text(result.value)}), "
            for result in self.policy.results
        ]
        amounts = ", ".join(f"{item.name!r}: lambda: {self.text(item.amount)}" for item in self.policy.items)
        return f"Grant(({''.join(results)}), {{{amounts}}})"

    def _notes(self) -> str:
        notes = [f"({note.code!r}, {note.on_approval}, lambda: {self.text(note.when)}), " for note in self.policy.notes]
        return f"({''.join(notes)})"
