"""A decision table as its entry in a rule file has it: what goes out to other tools, and comes back."""

from dataclasses import dataclass, replace

from decision_service.editing.advice import Written
from decision_service.editing.edits import Edit, applied
from decision_service.editing.formatting import formatted
from decision_service.editing.scalars import written
from decision_service.policy.nodes import ListNode, MapNode, Node, TextNode
from decision_service.policy.parts import Bilingual, Table
from decision_service.policy.tablelayout import cells_of, laid_out
from decision_service.policy.tables import HIT_POLICIES
from decision_service.source import Source, Span

SECTIONS = ("parameters", "tables")


class NoTableError(LookupError):
    """The file has no table of that name; `names` are those that it has."""

    def __init__(self, name: str, names: tuple[str, ...]) -> None:
        super().__init__(name)
        self.name = name
        self.names = names


@dataclass(frozen=True, slots=True)
class TableEntry:
    """The cells as they are written, the head first, and what the entry says of them. `gives` is the kind of a cross
    table's values, `order` the output values of the hit policies that need one."""

    name: str
    cells: tuple[tuple[str, ...], ...]
    label: Bilingual
    hit: str = "unique"
    gives: str = ""
    order: tuple[str, ...] = ()

    @property
    def cross(self) -> bool:
        """Whether it is a cross table."""
        return not any(cell.startswith("=>") for cell in self.cells[0])

    @property
    def split(self) -> int:
        """The first column that is no input; of a cross table, the first that holds values."""
        return 2 if self.cross else next(at for at, cell in enumerate(self.cells[0]) if cell.startswith("=>"))


def entry_of(file: Written, name: str) -> tuple[TableEntry, Table]:
    """The table as it is written, and as it is understood. Raises NoTableError."""
    table = file.policy.tables.get(name)
    node = _node(file, name)
    text = None if node is None else node.get("table")
    if table is None or node is None or not isinstance(text, TextNode):
        raise NoTableError(name, tuple(file.policy.tables))
    cells = tuple(tuple(row) for row in cells_of(text.text))
    label = Bilingual(_text(node.get("zh")), _text(node.get("en")))
    order = node.get("order")
    words = tuple(_text(one) for one in order.items) if isinstance(order, ListNode) else ()
    return TableEntry(name, cells, label, _text(node.get("hit")) or "unique", _text(node.get("gives")), words), table


def _node(file: Written, name: str) -> MapNode | None:
    for section in SECTIONS:
        found = file.entry(section, name)
        if found is not None and isinstance(found[1], MapNode):
            return found[1]
    return None


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, TextNode) else ""


def put_into(file: Written, entry: TableEntry) -> Source:
    """The file with the table in it: in the place of the one of that name, else as a new entry. Everything else, each
    comment too, stays as it is. The result is not checked yet."""
    node = _node(file, entry.name)
    if node is None:
        return _added(file, entry)
    edits = [_table_edit(node, entry)]
    old, _ = entry_of(file, entry.name)
    for key, before, now in (("hit", old.hit, entry.hit), ("gives", old.gives, entry.gives)):
        if before != now:
            edits.append(_set(node, key, now))
    if old.order != entry.order and entry.order:
        edits.append(_set(node, "order", f"[{', '.join(written(one, in_flow=True) for one in entry.order)}]"))
    return replace(file.source, text=applied(file.source, edits))


def _table_edit(node: MapNode, entry: TableEntry) -> Edit:
    key, text = next((key, value) for key, value in node.entries if key.text == "table")
    indent = " " * (key.span.column + 1)
    lines = laid_out([list(row) for row in entry.cells]).splitlines()
    return Edit(text.span.start, text.span.end, "|\n" + "\n".join(indent + line for line in lines))


def _set(node: MapNode, key: str, value: str) -> Edit:
    """The key with another value; put before the table where it is not there yet."""
    for name, old in node.entries:
        if name.text == key:
            return Edit(old.span.start, old.span.end, value)
    table = next(name for name, _ in node.entries if name.text == "table")
    return Edit(table.span.start, table.span.start, f"{key}: {value}\n{' ' * (table.span.column - 1)}")


def _added(file: Written, entry: TableEntry) -> Source:
    """A new entry: under `parameters` where it differs by city, else under `tables`."""
    cities = [field.name for field in file.policy.fields if field.type_name in ("prefecture", "division")]
    section = "parameters" if set(cities) & set(entry.cells[0][: entry.split]) else "tables"
    lines = [
        f"  {entry.name}:",
        f"    zh: {written(entry.label.zh or entry.name)}",
        f"    en: {written(entry.label.en or entry.name)}",
        f"    basis: [{file.policy.basis[0].number}]  # TODO 写明依据 cite its legal basis",
    ]
    lines += [f"    hit: {entry.hit}"] if entry.hit in HIT_POLICIES and entry.hit != "unique" else []
    lines += [f"    gives: {written(entry.gives)}"] if entry.gives else []
    lines += [f"    order: [{', '.join(written(one, in_flow=True) for one in entry.order)}]"] if entry.order else []
    body = laid_out([list(row) for row in entry.cells]).splitlines()
    text = "\n".join([*lines, "    table: |", *(f"      {line}" for line in body)]) + "\n"
    there = file.entry(section)
    if there is None or not isinstance(there[1], MapNode):
        whole = file.source.text.rstrip("\n") + f"\n\n{section}:\n{text}"
        return Source(file.source.name, formatted(Source(file.source.name, whole)))
    end = file.source.text.find("\n", there[1].span.end)
    at = len(file.source.text) if end < 0 else end + 1
    return Source(file.source.name, file.source.text[:at] + text + file.source.text[at:])


def cell_at(span: Span, node: MapNode) -> tuple[int, int] | None:
    """The row and column (from 0, the head is row 0) of the cell that a place of the file lies in; None elsewhere."""
    text = node.get("table")
    if not isinstance(text, TextNode) or not text.span.start <= span.start <= text.span.end:
        return None
    source = span.source.text
    first = source.find("\n", text.span.start) + 1
    rows = [line for line in source[first : span.start].split("\n")[:-1] if line.strip()]
    line = source.rfind("\n", 0, span.start) + 1
    return len(rows), source[line : span.start].count("|")
