"""Changes to the text of a rule file that leave everything around them, comments above all, as it is."""

from collections.abc import Iterable
from dataclasses import dataclass

from decision_service.editing.comments import placed_comments
from decision_service.policy.nodes import MapNode, Node, TextNode
from decision_service.source import Source, Span


@dataclass(frozen=True, slots=True)
class Edit:
    """The characters from `start` up to `end` become `text`."""

    start: int
    end: int
    text: str


def applied(source: Source, edits: Iterable[Edit]) -> str:
    """The text with the edits made. Of two that overlap the later one in the file is left out."""
    parts: list[str] = []
    at = 0
    for edit in sorted(set(edits), key=lambda one: (one.start, one.end)):
        if edit.start >= at:
            parts += [source.text[at : edit.start], edit.text]
            at = edit.end
    return "".join([*parts, source.text[at:]])


def instead(span: Span, text: str) -> Edit:
    """What stands at the place, replaced."""
    return Edit(span.start, span.end, text)


def without(key: TextNode, value: Node) -> Edit:
    """An entry of a mapping taken out with its lines; its comments stay, each on a line of its own."""
    text = key.span.source.text
    start = text.rfind("\n", 0, key.span.start) + 1
    end = text.find("\n", max(key.span.end, value.span.end))
    end = len(text) if end < 0 else end + 1
    entry = MapNode(((key, value),), key.span)
    kept = [comment for _, comment in placed_comments(text, entry, key.span.start, end)]
    return Edit(start, end, "".join(f"{text[start : key.span.start]}{comment}\n" for comment in kept))
