"""The form of every row read as `forms.read_form` reads one: values, defects, and what they stop."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace

import ibis.expr.datatypes as dt

from decision_service.facts import Why
from decision_service.forms import RESIDENT_CARD
from decision_service.language.tree import Literal
from decision_service.policy.shape import Field, Policy
from decision_service.readings.bulk import columns
from decision_service.readings.bulk.cells import BIT, Cell, both, either, negated, static, when
from decision_service.readings.bulk.constants import shape_of
from decision_service.readings.bulk.expressions import World, read
from decision_service.readings.bulk.fitting import fits, matches, odd, unjudged
from decision_service.readings.bulk.identifiers import Parts, citizen_defect, credit_code_defect, number_of, parts_of
from decision_service.readings.bulk.shapes import NULL, Items, Plain, Term, choose, truth
from decision_service.readings.bulk.staging import Stages
from verifiers.kinds import read as read_value

BLAMED = BIT[Why.FORM]
MISSING, WRONG, CHECK = 1, 2, 3
"""Defects of a field as numbers: C01_FIELD_MISSING, C02_FIELD_FORMAT, C03_ID_CHECKSUM. 0: none."""
_TAILS = {"citizen_id": "", "disability_certificate": "[1-7][1-4]"}
"""What stands behind the citizen ID in a value of these types, as a pattern."""
RIGHT, BLANK, UNREAD = 0, 1, 4
"""Before it is known what had to be given, a field is right, blank, not read for it is of another document, or WRONG or
CHECK."""


@dataclass(frozen=True, slots=True)
class FormColumns:
    """A form as columns: a term and a defect for each field, whether no register is asked (`stopped`), whether another
    document than the resident card is shown (`other`), whether a field was given and is right, the items applied for,
    whether the row holds something that this reading does not judge (`left_out`), and the days of birth in citizen IDs
    that are right."""

    terms: Mapping[str, Term]
    defects: Mapping[str, Cell]
    stopped: Cell
    other: Cell
    given: Mapping[str, Cell]
    items: Mapping[str, Cell]
    left_out: Cell
    births: Mapping[str, Cell]

    @property
    def defective(self) -> Cell:
        """Whether anything is wrong with the form."""
        return either(*(one != 0 for one in self.defects.values()))


class FormReader:
    """Reads the form columns of a population; `raw` are those that it has, the others are blank."""

    def __init__(self, policy: Policy, raw: Mapping[str, Cell], world: World, prefectures: Collection[str]) -> None:
        self.policy, self.raw, self.world = policy, raw, world
        self.prefectures = sorted(prefectures)
        self._parts: Mapping[str, Parts] = {}

    def read(self, stages: Stages) -> FormColumns:
        """The form, its values and defects in columns of their own."""
        self._parts = self._shared_parts(stages)
        other = self._other()
        written = [one for one in self.policy.fields if not static(self.raw.get(one.name))]
        judged = stages.keep_cells({one.name: self._defect(one) for one in written})
        states = stages.keep_cells(
            {one.name: self._state(one, judged.get(one.name, RIGHT), other) for one in self.policy.fields}
        )
        terms = {one.name: self._term(one, states[one.name]) for one in self.policy.fields}
        world = replace(self.world, form=terms, tables=_Unread())
        defects = stages.keep_cells(
            {one.name: self._with_missing(one, states[one.name], world) for one in self.policy.fields}
        )
        unread = {one.name: other if one.name == "id_no" else False for one in self.policy.fields}
        final = {
            one.name: _blamed(self._settled(one, terms[one.name]), defects[one.name], unread[one.name])
            for one in self.policy.fields
        }
        stopped = either(*(defects[field.name] != 0 for field in self.policy.fields if field.identifier))
        given = {one.name: _in(states[one.name], RIGHT, UNREAD) for one in self.policy.fields}
        left_out = either(
            *(self._unjudged(one, states[one.name]) for one in self.policy.fields if one.name in self.raw)
        )
        births = {name: parts.birth for name, parts in self._parts.items()}
        return FormColumns(final, defects, stopped, other, given, self._items(final), left_out, births)

    def _shared_parts(self, stages: Stages) -> Mapping[str, Parts]:
        """The parts of the citizen IDs in the form, in columns of their own."""
        numbers = stages.keep_cells(
            {
                one.name: number_of(self.raw[one.name])
                for one in self.policy.fields
                if one.type_name in _TAILS and one.name in self.raw
            }
        )
        made = {name: parts_of(self.raw[name], number) for name, number in numbers.items()}
        cells = {(name, part.name): getattr(one, part.name) for name, one in made.items() for part in fields(Parts)}
        kept = stages.keep_cells(cells)
        return {name: Parts(*(kept[name, part.name] for part in fields(Parts))) for name in made}

    def _other(self) -> Cell:
        """Whether the document is known not to be the resident card; nothing is unread where the field is blank."""
        cell = self.raw.get("id_type")
        if cell is None or all(field.name != "id_type" for field in self.policy.fields):
            return False
        if static(cell):
            return len(cell) == 3 and cell.isdigit() and cell != RESIDENT_CARD
        return when(cell == RESIDENT_CARD, False, matches(cell, "[0-9]{3}").fill_null(False))

    def _state(self, field: Field, defect: Cell, other: Cell) -> Cell:
        """How a field stands: RIGHT, BLANK, UNREAD, or what is wrong with it. What most rows are is asked first."""
        cell, unread = self.raw.get(field.name), other if field.name == "id_no" else False
        if cell is None:
            return BLANK
        if static(cell):
            return RIGHT
        blank = self._blank(field)
        if _free(field) or not isinstance(columns.type_of(field.kind), dt.String):
            return when(unread, UNREAD, when(blank, BLANK, defect))
        return when(unread, UNREAD, when(defect == RIGHT, RIGHT, when(blank, BLANK, defect)))

    def _unjudged(self, field: Field, state: Cell) -> Cell:
        """A text that is no free text is judged by its kind: only one that is wrong may hold other characters."""
        cell = self.raw[field.name]
        if isinstance(columns.type_of(field.kind), dt.String) and not _free(field):
            return False if static(cell) else when(_in(state, WRONG, CHECK), odd(cell), False)
        return unjudged(cell, field.kind)

    def _blank(self, field: Field) -> Cell:
        cell = self.raw[field.name]
        if not isinstance(columns.type_of(field.kind), dt.String):
            return cell.isnull()
        spaces = when(either(cell <= " ", cell.startswith(" ")), cell.strip() == "", False)
        return either(cell.isnull(), spaces)

    def _defect(self, field: Field) -> Cell:
        cell = self.raw[field.name]
        match field.type_name:
            case "citizen_id" | "disability_certificate":
                return citizen_defect(cell, self._parts[field.name], self.world.as_of, _TAILS[field.type_name])
            case "credit_code":
                return credit_code_defect(cell)
            case "prefecture":
                right = cell.isin(self.prefectures)
            case "division":
                known = (cell.left(4) + "00").isin(self.prefectures)
                right = both(matches(cell, "[1-9][0-9]{5}"), known, negated(cell.endswith("00")))
            case _:
                right = fits(cell, replace(field.kind, nullable=False))
                if field.kind.pattern is not None and isinstance(field.example, str):
                    right = when(cell == field.example, True, right)
        return when(right, RIGHT, WRONG)

    def _term(self, field: Field, state: Cell) -> Term:
        """The value as given or by default, before it is asked whether it had to be given."""
        default = NULL if field.default is None else shape_of(read_value(field.kind, field.default), field.kind)
        cell = self.raw.get(field.name)
        if cell is None:
            shape = default
        elif static(cell):
            shape = Plain(cell)
        else:
            shape = choose(state == BLANK, default, columns.value(_capital(field, cell), field.kind))
        mask = when(_in(state, WRONG, CHECK, UNREAD), BLAMED, 0)
        return Term(shape, mask, BLAMED, nullable=field.default is None)

    def _settled(self, field: Field, term: Term) -> Term:
        """The value once it is known what had to be given: a field that always had to be is nowhere null."""
        cell = self.raw.get(field.name)
        if static(cell) or not always_required(field) or field.default is not None:
            return term
        return replace(term, shape=columns.value(_capital(field, cell), field.kind), nullable=False)

    def _with_missing(self, field: Field, state: Cell, world: World) -> Cell:
        wrong = when(_in(state, WRONG, CHECK), state, 0)
        if field.upload or field.default is not None or state is RIGHT:
            return wrong
        needed = read(field.required, world)
        missing = both(needed.mask == 0, truth(needed))
        return when(state == RIGHT, 0, when(state == BLANK, when(missing, MISSING, 0), wrong))

    def _items(self, terms: Mapping[str, Term]) -> Mapping[str, Cell]:
        if self.policy.items_field is None:
            return {}
        chosen = terms[self.policy.items_field]
        if not isinstance(chosen.shape, Items):
            return {item.name: False for item in self.policy.items}
        cell = chosen.shape.cell
        return {
            item.name: both(chosen.mask == 0, cell.contains(item.name).fill_null(False)) for item in self.policy.items
        }


def _in(state: Cell, *of: int) -> Cell:
    """Whether a state is one of these."""
    return state in of if static(state) else (state == of[0] if len(of) == 1 else state.isin(of))


def _capital(field: Field, cell: Cell) -> Cell:
    """A citizen ID may be typed with a small x."""
    return cell.upper() if field.type_name in ("citizen_id", "disability_certificate") else cell


def _free(field: Field) -> bool:
    """Whether a field takes any text."""
    return field.kind.name == "text" and not field.kind.values and field.kind.pattern is None


def always_required(field: Field) -> bool:
    """Whether a field must be there whatever the rest of the form says: known, it is never null."""
    return isinstance(field.required, Literal) and field.required.value is True


class _Unread(dict[str, Term]):
    """Tables are not read while a form is: whatever they would give is unknown."""

    def __missing__(self, _: str) -> Term:
        return Term(NULL, BIT[Why.TABLE], BIT[Why.TABLE])


def _blamed(term: Term, defect: Cell, unread: Cell) -> Term:
    field_mask = when(either(defect != 0, unread), BLAMED, 0)
    possible = BLAMED if not static(field_mask) or field_mask else 0
    return replace(term, mask=field_mask, possible=possible)
