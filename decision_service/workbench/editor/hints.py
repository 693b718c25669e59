"""What a word of the text is, what may come at the cursor, and where a name is given: the answers of the language
server, for the page. Runs in another process than the pages."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from decision_service.languageserver.knowing import definition, following, told
from decision_service.languageserver.places import Spot, spot_at
from decision_service.policy.nodes import MapNode, Node, TextNode, read_nodes
from decision_service.policy.parts import Bilingual
from decision_service.source import Source
from decision_service.tabular.entry import SECTIONS
from decision_service.workbench.editor.checking import catalogue_of
from decision_service.workbench.editor.offsets import Units


@dataclass(frozen=True, slots=True)
class At:
    """A place in the text of a file as a browser names it: line from 0, and units of UTF-16 in that line."""

    folder: Path
    name: str
    text: str
    line: int
    unit: int

    @property
    def spot(self) -> Spot:
        """The place as the language server knows it."""
        lines = self.text.split("\n")
        here = lines[self.line] if self.line < len(lines) else ""
        return spot_at(self.text, self.line, Units(here).offset(self.unit))


@dataclass(frozen=True, slots=True)
class Coming:
    """What may come: the length of the word that is begun already, and words with what they are."""

    so_far: int
    words: tuple[tuple[str, Bilingual], ...]


def told_at(at: At) -> str:
    """What stands there, in both languages; "" where it is nothing that is known."""
    catalogue = catalogue_of(at.folder)
    found = "" if catalogue is None else told(at.spot, _node(at.name, at.text), catalogue)
    return found.replace("`", "")  # plain text here, not Markdown


def coming_at(at: At) -> Coming:
    """What may come there."""
    catalogue, spot = catalogue_of(at.folder), at.spot
    found = {} if catalogue is None else following(spot, _node(at.name, at.text), catalogue)
    return Coming(len(spot.so_far), tuple(found.items()))


def defined_at(at: At) -> tuple[int, int] | None:
    """Line, from 1, and column, from 0, in units, of where the word that stands there is given its meaning."""
    span = definition(at.spot.word, _node(at.name, at.text))
    if span is None:
        return None
    begin = span.start - span.column + 1
    return span.line, Units(at.text[begin : span.start]).unit(span.start - begin)


def tables_at(name: str, text: str) -> tuple[tuple[str, int], ...]:
    """The decision tables of a file, each with the unit at the end of the line of its name."""
    node, units = _node(name, text, at_pause=True), Units(text)
    return tuple(
        (key.text, units.unit(len(text) if (end := text.find("\n", key.span.end)) < 0 else end))
        for part in SECTIONS
        for key, value in _entries(node, part)
        if isinstance(value, MapNode) and isinstance(value.get("table"), TextNode)
    )


def _entries(node: MapNode | None, part: str) -> tuple[tuple[TextNode, Node], ...]:
    inner = None if node is None else node.get(part)
    return inner.entries if isinstance(inner, MapNode) else ()


_LAST: dict[str, MapNode] = {}
"""The nodes of each file when it could last be read: what is known of it while a line is half written."""


def _node(name: str, text: str, *, at_pause: bool = False) -> MapNode | None:
    if name in _LAST and len(text) > _LONG and not at_pause:
        return _LAST[name]
    node = _read(name, text)
    if node is not None:
        if len(_LAST) >= _FILES:
            _LAST.pop(next(iter(_LAST)))
        _LAST[name] = node
    return _LAST.get(name)


_LONG = 30_000
"""Characters of a text that is not read anew at every key: a long table, whose names hardly change."""

_FILES = 20


@lru_cache(maxsize=4)
def _read(name: str, text: str) -> MapNode | None:
    node, problems = read_nodes(Source(name, text))
    return node if isinstance(node, MapNode) and not problems else None
