"""What is asked of the back end: rows decided alike in one group, with how many they are and what they come to."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ibis.expr.types import Table

from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.readings.bulk import days
from decision_service.readings.bulk.cells import Cell, both, column, either, negated, static, when
from decision_service.readings.bulk.folding import ROWS, Folding
from decision_service.readings.bulk.judging import Given, Judged, judge_all
from decision_service.readings.bulk.shapes import Number, Plain, Shape, Term, same
from decision_service.simulating.profile import Profile
from verifiers.kinds import Kind

BAND = 10
"""Whole numbers are grouped in bands of so many."""


class NoSuchNameError(Exception):
    """`--by` names nothing of the policy by which people can be grouped; `known` are the names that do."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(name)
        self.name, self.known = name, tuple(known)


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount that a version grants: its result or item, and how its whole number is read back."""

    version: int
    name: str
    there: Cell
    mask: Cell
    number: Number

    def value(self, units: object) -> Decimal:
        """The amount of a sum of last places."""
        whole = Decimal(int(str(units or 0)))
        return whole / int(10**self.number.scale * self.number.divisor)


@dataclass(frozen=True, slots=True)
class Dimension:
    """A name by which people are grouped, and its column, as text."""

    name: str
    cell: Cell
    kind: Kind


@dataclass(frozen=True, slots=True)
class Question:
    """The query and how its answer is read. `changed`: whether what is granted differs between two versions."""

    judged: Judged
    profiles: tuple[Profile, ...]
    dimensions: tuple[Dimension, ...]
    sums: tuple[Sum, ...]
    changed: Cell
    few: Collection[str] = ()

    def grouped(self) -> Table:
        """The query, by the names k…, d…, out of its keys, n, s…, c…, changed and wrong of its measures."""
        folding = Folding(self.judged.stages, self.few)
        keys: dict[str, Cell] = {}
        for at, profile in enumerate(self.profiles):
            keys |= {f"k{at}_{place}": column(cell, "int64") for place, cell in enumerate(profile.columns())}
        keys |= {f"d{at}": one.cell for at, one in enumerate(self.dimensions)}
        late = [folding.comes_of_few(one.number.cell) for one in self.sums]
        wanted = keys | {"changed": column(self.changed, "boolean")}
        wanted |= {f"c{at}": column(one.there, "boolean") for at, one in enumerate(self.sums)}
        wanted |= {f"s{at}": column(one.number.cell, "int64") for at, one in enumerate(self.sums) if late[at]}
        summed = {"wrong": column(_any(self.judged.wrong.values()), "int64")}
        summed |= {f"s{at}": _known(one) for at, one in enumerate(self.sums) if not late[at]}
        table, over = folding.folded(wanted, {"out": column(when(self.judged.left_out, 1, 0), "int64")}, summed)
        rows = table[ROWS]
        cells = {name: over[name] for name in keys} | {"out": table["out"], "n": rows, "wrong": table["wrong"]}
        cells["changed"] = when(over["changed"], rows, 0)
        for at in range(len(self.sums)):
            total = over[f"s{at}"] * rows if late[at] else table[f"s{at}"]
            cells[f"s{at}"] = when(over[f"c{at}"], total, 0).fill_null(0)
            cells[f"c{at}"] = when(over[f"c{at}"], rows, 0)
        table = table.select(**cells)
        sums = {name: table[name].sum() for name in cells if name not in (*keys, "out")}
        measures = {name: one if name.startswith("s") else one.cast("int64") for name, one in sums.items()}
        return table.group_by([*keys, "out"]).agg(**measures)


def question(
    policies: Sequence[Policy],
    catalogue: Catalogue,
    table: Table,
    given: Given,
    by: Sequence[str],
    few: Collection[str] = (),
) -> Question:
    """The question for one version or two; `few` as in Population. Raises NotInBulkError, NoSuchNameError."""
    judged = judge_all(policies, catalogue, table, given)
    profiles = tuple(
        Profile(policy, verdict, form)
        for policy, verdict, form in zip(policies, judged.verdicts, judged.forms, strict=True)
    )
    dimensions = tuple(_dimension(name, policies, judged) for name in by or default_names(policies[-1]))
    sums = tuple(one for at in range(len(policies)) for one in _sums(at, judged))
    return Question(judged, profiles, dimensions, sums, _changed(judged), few)


def _known(one: Sum) -> Cell:
    """The amount of a row where it is known, be it granted or not; else 0."""
    return column(when(one.mask == 0, one.number.cell, 0), "int64").fill_null(0)


def _any(conditions: Iterable[Cell]) -> Cell:
    """1 where one of the conditions is true, else 0; one after the other, since long disjunctions are slow to plan."""
    found: Cell = 0
    for condition in conditions:
        found = when(condition, 1, found)
    return found


def default_names(policy: Policy) -> list[str]:
    """By what people are grouped unless said otherwise: the city, and the age where the policy has one."""
    cities = [one.name for one in policy.fields if one.type_name in ("prefecture", "division")][:1]
    return cities + [let.name for let in policy.lets if let.name == "age"]


def _terms(policies: Sequence[Policy], judged: Judged) -> dict[str, tuple[Term, Kind]]:
    """What people can be grouped by: form fields, lets, results; of the newer version where both have it."""
    found: dict[str, tuple[Term, Kind]] = {}
    for at, policy in enumerate(policies):
        world, verdict = judged.worlds[at], judged.verdicts[at]
        found |= {one.name: (world.form[one.name], one.kind) for one in policy.fields}
        found |= {let.name: (world.lets[let.name], let.value.kind) for let in policy.lets if let.name in world.lets}
        for result in policy.results:
            there, term = verdict.granted[result.name]
            mask = when(there, term.mask, 1)
            found[result.name] = (Term(term.shape, mask, term.possible, term.nullable), result.value.kind)
    return {name: one for name, one in found.items() if isinstance(one[0].shape, Plain | Number)}


def _dimension(name: str, policies: Sequence[Policy], judged: Judged) -> Dimension:
    terms = _terms(policies, judged)
    if name not in terms:
        raise NoSuchNameError(name, sorted(terms))
    term, kind = terms[name]
    text = column(_as_text(term.shape, kind), "string").fill_null("—")
    return Dimension(name, column(when(term.mask == 0, text, "?"), "string"), kind)


def _as_text(shape: Shape, kind: Kind) -> Cell:
    if isinstance(shape, Number):
        unit = 10**shape.scale * shape.divisor
        low = shape.cell - ((shape.cell % (BAND * unit)) + BAND * unit) % (BAND * unit)
        return str(low // unit) if static(low) else (low // unit).cast("string")
    if not isinstance(shape, Plain):
        return "?"
    cell = shape.cell
    if kind.name == "region":
        return cell[:4] + "00" if static(cell) else cell.left(4) + "00"
    if kind.name == "date":
        return str(days.year(cell)) if static(cell) else days.year(cell).cast("string")
    return str(cell) if static(cell) else cell.cast("string")


def _sums(version: int, judged: Judged) -> list[Sum]:
    verdict = judged.verdicts[version]
    return [
        Sum(version, name, both(there, term.mask == 0), term.mask, term.shape)
        for values in (verdict.granted, verdict.amounts)
        for name, (there, term) in values.items()
        if isinstance(term.shape, Number)
    ]


def _changed(judged: Judged) -> Cell:
    """Whether two versions grant something else to somebody, be the outcome the same or not."""
    if len(judged.verdicts) < 2:
        return False
    old, new = judged.verdicts
    differing = []
    for one, other in ((old.granted, new.granted), (old.amounts, new.amounts)):
        for name in one.keys() | other.keys():
            if name not in one or name not in other:
                differing.append((one.get(name) or other[name])[0])
                continue
            (before, first), (after, second) = one[name], other[name]
            given = both(before, after)
            differing.append(either(both(before, negated(after)), both(after, negated(before))))
            if isinstance(first.shape, Plain | Number):
                differing.append(both(given, negated(same(_sure(first), _sure(second)))))
    return either(*differing)


def _sure(term: Term) -> Term:
    return Term(term.shape, nullable=True)
