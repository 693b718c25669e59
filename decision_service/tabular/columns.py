"""The columns of a decision table as people know them: names in both languages, kinds, and values to choose from."""

from collections.abc import Iterator
from dataclasses import dataclass

from decision_service.language.kinds import WORDS
from decision_service.language.tree import Expression, FactRef, FormRef
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.parts import Bilingual, Table
from decision_service.policy.shape import Policy
from decision_service.tabular.entry import TableEntry
from verifiers.kinds import Kind


@dataclass(frozen=True, slots=True)
class Column:
    """What a column is called, of which kind its values are, and those that may be chosen, as a cell has them."""

    label: Bilingual
    kind: Kind
    values: tuple[str, ...]
    output: bool

    @property
    def kind_name(self) -> Bilingual:
        """What values of that kind are called."""
        return Bilingual(*WORDS.get(self.kind.name, (self.kind.name, self.kind.name)))


def columns_of(entry: TableEntry, table: Table, policy: Policy, catalogue: Catalogue) -> tuple[Column, ...]:
    """The columns of a table in their order; of a cross table each column of values is one."""
    inputs = [
        Column(_input(one, policy, catalogue), one.kind, _values(one.kind, catalogue), False) for one in table.inputs
    ]
    return (*inputs, *_outputs(entry, table, catalogue))


def _outputs(entry: TableEntry, table: Table, catalogue: Catalogue) -> Iterator[Column]:
    named = table.label or Bilingual(entry.name, entry.name)
    if entry.cross:
        kind = table.outputs[0][1]
        yield from (Column(named, kind, _values(kind, catalogue), True) for _ in entry.cells[0][2:])
        return
    for name, kind in table.outputs:
        label = catalogue.results.get(name) or (table.label if len(table.outputs) == 1 else None)
        yield Column(label or Bilingual(name, name), kind, _values(kind, catalogue), True)


def _input(node: Expression, policy: Policy, catalogue: Catalogue) -> Bilingual:
    match node:
        case FormRef():
            return policy.field(node.field_name).label
        case FactRef():
            register = catalogue.registers[node.register]
            return Bilingual(f"{register.zh} {node.field_name}", f"{register.en}: {node.field_name}")
        case _:
            text = node.span.text if node.span is not None else ""
            return Bilingual(text, text)


def _values(kind: Kind, catalogue: Catalogue) -> tuple[str, ...]:
    if kind.values:
        return tuple(kind.values)
    if kind.name == "boolean":
        return ("true", "false")
    if kind.name == "region":
        return tuple(f"{code} {label.zh}" for code, label in catalogue.prefectures.items())
    return ()
