"""The form of every row read as `forms.read_form` reads one: values, defects, and what they stop."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from decision_service.facts import Why
from decision_service.forms import RESIDENT_CARD
from decision_service.policy.shape import Field, Policy
from decision_service.readings.bulk import columns
from decision_service.readings.bulk.cells import BIT, Cell, both, either, negated, static, when
from decision_service.readings.bulk.constants import shape_of
from decision_service.readings.bulk.expressions import World, read
from decision_service.readings.bulk.fitting import fits, matches, unjudged
from decision_service.readings.bulk.identifiers import certificate_defect, citizen_defect, credit_code_defect
from decision_service.readings.bulk.shapes import NULL, Items, Plain, Term, choose, truth
from decision_service.readings.bulk.staging import Stages
from verifiers.kinds import read as read_value

BLAMED = BIT[Why.FORM]
MISSING, WRONG, CHECK = 1, 2, 3
"""Defects of a field as numbers: C01_FIELD_MISSING, C02_FIELD_FORMAT, C03_ID_CHECKSUM. 0: none."""


@dataclass(frozen=True, slots=True)
class FormColumns:
    """A form as columns: a term and a defect for each field, whether no register is asked (`stopped`), whether another
    document than the resident card is shown (`other`), whether a field was given and is right, the items applied for,
    and whether the row holds something that this reading does not judge (`left_out`)."""

    terms: Mapping[str, Term]
    defects: Mapping[str, Cell]
    stopped: Cell
    other: Cell
    given: Mapping[str, Cell]
    items: Mapping[str, Cell]
    left_out: Cell

    @property
    def defective(self) -> Cell:
        """Whether anything is wrong with the form."""
        return either(*(one != 0 for one in self.defects.values()))


class FormReader:
    """Reads the form columns of a population; `raw` are those that it has, the others are blank."""

    def __init__(self, policy: Policy, raw: Mapping[str, Cell], world: World, prefectures: Collection[str]) -> None:
        self.policy, self.raw, self.world = policy, raw, world
        self.prefectures = sorted(prefectures)

    def read(self, stages: Stages) -> FormColumns:
        """The form, its values and defects in columns of their own."""
        other = self._other()
        blanks = {field.name: self._blank(field) for field in self.policy.fields}
        unread = {field.name: other if field.name == "id_no" else False for field in self.policy.fields}
        found = {
            field.name: when(either(blanks[field.name], unread[field.name]), 0, self._defect(field))
            for field in self.policy.fields
        }
        wrong = stages.keep_cells(found)
        terms = {
            field.name: self._term(field, blanks[field.name], wrong[field.name], unread[field.name])
            for field in self.policy.fields
        }
        world = replace(self.world, form=terms, tables=_Unread())
        defects = stages.keep_cells(
            {
                field.name: self._with_missing(field, blanks[field.name], wrong[field.name], world)
                for field in self.policy.fields
            }
        )
        final = {
            field.name: _blamed(terms[field.name], defects[field.name], unread[field.name])
            for field in self.policy.fields
        }
        stopped = either(*(defects[field.name] != 0 for field in self.policy.fields if field.identifier))
        given = {
            field.name: both(negated(blanks[field.name]), either(unread[field.name], wrong[field.name] == 0))
            for field in self.policy.fields
        }
        left_out = either(
            *(unjudged(self.raw[one.name], one.kind) for one in self.policy.fields if one.name in self.raw)
        )
        return FormColumns(final, defects, stopped, other, given, self._items(final), left_out)

    def _other(self) -> Cell:
        """Whether the document is known not to be the resident card; nothing is unread where the field is blank."""
        cell = self.raw.get("id_type")
        if cell is None or all(field.name != "id_type" for field in self.policy.fields):
            return False
        if static(cell):
            return len(cell) == 3 and cell.isdigit() and cell != RESIDENT_CARD
        return both(matches(cell, "[0-9]{3}"), cell != RESIDENT_CARD).fill_null(False)

    def _blank(self, field: Field) -> Cell:
        cell = self.raw.get(field.name)
        if cell is None:
            return True
        if static(cell):
            return False
        texts = not isinstance(columns.value(cell, field.kind), Items) and field.kind.name not in (
            "boolean", "whole", "decimal", "money", "date",
        )  # fmt: skip
        return either(cell.isnull(), (cell.strip() == "").fill_null(False)) if texts else cell.isnull()

    def _defect(self, field: Field) -> Cell:
        cell = self.raw.get(field.name)
        if cell is None or static(cell):
            return 0
        match field.type_name:
            case "citizen_id":
                return citizen_defect(cell, self.world.as_of)
            case "disability_certificate":
                return certificate_defect(cell, self.world.as_of)
            case "credit_code":
                return credit_code_defect(cell)
            case "prefecture":
                right = cell.isin(self.prefectures)
            case "division":
                known = (cell.left(4) + "00").isin(self.prefectures)
                right = both(matches(cell, "[1-9][0-9]{5}"), known, negated(cell.endswith("00")))
            case _:
                right = fits(cell, replace(field.kind, nullable=False))
        return when(right, 0, WRONG)

    def _term(self, field: Field, blank: Cell, wrong: Cell, unread: Cell) -> Term:
        """The value as given or by default, before it is asked whether it had to be given."""
        default = NULL if field.default is None else shape_of(read_value(field.kind, field.default), field.kind)
        cell = self.raw.get(field.name)
        if cell is None:
            shape = default
        elif static(cell):
            shape = Plain(cell)
        else:
            text = cell.upper() if field.type_name in ("citizen_id", "disability_certificate") else cell
            shape = choose(blank, default, columns.value(text, field.kind))
        mask = when(either(wrong != 0, unread), BLAMED, 0)
        return Term(shape, mask, BLAMED, nullable=field.default is None)

    def _with_missing(self, field: Field, blank: Cell, wrong: Cell, world: World) -> Cell:
        if field.upload or field.default is not None or blank is False:
            return wrong
        needed = read(field.required, world)
        missing = both(blank, needed.mask == 0, truth(needed))
        return when(missing, MISSING, wrong)

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


class _Unread(dict[str, Term]):
    """Tables are not read while a form is: whatever they would give is unknown."""

    def __missing__(self, _: str) -> Term:
        return Term(NULL, BIT[Why.TABLE], BIT[Why.TABLE])


def _blamed(term: Term, defect: Cell, unread: Cell) -> Term:
    field_mask = when(either(defect != 0, unread), BLAMED, 0)
    possible = BLAMED if not static(field_mask) or field_mask else 0
    return replace(term, mask=field_mask, possible=possible)
