"""Policies over a table of applications: the columns of each one's verdicts, on any back end of Ibis."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ibis.expr.types import Table

from decision_service.language.tree import Expression, FactRef, LetRef, Lookup, children
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.needs import reads
from decision_service.policy.shape import Policy
from decision_service.readings.bulk import columns, days
from decision_service.readings.bulk.cells import Cell, either
from decision_service.readings.bulk.columns import value
from decision_service.readings.bulk.expressions import World, read
from decision_service.readings.bulk.forms import FormColumns, FormReader
from decision_service.readings.bulk.lookup import look_up
from decision_service.readings.bulk.registers import Seen, read_registers
from decision_service.readings.bulk.shapes import Term, plain
from decision_service.readings.bulk.staging import Stages
from decision_service.readings.bulk.verdicts import Concluder, VerdictColumns
from verifiers.kinds import Kind


@dataclass(frozen=True, slots=True)
class Given:
    """What is known of a population beforehand: the one day of all rows (None: the column says), constants for columns
    that it lacks, and for each register the statuses that occur (a register left out: any)."""

    as_of: date | None = None
    assumed: Mapping[str, str | bool] | None = None
    occurring: Mapping[str, Collection[str]] | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """`stages` have everything; the verdicts, forms and lets, one for each policy, are columns of their table. `wrong`
    by column: whether a row holds a value that is not of its kind; `left_out`: whether it holds one that is not judged
    in bulk."""

    stages: Stages
    verdicts: tuple[VerdictColumns, ...]
    forms: tuple[FormColumns, ...]
    worlds: tuple[World, ...]
    wrong: Mapping[str, Cell]
    left_out: Cell

    @property
    def table(self) -> Table:
        """The table of all rows."""
        return self.stages.table


def judge_all(policies: Sequence[Policy], catalogue: Catalogue, table: Table, given: Given) -> Judged:
    """The verdicts of one policy or several of a matter, equal to the reference's on every row that is not left out.
    Raises NotInBulkError where a policy can't be read so."""
    return _Judging(policies, catalogue, table, given).judged()


class _Judging:
    def __init__(self, policies: Sequence[Policy], catalogue: Catalogue, table: Table, given: Given) -> None:
        self.policies, self.catalogue, self.given = policies, catalogue, given
        self.stages = Stages(table)
        self.table = table
        self.wrong: dict[str, Cell] = {}
        self.left_out: list[Cell] = []

    def judged(self) -> Judged:
        """All of it, stage by stage, so that the policies share what is the same."""
        as_of = self._as_of()
        forms = [self._form(policy, as_of) for policy in self.policies]
        worlds = [self._world(policy, form, as_of) for policy, form in zip(self.policies, forms, strict=True)]
        self.stages.settled = len(self.stages.history)
        worlds = self._defined(worlds)
        concluders = [
            Concluder(policy, world, form, self.stages)
            for policy, world, form in zip(self.policies, worlds, forms, strict=True)
        ]
        drafts: dict[object, Cell] = {
            (at, key): cell for at, one in enumerate(concluders) for key, cell in one.drafts().items()
        }
        kept = self.stages.keep_cells(drafts)
        verdicts = [
            one.conclude({key: cell for (of, key), cell in _paired(kept) if of == at})
            for at, one in enumerate(concluders)
        ]
        return Judged(self.stages, tuple(verdicts), tuple(forms), tuple(worlds), self.wrong, either(*self.left_out))

    def _as_of(self) -> Cell:
        if self.given.as_of is not None:
            return days.ymd(self.given.as_of)
        cell = self.table[columns.AS_OF]
        self.wrong[columns.AS_OF] = cell.isnull()
        return self.stages.keep_cells({"as_of": plain(value(cell, Kind("date")))})["as_of"]

    def _form(self, policy: Policy, as_of: Cell) -> FormColumns:
        assumed = self.given.assumed or {}
        raw = {
            one.name: self.table[columns.form_column(one.name)]
            for one in policy.fields
            if columns.form_column(one.name) in self.table.columns
        }
        raw |= {one.name: assumed[one.name] for one in policy.fields if one.name not in raw and one.name in assumed}
        world = World(as_of, {}, _no_facts, {}, {}, self.catalogue.calendar, stages=self.stages)
        form = FormReader(policy, raw, world, self.catalogue.prefectures).read(self.stages)
        self.left_out.append(form.left_out)
        kept = self.stages.keep(form.terms)
        flags = self.stages.keep_cells({"stopped": form.stopped, "other": form.other, **_prefixed("given", form.given)})
        items = self.stages.keep_cells(form.items)
        return replace(
            form,
            terms=kept,
            stopped=flags["stopped"],
            other=flags["other"],
            given={name: flags[f"given {name}"] for name in form.given},
            items=items,
        )

    def _world(self, policy: Policy, form: FormColumns, as_of: Cell) -> World:
        lets = {let.name: let for let in policy.lets}
        needed = sorted(
            {
                (node.register, node.field_name)
                for node in reads(everything(policy), lets, policy.tables)
                if isinstance(node, FactRef)
            }
        )
        seen = {name: self._seen(name) for name in policy.asks}
        found = read_registers(policy, seen, form, needed)
        self.wrong |= found.wrong
        self.left_out.append(found.left_out)
        terms = self.stages.keep(found.terms)
        return World(
            as_of,
            form.terms,
            lambda register, name: terms[register, name],
            {},
            {},
            self.catalogue.calendar,
            stages=self.stages,
            births=form.births,
        )

    def _seen(self, name: str) -> Seen:
        prefix = f"{name}."
        facts = {one.removeprefix(prefix): self.table[one] for one in self.table.columns if one.startswith(prefix)}
        status = self.table[name] if name in self.table.columns else None
        occurring = None if self.given.occurring is None else self.given.occurring.get(name)
        return Seen(status, facts, occurring)

    def _defined(self, worlds: list[World]) -> list[World]:
        """The worlds with their lets and tables, those of one depth in one stage."""
        depths = [_depths(policy) for policy in self.policies]
        for depth in range(max((max(one.values(), default=0) for one in depths), default=0) + 1):
            terms: dict[object, Term] = {}
            for at, policy in enumerate(self.policies):
                terms |= {(at, *key): _define(policy, key, worlds[at]) for key, of in depths[at].items() if of == depth}
            kept = self.stages.keep(terms)
            for at, world in enumerate(worlds):
                lets = {key[2]: term for key, term in _tripled(kept) if key[:2] == (at, "let")}
                tables = {key[2]: term for key, term in _tripled(kept) if key[:2] == (at, "table")}
                worlds[at] = replace(world, lets={**world.lets, **lets}, tables={**world.tables, **tables})
        return worlds


def _no_facts(_: str, __: str) -> Term:
    raise TypeError("a form is read before any register")


def _paired(kept: Mapping[object, Cell]) -> list[tuple[tuple[int, object], Cell]]:
    return [(key, cell) for key, cell in kept.items() if isinstance(key, tuple)]


def _tripled(kept: Mapping[object, Term]) -> list[tuple[tuple[int, str, str], Term]]:
    return [(key, term) for key, term in kept.items() if isinstance(key, tuple)]


def _prefixed(word: str, cells: Mapping[str, Cell]) -> dict[str, Cell]:
    return {f"{word} {name}": cell for name, cell in cells.items()}


def _define(policy: Policy, key: tuple[str, str], world: World) -> Term:
    kind, name = key
    if kind == "table":
        return look_up(policy.tables[name], world)
    return read(next(let.value for let in policy.lets if let.name == name), world)


def everything(policy: Policy) -> list[Expression]:
    """Every expression that a verdict is made from."""
    found: list[Expression] = [note.when for note in policy.notes] + [item.amount for item in policy.items]
    for rule in policy.rules:
        found.append(rule.must)
        for one in rule.alternatives:
            found += [expression for _, expression in one.told] + ([] if one.when is None else [one.when])
    for result in policy.results:
        found += [result.value] + ([] if result.when is None else [result.when])
    return found


def _depths(policy: Policy) -> dict[tuple[str, str], int]:
    """How deep each let and table that is needed stands over those that it needs itself."""
    lets = {let.name: let.value for let in policy.lets}
    found: dict[tuple[str, str], int] = {}

    def depth(key: tuple[str, str]) -> int:
        if key not in found:
            kind, name = key
            parts = [lets[name]] if kind == "let" else _tests(policy, name)
            found[key] = 1 + max((depth(one) for part in parts for one in _named(part)), default=-1)
        return found[key]

    for expression in everything(policy):
        for key in _named(expression):
            depth(key)
    return found


def _tests(policy: Policy, name: str) -> list[Expression]:
    return [one for row in policy.tables[name].rows for one in (*row.tests, *row.outputs) if one is not None]


def _named(node: Expression) -> list[tuple[str, str]]:
    found = [one for part in children(node) for one in _named(part)]
    match node:
        case LetRef():
            return [*found, ("let", node.name)]
        case Lookup():
            return [*found, ("table", node.table)]
        case _:
            return found
