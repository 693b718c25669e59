"""Names that a file defines: parameters, tables and lets, each typed by what stands before it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from decimal import Decimal

from decision_service.language.kinds import DECIMAL, MONTH, TEXT, WHOLE, is_month
from decision_service.language.parse import parse
from decision_service.language.tree import Expression, Literal
from decision_service.language.vocabulary import Vocabulary
from decision_service.policy.entries import Entries
from decision_service.policy.nodes import MapNode, TextNode
from decision_service.policy.rules import expression, read_basis
from decision_service.policy.shape import Bilingual, Let, Parameter, Table
from decision_service.policy.tables import read_table
from decision_service.source import Span

Tables = dict[str, Table]
Waiting = dict[str, tuple[Entries, bool]]
"""Tables that are not read yet, and whether they stand under `parameters`."""


def clash(
    name: str, vocabulary: Vocabulary, entries: Entries, span: Span, waiting: Collection[str] = frozenset()
) -> bool:
    """Complains, and says true, where a name is already taken, also by a table that is `waiting`, or is no name."""
    taken = {*vocabulary.form, *vocabulary.lets, *vocabulary.parameters, *vocabulary.tables, *waiting, "as_of"}
    if name in taken or name in vocabulary.known_registers:
        entries.complaints.add(
            "duplicate_name",
            f"`{name}` 已是字段、登记库或别的名称",
            f"`{name}` is already a field, a register or a name",
            span,
            ("换一个名称", "choose another name"),
        )
        return True
    syntax = parse(name, lambda _offset, _length: span) if name.isascii() and name.isidentifier() else None
    if getattr(syntax, "data", "") != "name":
        entries.complaints.add(
            "wrong_name", f"`{name}` 不能作名称", f"`{name}` cannot be a name", span,
            ("用小写英文字母、数字和下划线", "use small letters, digits and underscores"),
        )  # fmt: skip
        return True
    return False


def read_parameters(
    entries: Entries, vocabulary: Vocabulary, bases: frozenset[int]
) -> tuple[tuple[Parameter, ...], Vocabulary]:
    """Constants under `parameters`. Tables there may use lets, so they are read with the lets."""
    inner = entries.inner("parameters")
    found: list[Parameter] = []
    constants: dict[str, Literal] = {}
    for name in inner.names():
        node = inner.get(name)
        if isinstance(node, MapNode) and node.get("table") is not None:
            continue
        one = inner.inner(name)
        if clash(name, vocabulary, inner, inner.key_span(name)):
            continue
        value = _constant(one)
        found.append(Parameter(name, value, one.bilingual(), read_basis(one, bases), one.span))
        constants[name] = value
        one.done()
        vocabulary = replace(vocabulary, parameters={**vocabulary.parameters, name: value})
    return tuple(found), vocabulary


def _constant(entries: Entries) -> Literal:
    node = entries.need("value")
    text = node.text if isinstance(node, TextNode) else ""
    span = node.span if node is not None else None
    number = text.removeprefix("-")
    if number.isascii() and number.isdigit() and len(number) <= 15:
        return Literal(int(text), WHOLE, span)
    whole, dot, rest = number.partition(".")
    if dot and whole.isascii() and whole.isdigit() and rest.isascii() and rest.isdigit() and len(number) <= 20:
        return Literal(Decimal(text), DECIMAL, span)
    if is_month(text):
        return Literal(text, MONTH, span)
    return Literal(text, TEXT, span)


def read_lets(
    entries: Entries, vocabulary: Vocabulary, fixed: Mapping[str, Expression], bases: frozenset[int]
) -> tuple[tuple[Let, ...], Tables, Vocabulary]:
    """Lets and tables. Each may use those before it; a table is read as soon as the names of its head are known,
    so that a let may look into a table and a table may take a let as its input."""
    lets = [Let(name, value) for name, value in fixed.items()]
    kinds = {let.name: let.value.kind for let in lets}
    vocabulary = replace(vocabulary, lets=kinds)
    waiting = _tables(entries, vocabulary)
    named = frozenset(waiting)
    tables: Tables = {}
    inner = entries.inner("let")
    for name in inner.names():
        node = inner.get(name)
        if clash(name, vocabulary, inner, inner.key_span(name), named):
            continue
        vocabulary = _ready(waiting, tables, vocabulary, bases, kinds)
        value = expression(node, vocabulary, entries.complaints)
        if value is not None:
            lets.append(Let(name, value, inner.key_span(name)))
            vocabulary = replace(vocabulary, lets={**vocabulary.lets, name: value.kind})
        else:
            vocabulary = replace(vocabulary, broken=vocabulary.broken | {name})
    vocabulary = _ready(waiting, tables, vocabulary, bases, kinds, last=True)
    return tuple(lets), tables, vocabulary


def _tables(entries: Entries, vocabulary: Vocabulary) -> Waiting:
    waiting: Waiting = {}
    for section in ("parameters", "tables"):
        inner = entries.inner(section)
        for name in inner.names():
            node = inner.get(name)
            is_table = section == "tables" or (isinstance(node, MapNode) and node.get("table") is not None)
            if is_table and not clash(name, vocabulary, inner, inner.key_span(name), waiting):
                waiting[name] = (inner.inner(name), section == "parameters")
    return waiting


def _ready(
    waiting: Waiting,
    tables: Tables,
    vocabulary: Vocabulary,
    bases: frozenset[int],
    fixed: Mapping[str, object],
    *,
    last: bool = False,
) -> Vocabulary:
    """Reads every waiting table whose head uses known names only; at the end, all that are left."""
    for name in list(waiting):
        entries, varies = waiting[name]
        node = entries.get("table")
        if not isinstance(node, TextNode):
            if last:
                entries.text("table")
            continue
        known = {*vocabulary.form, *vocabulary.lets, *vocabulary.parameters, *vocabulary.tables, *vocabulary.registers}
        known |= vocabulary.broken
        if not last and not _heads(node.text) <= known - set(fixed) | {"as_of"}:
            continue
        del waiting[name]
        table = read_table(name, entries, node, vocabulary, _label(entries), read_basis(entries, bases), varies=varies)
        for key in ("gives", "order"):
            entries.get(key)
        entries.done()
        if table is None:
            vocabulary = replace(vocabulary, broken=vocabulary.broken | {name})
        else:
            tables[name] = table
            vocabulary = replace(vocabulary, tables={**vocabulary.tables, name: table.kind})
    return vocabulary


def _label(entries: Entries) -> Bilingual:
    return entries.bilingual()


def _heads(text: str) -> set[str]:
    """The first word of each input in a table's head."""
    header = next((line for line in text.split("\n") if line.strip()), "")
    cells = [cell.strip() for cell in header.split("|")]
    if any(cell.startswith("=>") for cell in cells):
        cells = cells[: next(place for place, cell in enumerate(cells) if cell.startswith("=>"))]
    else:
        cells = cells[:2]
    return {cell.split(".")[0].split("(")[0].strip() for cell in cells}
