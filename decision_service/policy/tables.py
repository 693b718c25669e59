"""Decision tables in block text: row tables (inputs `=>` outputs) and cross tables (rows × columns)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast, get_args

from decision_service.language.cells import output_cell, test_cell
from decision_service.language.check import check
from decision_service.language.kinds import plain
from decision_service.language.tree import Expression, Literal
from decision_service.language.vocabulary import Vocabulary
from decision_service.policy.entries import Complaints, Entries
from decision_service.policy.kindtext import parse_kind
from decision_service.policy.nodes import TextNode
from decision_service.policy.shape import Bilingual, HitPolicy, Row, Table
from decision_service.source import Problem, Source, Span
from verifiers.kinds import Kind

HIT_POLICIES: tuple[HitPolicy, ...] = get_args(HitPolicy)
_LABEL = re.compile(r"\s+[^\x00-\x7f].*$")
_SEVERAL = frozenset({"rule order", "output order", "collect"})


@dataclass(frozen=True, slots=True)
class Piece:
    """One cell: its text without blanks and without a trailing label, and where it stands in the block."""

    text: str
    offset: int
    node: TextNode

    def place(self, offset: int, length: int) -> Span:
        """The place of a part of the cell in the file."""
        return self.node.place(self.offset + offset, length)

    @property
    def span(self) -> Span:
        """The place of the cell."""
        return self.place(0, max(len(self.text), 1))


def read_table(
    name: str,
    entries: Entries,
    node: TextNode,
    vocabulary: Vocabulary,
    label: Bilingual | None,
    basis: tuple[int, ...],
    *,
    varies: bool,
) -> Table | None:
    """The table written in `node`; None where it can't be read (and complained of)."""
    complaints = entries.complaints
    hit = cast("HitPolicy", entries.choice("hit", HIT_POLICIES, "unique"))
    rows = list(_rows(node))
    if len(rows) < 2:
        complaints.add(
            "wrong_table",
            "表格至少要有表头和一行",
            "a table needs a header and at least one row",
            entries.span,
            ("第一行写表头，以下每行一条", "the first line is the header, each further line a row"),
        )
        return None
    header = rows[0]
    cross = not any(piece.text.startswith("=>") for piece in header)
    reader = _TableReader(name, entries, vocabulary, complaints)
    found = reader.cross(header, rows[1:]) if cross else reader.listed(header, rows[1:])
    if found is None:
        return None
    inputs, outputs, lines = found
    kind = _kind_of(outputs, hit)
    priority = _priority(entries, outputs, complaints) if hit in ("priority", "output order") else ()
    return Table(name, inputs, outputs, lines, hit, kind, basis, priority, cross, label, node.span, varies)


def wrong_cell(text: str, column: Expression | Kind) -> Problem | None:
    """What is wrong with a cell in itself, under a column that tests this expression or holds outputs of this kind; as
    in the whole table, where the place is another one."""
    node = TextNode(text, Span(Source("", text), 0, len(text)))
    piece = next(_cells(text, 0, node))
    found = output_cell(piece.text, piece.span, column) if isinstance(column, Kind) else _tested(piece, column)
    return found if isinstance(found, Problem) else None


def _tested(piece: Piece, value: Expression) -> Expression | Problem | None:
    if not piece.text:
        return Problem(
            "wrong_table", "这一格是空的", "this cell is empty", piece.span, "任意值写 -", "write - for any value"
        )
    return test_cell(piece.text, piece.place, value)


def _kind_of(outputs: tuple[tuple[str, Kind], ...], hit: HitPolicy) -> Kind:
    if hit == "collect count":
        return Kind("whole")
    one = plain(outputs[0][1]) if len(outputs) == 1 else Kind("record", fields=outputs)
    return Kind("list", item=one) if hit in _SEVERAL else one


def _priority(
    entries: Entries, outputs: tuple[tuple[str, Kind], ...], complaints: Complaints
) -> tuple[Expression, ...]:
    values: list[Expression] = []
    words = entries.words("order")
    if not words:
        complaints.add(
            "missing_key",
            "这种命中策略要用 `order` 写出输出值的先后",
            "this hit policy needs `order`: the output values, strongest first",
            entries.span,
            ("如 order: [500.00, 300.00]", "such as order: [500.00, 300.00]"),
        )
    for word in words:
        literal = output_cell(word.text, word.span, outputs[0][1])
        if isinstance(literal, Problem):
            complaints.problems.append(literal)
        else:
            values.append(literal)
    return tuple(values)


def _rows(node: TextNode) -> Iterator[list[Piece]]:
    """The cells of each line that is not blank."""
    start = 0
    for line in node.text.split("\n"):
        if line.strip():
            yield list(_cells(line, start, node))
        start += len(line) + 1


def _cells(line: str, start: int, node: TextNode) -> Iterator[Piece]:
    position = start
    for cell in line.split("|"):
        text = cell.strip()
        unlabelled = text if text.startswith('"') else _LABEL.sub("", text)
        yield Piece(unlabelled, position + len(cell) - len(cell.lstrip()), node)
        position += len(cell) + 1


Lines = tuple[tuple[Expression, ...], tuple[tuple[str, Kind], ...], tuple[Row, ...]]


class _TableReader:
    def __init__(self, name: str, entries: Entries, vocabulary: Vocabulary, complaints: Complaints) -> None:
        self.name = name
        self.entries = entries
        self.vocabulary = vocabulary
        self.complaints = complaints

    def _input(self, piece: Piece) -> Expression | None:
        found = check(piece.text, piece.place, self.vocabulary)
        if isinstance(found, Problem):
            self.complaints.tell(found)
            return None
        return found

    def _test(self, piece: Piece, value: Expression) -> Expression | None:
        found = _tested(piece, value)
        if isinstance(found, Problem):
            self.complaints.problems.append(found)
            return None
        return found

    def _output(self, piece: Piece, kind: Kind) -> Expression:
        found = output_cell(piece.text, piece.span, kind)
        if isinstance(found, Problem):
            self.complaints.problems.append(found)
            return Literal(None, plain(kind))
        return found

    def _even(self, header: list[Piece], row: list[Piece]) -> bool:
        if len(header) == len(row):
            return True
        self.complaints.add(
            "wrong_table",
            f"这一行有{len(row)}格，表头有{len(header)}格",
            f"this row has {len(row)} cells, the header has {len(header)}",
            row[-1].span,
            ("每格之间用 | 隔开", "cells are parted by |"),
        )
        return False

    def cross(self, header: list[Piece], rows: list[list[Piece]]) -> Lines | None:
        """A cross table: the first column tests one input, the heads of the others a second one."""
        kind = self._gives()
        if kind is None:
            return None
        if len(header) < 3:
            self.complaints.add(
                "wrong_table",
                "交叉表的表头应为：行的名称 | 列的名称 | 各列的条件",
                "a cross table begins with: row name | column name | tests of the columns",
                header[0].span,
                ("行表用 `=>` 标出第一个输出列", "a row table marks its first output with `=>`"),
            )
            return None
        across, down = self._input(header[0]), self._input(header[1])
        if across is None or down is None:
            return None
        columns = [self._test(piece, down) for piece in header[2:]]
        lines: list[Row] = []
        for row in rows:
            if not self._even(header, row):
                continue
            if row[1].text:
                self.complaints.add(
                    "wrong_table",
                    "交叉表第二列应留空",
                    "the second column of a cross table stays empty",
                    row[1].span,
                    ("清空这一格", "empty this cell"),
                )
            test = self._test(row[0], across)
            lines += [
                Row((test, column), (self._output(piece, kind),), piece.span)
                for column, piece in zip(columns, row[2:], strict=True)
            ]
        return (across, down), ((self.name, kind),), tuple(lines)

    def _gives(self) -> Kind | None:
        text = self.entries.text("gives", "")
        kind = parse_kind(text) if text else None
        if kind is None:
            self.complaints.add(
                "unknown_kind", "用 `gives` 写出表中值的类型", "`gives` must name the kind of the table's values",
                self.entries.span, ("如 gives: money", "such as gives: money"),
            )  # fmt: skip
        return kind

    def listed(self, header: list[Piece], rows: list[list[Piece]]) -> Lines | None:
        """A row table: tests of the inputs, then, from `=>` on, the outputs."""
        split = next(place for place, piece in enumerate(header) if piece.text.startswith("=>"))
        inputs = [self._input(piece) for piece in header[:split]]
        outputs = [self._head(piece) for piece in header[split:]]
        if any(found is None for found in inputs) or any(found is None for found in outputs):
            return None
        known = [found for found in inputs if found is not None]
        named = tuple(found for found in outputs if found is not None)
        lines = []
        for row in rows:
            if self._even(header, row):
                tests = tuple(self._test(piece, value) for piece, value in zip(row[:split], known, strict=True))
                values = tuple(self._output(piece, kind) for piece, (_, kind) in zip(row[split:], named, strict=True))
                lines.append(Row(tests, values, row[0].span))
        return tuple(known), named, tuple(lines)

    def _head(self, piece: Piece) -> tuple[str, Kind] | None:
        words = piece.text.removeprefix("=>").strip()
        name, _, kind_text = words.partition(" ")
        kind = parse_kind(kind_text.strip()) if kind_text else None
        if kind is None and not kind_text and self.entries.text("gives", ""):
            kind = self._gives()
        if kind is None and kind_text:
            self.complaints.add(
                "unknown_kind",
                f"不认识的类型 `{kind_text.strip()}`",
                f"`{kind_text.strip()}` is not a kind of value",
                piece.span,
                ("如 money、whole、decimal、text、date、boolean", "such as money, whole, decimal, text, date, boolean"),
            )
            return None
        if kind is None:
            self.complaints.add(
                "wrong_table",
                "输出列的表头应为“名称 类型”",
                "the head of an output column must be a name and a kind",
                piece.span,
                ("如 => cap money", "such as => cap money"),
            )
            return None
        return name, kind
