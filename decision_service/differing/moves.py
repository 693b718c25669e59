"""What stands otherwise in a region: its rules, old and new, and its values, with by how much they move."""

from fractions import Fraction
from typing import TYPE_CHECKING

from decision_service.differing.asking import Asking
from decision_service.differing.aspects import UNKNOWN, Aspects
from decision_service.differing.enumerating import Stand, Way
from decision_service.differing.report import Amount, Moved
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Bilingual

if TYPE_CHECKING:
    import z3

    from decision_service.readings.smt.values import Term

_MET = Bilingual("符合，或者未涉及", "met, or it did not matter")
_UNCHECKED = Bilingual("未能核实", "could not be checked")
_GRANTED = Bilingual("批准所给的值都能算出", "everything that an approval grants can be worked out")
_VARIES = Bilingual("因申请而异", "it depends on the application")
_NO_RULE = Bilingual("没有这条规则", "there is no such rule")

_NUMBERS = frozenset({"whole", "decimal", "money"})
_MOST_STEPS = 16
"""After so many ever smaller (greater) values the least (greatest) is not looked for any further."""


def moves(
    aspects: Aspects, asking: Asking, catalogue: Catalogue, way: Way
) -> tuple[tuple[Moved, ...], tuple[Amount, ...]]:
    """The rules and the values of a way; `asking` must hold to its region."""
    teller = _Teller(aspects, asking, catalogue)
    rules = tuple(teller.rule(stand, way.several) for stand in way.stands if stand.aspect.what == "rule")
    return rules, tuple(teller.amount(stand) for stand in way.stands if stand.aspect.what != "rule")


class _Teller:
    def __init__(self, aspects: Aspects, asking: Asking, catalogue: Catalogue) -> None:
        self.aspects, self.asking, self.catalogue = aspects, asking, catalogue

    def rule(self, stand: Stand, several: bool) -> Moved:
        """A rule that is told otherwise; `several`: in more than one way."""
        name = stand.aspect.name
        pair = next((one for one in self.aspects.pairs if one.name == name), None)
        if pair is None:
            old, new = (_VARIES, _VARIES) if several else (self._state(stand.old), self._state(stand.new))
            return Moved(name, _GRANTED, old, new)
        rule = pair.new or pair.old
        old = _NO_RULE if pair.old is None else _VARIES if several else self._state(stand.old)
        new = _NO_RULE if pair.new is None else _VARIES if several else self._state(stand.new)
        return Moved(name, _GRANTED if rule is None else rule.label, old, new)

    def _state(self, state: str | None) -> Bilingual:
        if state is None:
            return _MET
        if state == UNKNOWN:
            return _UNCHECKED
        outcome, code = state.split()
        text = next(one for name, one in self.catalogue.outcomes.items() if name == outcome)
        return Bilingual(f"{text.zh} {code}", f"{text.en} {code}")

    def amount(self, stand: Stand) -> Amount:
        """A value, note or obligation that is told otherwise."""
        aspect = stand.aspect
        name = aspect.name.rpartition(".")[2]
        label = self.catalogue.results.get(name, Bilingual(aspect.name, aspect.name))
        old, new = aspect.values
        if old is None or new is None or {old.kind.name, new.kind.name} - _NUMBERS:
            return Amount(aspect.name, label)
        first, second = self.aspects.terms[0].value(old), self.aspects.terms[1].value(new)
        if not self.asking.never(_not_both_known(first, second)):
            return Amount(aspect.name, label)
        delta = second.term - first.term
        return Amount(aspect.name, label, self._end(delta, 1), self._end(delta, -1))

    def _end(self, delta: "z3.ArithRef", sign: int) -> str | None:
        """The least (`sign` 1) or greatest (-1) difference that occurs; None where there seems to be none."""
        model = self.asking.model()
        for _ in range(_MOST_STEPS):
            if model is None:
                return None
            found = model.eval(delta, model_completion=True)
            model = self.asking.model(delta < found if sign > 0 else delta > found)
            if model is None:
                return _said(Fraction(str(found)))
        return None


def _not_both_known(first: "Term", second: "Term") -> "z3.BoolRef":
    import z3

    return z3.Or(*(z3.Or(z3.Not(one.known), one.is_null) for one in (first, second)))


def _said(number: Fraction) -> str:
    text = f"{float(number):+.2f}" if number.denominator != 1 else f"{number.numerator:+d}"
    return "0" if number == 0 else text
