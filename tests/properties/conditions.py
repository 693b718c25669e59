"""Random conditions in the language of rule files, right by its types and its rule on null."""

from dataclasses import dataclass, field
from random import Random

from decision_service.policy.catalogue import Catalogue
from verifiers.kinds import Kind


@dataclass(slots=True)
class Conditions:
    """Writes conditions over the names that a file has so far."""

    random: Random
    catalogue: Catalogue
    fields: dict[str, Kind] = field(default_factory=dict)
    asks: list[str] = field(default_factory=list)
    lets: dict[str, Kind] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    credit: str = "record_only"

    def paths(self, registers: list[str]) -> dict[str, Kind]:
        """What a condition may read."""
        found = {**{name: kind for name, kind in self.fields.items() if name not in ("city", "paper", "parts")}}
        found |= {name: kind for name, kind in self.lets.items() if kind.name == "whole"}
        found |= self.facts(registers)
        return found

    def facts(self, registers: list[str]) -> dict[str, Kind]:
        """The facts of registers."""
        kinds: dict[str, Kind] = {}
        for name in registers:
            register = self.catalogue.registers[name]
            with_id = ("id_no",) if name == "enterprises" else register.asked_with
            kinds |= {f"{name}.{key}": kind for key, kind in register.facts_when_asked_with(with_id).items()}
        return kinds

    def atom(self, path: str, kind: Kind) -> str:
        """A condition on one value, null ruled out where it may be null."""
        plain = self.plain_atom(path, kind)
        if not kind.nullable:
            return plain
        if self.random.randint(0, 4) == 0:
            return f"{path} {self.random.choice(('=', '!='))} null"
        return self.random.choice((f"({path} != null and {plain})", f"({path} = null or {plain})"))

    def plain_atom(self, path: str, kind: Kind) -> str:
        """A condition on a value that is there."""
        comparison = self.random.choice(("<", "<=", ">", ">=", "=", "!="))
        if kind.values:
            some = self.random.sample(kind.values, self.random.randint(1, len(kind.values)))
            listed = ", ".join(f'"{value}"' for value in some)
            return self.random.choice((f'{path} = "{some[0]}"', f'{path} != "{some[0]}"', f"{path} in ({listed})"))
        match kind.name:
            case "boolean":
                return self.random.choice((path, f"not {path}"))
            case "whole":
                return self.whole_atom(path, comparison)
            case "money" | "decimal":
                return f"{path} {comparison} {self.number()}"
            case "date":
                day = self.random.choice(
                    ("as_of", f"as_of - days({self.random.choice((1, 30, 90))})", "as_of + years(1)", "2026-03-16")
                )
                return f"{path} {comparison} {day}"
            case "region":
                return self.random.choice(
                    (f"prefecture({path}) = city", f"prefecture({path}) != city", f'province({path}) = "210000"')
                )
            case "citizen_id":
                return f"{path} {self.random.choice(('=', '!='))} id_no"
            case "month":
                return f"{path} {comparison} month_after(as_of)"
            case "list":
                return self.listed(path, kind)
            case _:
                return f'starts_with({path}, "x")'

    def whole_atom(self, path: str, comparison: str) -> str:
        """A condition on a whole number: against a constant, a parameter, points, a count, or bounds."""
        other = self.random.choice(("least", "points", str(self.random.randint(0, 30)), "head_count + 1"))
        low, high = sorted(self.random.randint(0, 60) for _ in range(2))
        if path == "points":
            return f"{path} {comparison} {low % 20}"
        return self.random.choice(
            (f"{path} {comparison} {other}", f"{path} between {low} and {high}", f"{path} in [{low}..{high})")
        )

    def listed(self, path: str, kind: Kind) -> str:
        """A condition on a list: some element, every element, or how many."""
        item = kind.item
        if item is None or item.name != "record":
            return f"count({path}) {self.random.choice(('>', '=', '<='))} {self.random.randint(0, 2)}"
        keys = [key for key, part in item.fields if not part.nullable and not part.optional and part.name != "list"]
        key = self.random.choice(keys)
        part = item.field(key)
        assert part is not None
        test = self.plain_atom(f"e.{key}", part)
        quantifier = self.random.choice(("some", "every"))
        return f"({quantifier} e in {path} satisfies {test})"

    def number(self) -> str:
        """A number: a constant, a parameter, or one that a table or a sum makes."""
        return self.random.choice(
            ("100", "12.5", "least", "by_city", "by_city + 10", "points * 10", "by_city * 2 / 4", "max(least, points)")
        )

    def condition(self, depth: int, registers: list[str]) -> str:
        """A condition: an atom, or some joined by and, or, not, if."""
        paths = self.paths(registers)
        if depth == 0 or self.random.randint(0, 3) == 0:
            path = self.random.choice(sorted(paths))
            return self.atom(path, paths[path])
        one, other = self.condition(depth - 1, registers), self.condition(depth - 1, registers)
        match self.random.randint(0, 5):
            case 0 | 1:
                return f"({one} and {other})"
            case 2 | 3:
                return f"({one} or {other})"
            case 4:
                return f"not ({one})"
            case _:
                return f"(if {one} then {other} else {self.condition(depth - 1, registers)})"
