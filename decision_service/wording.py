"""Sentences for people: reasons with every placeholder filled, in Chinese and English, with the law behind them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import assert_never

from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Bilingual, Fill, Policy, Rule
from verifiers.frozen import quickly_made
from verifiers.kinds import Kind, Value
from verifiers.registers import Register

AS_THEY_ARE = frozenset({bool, int, str, type(None)})
"""Classes of values that are JSON as they stand, where no kind says otherwise."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@quickly_made
@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, piece of advice or note, as it is told. `facts` are the names of what it rests on."""

    code: str
    rule: str
    zh: str
    en: str
    basis: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Its shape in the answer."""
        return {
            "code": self.code,
            "rule": self.rule,
            "zh": self.zh,
            "en": self.en,
            "basis": list(self.basis),
            "facts": list(self.facts),
        }


@quickly_made
@dataclass(frozen=True, slots=True)
class Words:
    """Says things about one policy."""

    policy: Policy
    catalogue: Catalogue

    def sentence(self, code: str, filled: Mapping[str, Bilingual]) -> Bilingual:
        """The sentence of a reason code. KeyError if a placeholder is left open: the checker rules that out."""
        template = self.catalogue.reasons[code]
        return Bilingual(
            _PLACEHOLDER.sub(lambda found: filled[found[1]].zh, template.zh),
            _PLACEHOLDER.sub(lambda found: filled[found[1]].en, template.en),
        )

    def basis_of(self, rule: Rule) -> tuple[str, ...]:
        """The law that a rule cites, in both languages; a standing rule cites that of the standing rules."""
        if rule.standing:
            return (_both(self.catalogue.standing_basis),)
        return tuple(_both(one.text) for one in self.policy.basis if one.number in rule.basis)

    def automatic(self, rule: Rule) -> dict[str, Bilingual]:
        """The placeholders that fill themselves."""
        chosen = [one.text for one in self.policy.basis if one.number in rule.basis]
        basis = Bilingual("、".join(one.zh for one in chosen), "; ".join(one.en for one in chosen))
        return {"rule": rule.label, "basis": basis}

    def fills(self, fills: Mapping[str, Fill], told: Mapping[str, Value]) -> dict[str, Bilingual]:
        """The placeholders that a consequence fills. What it could not tell reads as not known."""
        return {name: self._fill(fill, told) for name, fill in fills.items()}

    def _fill(self, fill: Fill, told: Mapping[str, Value]) -> Bilingual:
        match fill.source:
            case "text":
                return fill.text or Bilingual("", "")
            case "field":
                return self.policy.field(fill.name).label
            case "register":
                return label(self.policy.asks[fill.name].register)
            case "told":
                return said(told.get(fill.name))
            case "region":
                return self.office(told.get(fill.name))
            case _:
                assert_never(fill.source)

    def region(self, code: str) -> Bilingual:
        """The name of a division: a city where it is listed, else its province and code."""
        city = self.catalogue.prefectures.get(f"{code[:4]}00")
        if city is not None:
            return city
        province = self.catalogue.provinces.get(code[:2])
        if province is None:
            return Bilingual(f"区划{code}", f"division {code}")
        return Bilingual(f"{province.zh}（区划{code}）", f"{province.en} (division {code})")

    def office(self, code: Value) -> Bilingual:
        """The office that is competent in a division."""
        if not isinstance(code, str):
            return Bilingual("户籍所在地的主管部门", "the competent office of the place of registration")
        name = self.region(code)
        return Bilingual(f"{name.zh}的主管部门", f"the competent office of {name.en}")


def _both(text: Bilingual) -> str:
    return f"{text.zh} ({text.en})"


def label(register: Register) -> Bilingual:
    """The name of a register."""
    return Bilingual(register.zh, register.en)


def said(value: Value) -> Bilingual:
    """A value within a sentence."""
    match value:
        case None:
            return Bilingual("（未知）", "(not known)")
        case date():
            return Bilingual(f"{value.year}年{value.month}月{value.day}日", value.isoformat())
        case bool():
            return Bilingual("是" if value else "否", "yes" if value else "no")
        case _:
            return Bilingual(str(value), str(value))


def as_json(value: Value, kind: Kind | None = None) -> object:
    """A value as JSON: money with two places and other decimals as text, days as YYYY-MM-DD."""
    if kind is None and value.__class__ in AS_THEY_ARE:
        return value
    match value:
        case bool() | None:
            return value
        case int() | Decimal() if kind is not None and kind.name == "money":
            return str(Decimal(value).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case int() | str():
            return value
        case tuple():
            if hasattr(value, "_asdict"):
                return {"months": value[0], "days": value[1]}
            item = kind.item if kind is not None else None
            return [as_json(element, item) for element in value]
        case _:
            return {name: as_json(part, kind.field(name) if kind is not None else None) for name, part in value.items()}
