"""YAML text -> small nodes that know their places, and nothing typed: `012`, `yes` and `1.50` stay what was written.

A rule file is plain data in YAML 1.2. What makes YAML surprising or dangerous is refused: anchors and aliases, tags,
merge keys, several documents, duplicate keys, tabs, control and invisible characters. The parser is libyaml, as a
stream of events, so that size, depth and count are bounded while reading and a hostile file costs milliseconds.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeAlias

import yaml

from decision_service.policy import syntax
from decision_service.policy.scalars import Pieces, Style, pieces_of, position
from decision_service.source import Problem, Source, Span

MOST_BYTES = 512 * 1024
MOST_NODES = 20_000
MOST_DEPTH = 24
MOST_PROBLEMS = 50

STYLES: dict[str, Style] = {"": "plain", "'": "single", '"': "double", "|": "literal", ">": "folded"}
NULLS = frozenset({"null", "Null", "NULL", "~"})

UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
"""Tabs, control characters, byte order marks, separators that YAML 1.1 takes for line ends, and whatever can make a
line look other than it reads (zero-width and direction marks)."""


@dataclass(frozen=True, slots=True)
class TextNode:
    """A scalar: its text, never typed. Plain `null`, `~` and nothing at all are the empty text.

    `in_flow` is true inside `{}` or `[]`, where commas, brackets and colons belong to YAML.
    """

    text: str
    span: Span
    style: Style = "plain"
    in_flow: bool = False
    pieces: Pieces = field(default=(), repr=False, compare=False)

    @property
    def block(self) -> bool:
        """Whether it is a block scalar, `|` or `>`."""
        return self.style in ("literal", "folded")

    def place(self, offset: int, length: int) -> Span:
        """Where in the file these characters of `text` are; the whole scalar if that cannot be told exactly."""
        if not self.pieces:
            return self.span
        source, size = self.span.source, len(self.text)
        first = max(0, min(offset, size))
        last = max(first, min(offset + length, size))
        if last == first:
            here = position(self.pieces, first) if first < size or not first else position(self.pieces, first - 1) + 1
            return Span(source, here, here)
        return Span(source, position(self.pieces, first), position(self.pieces, last - 1) + 1)


@dataclass(frozen=True, slots=True)
class MapNode:
    """A mapping, its entries in the order of the file, every key once."""

    entries: tuple[tuple[TextNode, "Node"], ...]
    span: Span

    def get(self, key: str) -> "Node | None":
        """The value under `key`, or None if the mapping has no such key."""
        return next((value for name, value in self.entries if name.text == key), None)


@dataclass(frozen=True, slots=True)
class ListNode:
    """A sequence."""

    items: tuple["Node", ...]
    span: Span


Node: TypeAlias = TextNode | MapNode | ListNode


class _StopError(Exception):
    """Reading cannot go on."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def read_source(path: Path, name: str) -> Source | Problem:
    """The file as a source called `name`, line ends as line feeds; or why it cannot be one; bounded."""
    nowhere = Span(Source(name, ""), 0, 0)
    try:
        if not path.is_file():
            return syntax.UNREADABLE.at(nowhere)
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError):
        return syntax.UNREADABLE.at(nowhere)
    if len(data) > MOST_BYTES:
        return syntax.TOO_LARGE.at(nowhere)
    try:
        return Source(name, _lines(data.decode("utf-8")))
    except UnicodeDecodeError as error:
        source = Source(name, _lines(data.decode("utf-8", "replace")))
        at = len(_lines(data[: error.start].decode("utf-8")))
        return syntax.NOT_UTF8.at(Span(source, at, min(at + 1, len(source.text))))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def read_nodes(source: Source) -> tuple[Node | None, tuple[Problem, ...]]:
    """The nodes of a source and everything wrong with it.

    With problems the node is None if the text could not be read to its end, else what was read, so that the caller
    can go on to complain about the rest; no policy may be built from it.
    """
    if len(source.text) > MOST_BYTES or len(source.text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        return None, (syntax.TOO_LARGE.at(Span(source, 0, 0)),)
    found = islice(UNSEEN.finditer(source.text), MOST_PROBLEMS)
    unseen = tuple(syntax.unseen(match.group()).at(Span(source, *match.span())) for match in found)
    if unseen:
        return None, unseen
    reading = _Reading(source)
    try:
        node = reading.document()
    except _StopError as stop:
        return None, (*reading.problems, stop.problem)
    return node, tuple(reading.problems)


class _Reading:
    """One pass over the events of one source."""

    def __init__(self, source: Source) -> None:
        self.source, self.size = source, len(source.text)
        self.problems: list[Problem] = []
        self.events = self._events()
        self.nodes = 0
        self.flow = 0

    def _events(self) -> Iterator[yaml.Event]:
        try:
            yield from yaml.parse(self.source.text, Loader=yaml.CSafeLoader)
        except yaml.YAMLError as error:
            raise _StopError(syntax.explain(self.source, error)) from None

    def _span(self, start: int, end: int) -> Span:
        first = min(self.size, start)
        last = min(self.size, end)
        return Span(self.source, first, max(first, last))

    def _at(self, event: yaml.Event) -> Span:
        start, end = event.start_mark, event.end_mark
        return self._span(start.index if start else 0, end.index if end else 0)

    def _wrong(self, complaint: syntax.Complaint, span: Span) -> None:
        if len(self.problems) >= MOST_PROBLEMS:
            raise _StopError(syntax.TOO_MANY_PROBLEMS.at(span))
        self.problems.append(complaint.at(span))

    def document(self) -> Node:
        """The single document of the source."""
        next(self.events)
        opening = next(self.events)
        if not isinstance(opening, yaml.DocumentStartEvent):
            raise _StopError(syntax.EMPTY.at(self._span(0, 0)))
        if opening.version is not None or opening.tags:
            self._wrong(syntax.DIRECTIVE, self._at(opening))
        node = self._node(next(self.events), 1)
        next(self.events)
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise _StopError(syntax.SECOND_DOCUMENT.at(self._at(after)))
        return node

    def _node(self, event: yaml.Event, depth: int) -> Node:
        self.nodes += 1
        here = self._at(event)
        if self.nodes > MOST_NODES:
            raise _StopError(syntax.TOO_MANY.at(here))
        if depth > MOST_DEPTH:
            raise _StopError(syntax.TOO_DEEP.at(here))
        if isinstance(event, yaml.ScalarEvent):
            return self._text(event, here)
        if not isinstance(event, yaml.CollectionStartEvent):
            self._wrong(syntax.ALIAS, here)
            return TextNode("", here, "plain", self.flow > 0)
        self._unadorned(event)
        self.flow += bool(event.flow_style)
        node = self._map(event, depth) if isinstance(event, yaml.MappingStartEvent) else self._list(event, depth)
        self.flow -= bool(event.flow_style)
        return node

    def _unadorned(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> bool:
        """Whether it bears neither anchor nor tag; a complaint about each."""
        if event.anchor is not None:
            self._wrong(syntax.ANCHOR, self._at(event))
        if event.tag is not None:
            self._wrong(syntax.TAG, self._at(event))
        return event.anchor is None and event.tag is None

    def _text(self, event: yaml.ScalarEvent, span: Span) -> TextNode:
        style, text, written, flow = STYLES[event.style or ""], event.value, span.text, self.flow > 0
        if not self._unadorned(event):
            return TextNode(text, span, style, flow)
        if style == "plain" and text in NULLS:
            return TextNode("", span, style, flow)
        pieces = pieces_of(text, style, written, span.start)
        if written.endswith((" ", "\n")):
            span = self._span(span.start, span.start + len(written.rstrip(" \n")))
        if odd := UNSEEN.search(text):
            self._wrong(syntax.unseen(odd.group()), span)
        return TextNode(text, span, style, flow, pieces)

    def _list(self, opening: yaml.CollectionStartEvent, depth: int) -> ListNode:
        items: list[Node] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return ListNode(tuple(items), self._whole(opening, event, items))

    def _map(self, opening: yaml.CollectionStartEvent, depth: int) -> MapNode:
        entries: dict[str, tuple[TextNode, Node]] = {}
        values: list[Node] = []
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            value = self._node(next(self.events), depth + 1)
            values.append(value)
            if name := self._key(key, entries):
                entries[name.text] = (name, value)
        return MapNode(tuple(entries.values()), self._whole(opening, event, values))

    def _key(self, key: Node, entries: Mapping[str, tuple[TextNode, Node]]) -> TextNode | None:
        """The key if it may stand, else None and a complaint."""
        if not isinstance(key, TextNode) or key.block or not key.text or "\n" in key.span.text:
            self._wrong(syntax.KEY_NOT_TEXT, key.span)
        elif key.text == "<<" and key.style == "plain":
            self._wrong(syntax.MERGE_KEY, key.span)
        elif key.text in entries:
            self._wrong(syntax.duplicate(key.text, entries[key.text][0].span.line), key.span)
        else:
            return key
        return None

    def _whole(self, opening: yaml.CollectionStartEvent, closing: yaml.Event, children: Sequence[Node]) -> Span:
        """A collection's span: a block ends where its last child does, whatever comments follow."""
        block = not opening.flow_style and children
        return self._span(self._at(opening).start, children[-1].span.end if block else self._at(closing).end)
