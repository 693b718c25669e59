"""A DMN decision table as an entry of a rule file. What a rule file can't say is refused by the id of its element."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element

from decision_service.policy.parts import Bilingual, Table
from decision_service.tabular.entry import TableEntry
from decision_service.tabular.feel import HITS, Cell, Refused, constants, input_cell, output_cell
from decision_service.tabular.models import Decision, decisions_in, inside, local, text_of, wrong
from decision_service.tabular.trouble import Trouble, TroubleError

_KINDS = {"number": "decimal", "string": "text", "boolean": "boolean", "date": "date"}
_FEEL = ("", "feel", "FEEL")

LEFT: Final = {
    "annotation": Bilingual("注释列", "columns of annotations"),
    "annotationEntry": Bilingual("注释", "annotations"),
    "inputValues": Bilingual("允许的值", "permitted values"),
    "description": Bilingual("说明", "descriptions"),
    "extensionElements": Bilingual("工具自己的扩展", "extensions of the tool"),
}
"""Elements that explain and decide nothing, which a rule file has no place for, and what they are called."""


@dataclass(frozen=True, slots=True)
class Model:
    """What a DMN file holds: the table, the element of each cell, the families of the constants in each column, and
    what is left behind (texts that only explain)."""

    entry: TableEntry
    ids: tuple[tuple[str, ...], ...]  # of the rows of the model; a cross table has fewer
    families: tuple[frozenset[str], ...]
    left: tuple[str, ...] = ()

    def place(self, row: int, column: int) -> str:
        """The id of the element that a cell came from."""
        if self.entry.cross and column >= 2:
            values = len(self.entry.cells[0]) - 2
            row, column = (max(row, 1) - 1) * values + column - 1, 2 if row else 1
        elif self.entry.cross and row:
            row = (row - 1) * (len(self.entry.cells[0]) - 2) + 1
        found = self.ids[row] if row < len(self.ids) else ()
        return found[min(column, len(found) - 1)] if found else ""


def read_model(path: Path, tables: Mapping[str, Table]) -> Model:
    """The table in the file, of the name that the rule file knows it by if it knows it. Raises TroubleError."""
    decision, name = _chosen(decisions_in(path), tables)
    reader = _Reader(decision.table)
    model = reader.model(name, Bilingual(decision.label, decision.description))
    if reader.troubles:
        raise TroubleError(reader.troubles)
    return model


def _chosen(decisions: Sequence[Decision], tables: Mapping[str, Table]) -> tuple[Decision, str]:
    known = [(one, name) for one in decisions for name in one.names if name in tables]
    if len(decisions) == 1 or len(known) == 1:
        one, name = known[0] if known else (decisions[0], next(iter(decisions[0].names), ""))
        if not name:
            raise wrong("wrong_name", "决策的 id 不能作表名", "the id of the decision cannot be a table's name")
        return one, name
    listed = ", ".join(one.names[0] if one.names else "?" for one in decisions)
    raise wrong(
        "wrong_model",
        f"模型里有几张表（{listed}），规则文件认识的不是恰好一张",
        f"the model holds several tables ({listed}), and the rule file does not know exactly one of them",
    )


class _Reader:
    def __init__(self, table: Element) -> None:
        self.table = table
        self.troubles: list[Trouble] = []

    def _wrong(self, element: Element, zh: str, en: str) -> None:
        self.troubles.append(Trouble("wrong_table", zh, en, element.get("id") or local(element)))

    def model(self, name: str, label: Bilingual) -> Model:
        """The table as it stands; what can't be said is in `troubles`."""
        inputs, outputs = inside(self.table, "input"), inside(self.table, "output")
        if not inputs or not outputs:
            raise wrong(
                "wrong_table", "决策表没有输入或输出", "the table has no input or no output", self.table.get("id") or ""
            )
        heads = [self._input(one) for one in inputs] + [
            self._output(one, name, first=not at) for at, one in enumerate(outputs)
        ]
        rows = [heads]
        ids = [[one.get("id") or local(one) for one in (*inputs, *outputs)]]
        families: list[set[str]] = [set() for _ in heads]
        for rule in inside(self.table, "rule"):
            cells = self._rule(rule, len(inputs), len(outputs))
            rows.append([cell.text for cell, _ in cells])
            ids.append([element.get("id") or rule.get("id") or "rule" for _, element in cells])
            for place, (cell, _) in enumerate(cells):
                families[place] |= cell.families
        hit = self._hit()
        entry = TableEntry(name, tuple(tuple(row) for row in rows), label, hit, "", self._order(outputs, hit))
        left = self._left()
        entry = (
            crossed(entry, outputs[0].get("typeRef", ""))
            if self.table.get("preferredOrientation") == "CrossTable"
            else entry
        )
        return Model(entry, tuple(tuple(row) for row in ids), tuple(frozenset(one) for one in families), left)

    def _input(self, one: Element) -> str:
        expressions = inside(one, "inputExpression")
        text = text_of(expressions[0]) if expressions else ""
        if not text:
            self._wrong(one, "输入没有算式", "the input has no expression")
        self._plain(expressions[0] if expressions else one)
        return " ".join(text.split())

    def _output(self, one: Element, name: str, *, first: bool) -> str:
        for default in inside(one, "defaultOutputEntry"):
            self._wrong(default, "不支持缺省输出；写成一行", "a default output is not supported; make it a row")
        kind = _KINDS.get(one.get("typeRef", "").rpartition(":")[2].lower())
        if kind is None and one.get("typeRef"):
            self._wrong(one, f"不支持类型 {one.get('typeRef')}", f"the type {one.get('typeRef')} is not supported")
        return f"{'=> ' if first else ''}{one.get('name') or name} {kind or 'text'}"

    def _hit(self) -> str:
        wanted = (self.table.get("hitPolicy") or "UNIQUE", self.table.get("aggregation") or "")
        found = next((hit for hit, said in HITS.items() if said == wanted), None)
        if found is None:
            self._wrong(
                self.table, f"不支持命中策略 {' '.join(wanted)}", f"the hit policy {' '.join(wanted)} is not supported"
            )
        return found or "unique"

    def _order(self, outputs: Sequence[Element], hit: str) -> tuple[str, ...]:
        if hit not in ("priority", "output order"):
            return ()
        if len(outputs) > 1:
            self._wrong(outputs[1], "这种命中策略只能有一个输出", "this hit policy has one output only")
        values = inside(outputs[0], "outputValues")
        try:
            return constants(text_of(values[0])) if values else ()
        except Refused as error:
            self._wrong(values[0], error.zh, error.en)
            return ()

    def _rule(self, rule: Element, inputs: int, outputs: int) -> list[tuple[Cell, Element]]:
        tests, values = inside(rule, "inputEntry"), inside(rule, "outputEntry")
        if (len(tests), len(values)) != (inputs, outputs):
            self._wrong(
                rule, "这一行的格数与表头不同", "this rule has another number of entries than the table has columns"
            )
            return []
        return [(self._test(one), one) for one in tests] + [(self._value(one), one) for one in values]

    def _test(self, one: Element) -> Cell:
        self._plain(one)
        try:
            cell = input_cell(text_of(one))
        except Refused as error:
            self._wrong(one, error.zh, error.en)
            return Cell("-")
        label = " ".join(one.get("label", "").replace("|", " ").split())
        if not label or label.isascii() or cell.text.startswith('"'):
            return cell
        shown = label if not label[0].isascii() else f"（{label}）"
        return Cell(f"{cell.text} {shown}", cell.families)

    def _value(self, one: Element) -> Cell:
        self._plain(one)
        try:
            return output_cell(text_of(one))
        except Refused as error:
            self._wrong(one, error.zh, error.en)
            return Cell("-")

    def _plain(self, one: Element) -> None:
        language = one.get("expressionLanguage", "")
        if language not in _FEEL and not language.rstrip("/").lower().endswith("feel"):
            self._wrong(one, f"不支持语言 {language[:40]}", f"the language {language[:40]} is not supported")

    def _left(self) -> tuple[str, ...]:
        """Which of those that are left behind the table has."""
        return tuple(dict.fromkeys(local(one) for one in self.table.iter() if local(one) in LEFT))


def crossed(entry: TableEntry, type_ref: str) -> TableEntry:
    """The table as a cross table, where its rows are those of one: each test of the first input with each of the
    second; else as it is."""
    rows = entry.cells[1:]
    if entry.split != 2 or len(entry.cells[0]) != 3:
        return entry
    across = list(dict.fromkeys(row[0] for row in rows))
    down = list(dict.fromkeys(row[1] for row in rows))
    if [(row[0], row[1]) for row in rows] != [(one, other) for one in across for other in down]:
        return entry
    head = (entry.cells[0][0], entry.cells[0][1], *down)
    values = [row[2] for row in rows]
    wide = len(down)
    lines = [(one, "", *values[at * wide : (at + 1) * wide]) for at, one in enumerate(across)]
    gives = _KINDS.get(type_ref.lower(), "text")
    return TableEntry(entry.name, (head, *lines), entry.label, entry.hit, gives, entry.order)
