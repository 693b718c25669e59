"""The text of `fast(sheet)`: a policy as one would write it by hand, for sheets where all that is read is known.

Whatever stops it (an unknown register, null out of place) makes the full form decide.
"""

from decision_service.policy.shape import Policy, Rule
from decision_service.readings.compiled.emit_fast import Fast
from decision_service.readings.compiled.names import Names
from decision_service.readings.compiled.write_full import place_of


def indented(lines: list[str]) -> list[str]:
    """One level further in."""
    return [f"    {line}" for line in lines]


class FastWriter:
    """Writes the fast form of one policy without items."""

    def __init__(self, policy: Policy, names: Names, fast: Fast) -> None:
        self.policy = policy
        self.names = names
        self.fast = fast

    def lines(self, facts: list[str], fields: list[str]) -> list[str]:
        """The whole function. `facts` fetch what is read; `fields` are the names of the form's values among it."""
        unknown = "".join(f" or {name}.__class__ is Unknown" for name in fields)
        body = [f"if sheet.items or sheet.form_outcome is not None{unknown}:", "    return full(sheet)", "fails = ()"]
        for place, rule in enumerate(self.policy.rules):
            body += self._rule(place, rule)
        body += [
            "findings, outcome = HELD, APPROVED",
            "if fails:",
            "    findings = failing(HELD, fails)",
            "    outcome = settle([one.outcome for _, one in fails if one.outcome is not None])",
            "    if outcome not in APPROVALS:",
            *indented(indented(self._end(granting=False))),
            *self._end(granting=True),
        ]
        return [
            "def fast(sheet):",
            *indented(["try:", *indented([*facts, *body]), "except Exception:", "    return full(sheet)"]),
        ]

    def _rule(self, place: int, rule: Rule) -> list[str]:
        lines = [place_of(rule), *self.fast.lines(rule.must), f"if not {self.fast.text(rule.must)}:"]
        bar = ["return barred(QUIET, fails[-1])"] if rule.gate else []
        return [*lines, *indented([*self._consequences(place, rule), *bar])]

    def _consequences(self, place: int, rule: Rule) -> list[str]:
        inner = self.fast.branch()
        lines = inner.lines(*(one.when for one in rule.alternatives if one.when is not None))
        word = "if"
        for number, one in enumerate(rule.alternatives):
            told_in = inner.branch()
            follows = told_in.lines(*(value for _, value in one.told))
            told = ", ".join(f"{name!r}: {told_in.text(value)}" for name, value in one.told)
            follows.append(
                f"fails += (({place}, telling(FAIL[{place}][{number}], {{{told}}})),)"
                if told
                else f"fails += (({place}, FAIL[{place}][{number}]),)"
            )
            if one.when is None and word == "if":
                return [*lines, *follows]
            lines.append("else:" if one.when is None else f"{word} {inner.text(one.when)}:")
            lines += indented(follows)
            if one.when is None:
                return lines
            word = "elif"
        return [*lines, "else:", f"    fails += (({place}, RULES[{place}].silent),)"]

    def _end(self, *, granting: bool) -> list[str]:
        inner = self.fast.branch()
        lines: list[str] = ["notes = ()"]
        for note in self.policy.notes:
            if granting or not note.on_approval:
                lines += [*inner.lines(note.when), f"if {inner.text(note.when)}:", f"    notes += ({note.code!r},)"]
        if not granting:
            return [*lines, "return verdict(outcome, findings, NO_ITEMS, {}, notes)"]
        lines.append("granted = {}")
        for result in self.policy.results:
            within = inner
            grant: list[str] = []
            if result.when is not None:
                lines += [*inner.lines(result.when), f"if {inner.text(result.when)}:"]
                within = inner.branch()
            grant += [*within.lines(result.value), f"granted[{result.name!r}] = {within.text(result.value)}"]
            lines += grant if result.when is None else indented(grant)
        return [*lines, "return verdict(outcome, findings, NO_ITEMS, granted, notes)"]
