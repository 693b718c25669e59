"""Every expression of every rule file knows its place: the text at the place of its tree is the text in the file."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from decision_service.language import tree
from decision_service.policy.nodes import ListNode, MapNode, Node, TextNode, read_nodes, read_source
from decision_service.source import Source, Span
from tests.shipped import shelf

RULES = Path(__file__).parents[2] / "rules"
NODES = tuple(one for one in vars(tree).values() if isinstance(one, type) and one.__module__ == tree.__name__)
KEYS = frozenset({"must", "when", "check_by", "amount", "value"})
SECTIONS = frozenset({"let", "tell", "result"})
MATTERS = sorted(path.name for path in RULES.iterdir() if path.is_dir() and path.name != "catalogue")


def spans(part: object) -> Iterator[Span]:
    """The place of every node of the language inside a part of a policy."""
    if isinstance(part, NODES):
        span = getattr(part, "span", None)
        if span is not None:
            yield span
    if is_dataclass(part) and not isinstance(part, Span | type):
        for one in fields(part):
            yield from spans(getattr(part, one.name))
    elif isinstance(part, tuple | list):
        for one in part:
            yield from spans(one)
    elif isinstance(part, dict):
        for one in part.values():
            yield from spans(one)


def written(node: Node, section: str = "") -> Iterator[TextNode]:
    """The expressions of a rule file, as its nodes have them."""
    if isinstance(node, ListNode):
        for item in node.items:
            yield from written(item, section)
    elif isinstance(node, MapNode):
        for key, value in node.entries:
            if key.text in ("cases", "parameters", "form"):
                continue
            if isinstance(value, TextNode) and (key.text in KEYS or section in SECTIONS):
                yield value
            yield from written(value, key.text)


@pytest.mark.parametrize("matter", MATTERS)
def test_every_expression_is_covered_by_the_places_of_its_tree(matter: str) -> None:
    policy = shelf().versions[matter][-1]
    name = policy.source
    source = read_source(RULES / name, name)
    assert isinstance(source, Source)
    node, problems = read_nodes(source)
    assert node is not None
    assert not problems
    known = {(span.start, span.end) for span in spans(policy) if span.source.name == name}
    expressions = list(written(node))
    assert len(expressions) > 8
    for one in expressions:
        place = one.place(0, len(one.text))
        inside = [span for span in known if place.start <= span[0] < span[1] <= place.end]
        assert inside, f"{name}:{place.line}: {one.text}"
        covered = max(end for _, end in inside) - min(start for start, _ in inside)
        assert covered >= len(place.text) - 2 * place.text.count("(") - 8, f"{name}:{place.line}: {place.text}"
