"""The graph of a rule file as it stands in the text, and the line of each of its boxes. Runs in another process than
the pages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from decision_service.editing.linting import written
from decision_service.graphing import graph_of, graph_svg
from decision_service.graphing.model import Node as Box
from decision_service.guide.prose import policy_text
from decision_service.policy.nodes import MapNode, Node, TextNode
from decision_service.readings.prose import Lang
from decision_service.source import PolicyProblems, Source
from decision_service.workbench.editor.checking import catalogue_of


@dataclass(frozen=True, slots=True)
class Stretch:
    """The lines of one box of the graph, from 1, both ends included."""

    key: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Picture:
    """The drawing (a whole SVG document) and where in the text its boxes are written, in the order of the text."""

    drawing: str
    stretches: tuple[Stretch, ...]

    def at(self, line: int) -> str:
        """The box that is written around a line; "" where there is none."""
        return next((one.key for one in self.stretches if one.first <= line <= one.last), "")

    @property
    def leads(self) -> dict[str, int]:
        """The first line of each box."""
        return {one.key: one.first for one in reversed(self.stretches)}


def drawn(folder: Path, name: str, text: str) -> Picture:
    """The picture of a version of a matter. Raises PolicyProblems where the text is wrong."""
    catalogue = catalogue_of(folder)
    if catalogue is None:
        raise PolicyProblems(())
    file = written(Source(name, text), catalogue)
    graph = graph_of(file.policy, catalogue)
    ends = _ends(file.node)
    found = [
        Stretch(box.key, place.line, ends.get(place.start, place.line))
        for box in graph.nodes.values()
        for place in (key.span for key in _written(box, file.node))
    ]
    return Picture(graph_svg(file.policy, catalogue), tuple(sorted(found, key=lambda one: (one.first, one.last))))


def in_prose(folder: Path, name: str, text: str, language: Lang) -> str:
    """The whole policy as text (Markdown) to read from beginning to end. Raises PolicyProblems."""
    catalogue = catalogue_of(folder)
    if catalogue is None:
        raise PolicyProblems(())
    return policy_text(written(Source(name, text), catalogue).policy, catalogue, language)


_PARTS: Mapping[str, tuple[str, ...]] = {
    "rule": ("rules",),
    "let": ("let",),
    "table": ("tables", "parameters"),
    "form": ("form",),
    "fact": ("ask",),
    "result": ("result",),
    "item": ("items",),
}


def _written(box: Box, node: MapNode) -> Iterator[TextNode]:
    """The keys under which a box is written: a fact under the register that is asked for it, an outcome under the rules
    that lead to it."""
    name = box.group if box.sort == "fact" else box.name
    for part in _PARTS.get(box.sort, ()):
        inner = node.get(part)
        yield from (key for key, _ in inner.entries if key.text == name) if isinstance(inner, MapNode) else ()
    if box.sort == "outcome":
        rules = node.get("rules")
        for _, value in rules.entries if isinstance(rules, MapNode) else ():
            yield from _naming(value, box.name)


def _naming(node: Node, word: str) -> Iterator[TextNode]:
    match node:
        case TextNode():
            if node.text.split()[:1] == [word]:
                yield node
        case MapNode():
            for _, value in node.entries:
                yield from _naming(value, word)
        case _:
            for item in node.items:
                yield from _naming(item, word)


def _ends(node: MapNode) -> Mapping[int, int]:
    """The last line of each entry of each part, by where its key begins."""
    found = {}
    for _, part in node.entries:
        for key, value in part.entries if isinstance(part, MapNode) else ():
            text = value.span.source.text
            last = max(key.span.end, value.span.start + len(value.span.text.rstrip()))
            found[key.span.start] = text.count("\n", 0, last) + 1
    return found
