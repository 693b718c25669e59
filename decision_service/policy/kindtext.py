"""How a kind of value is written in the catalogue and in tables: `one of a, b`, `date or null`, `list of text`."""

import re
from decimal import Decimal

from decision_service.policy.entries import Complaints, Entries
from decision_service.policy.nodes import MapNode, Node, TextNode
from decision_service.source import Span
from verifiers.kinds import READERS, Kind

_RANGE = re.compile(r"(whole|decimal|money)(?: from (-?[\d.]+))?(?: to (-?[\d.]+))?", re.ASCII)


def kind_of(node: Node | None, complaints: Complaints) -> Kind:
    """The kind that a catalogue entry describes; text where it is wrong (and complained of)."""
    if isinstance(node, TextNode):
        kind = parse_kind(node.text)
        if kind is not None:
            return kind
        complaints.add(
            "unknown_kind",
            f"不认识的类型 `{node.text}`",
            f"`{node.text}` is not a kind of value",
            node.span,
            ("如 boolean、whole、money、text、date、month、region、one of a, b、date or null、list of text",
             "such as boolean, whole, money, text, date, month, region, one of a, b, date or null, list of text"),
        )  # fmt: skip
        return Kind("text")
    if isinstance(node, MapNode):
        entries = Entries(node, complaints, ("列表的字段", "the list"))
        nullable = entries.yes("or_null", default=False)
        inner = entries.inner("each", needed=True)
        fields = tuple((name, kind_of(inner.get(name), complaints)) for name in inner.names())
        entries.done()
        return Kind("list", nullable=nullable, item=Kind("record", fields=fields))
    span: Span | None = None if node is None else node.span
    complaints.add("unknown_kind", "这里应写类型", "a kind of value is needed here", span)
    return Kind("text")


def parse_kind(text: str) -> Kind | None:
    """The kind written as one text, or None if it is none."""
    text, optional = text.removesuffix(" optional"), text.endswith(" optional")
    text, nullable = text.removesuffix(" or null"), text.endswith(" or null")
    if text.startswith("list of "):
        item = parse_kind(text.removeprefix("list of "))
        return None if item is None else Kind("list", nullable=nullable, item=item, optional=optional)
    if text.startswith("one of "):
        values = tuple(word.strip() for word in text.removeprefix("one of ").split(","))
        return Kind("text", nullable=nullable, values=values, optional=optional) if all(values) else None
    if text.startswith("text matching "):
        pattern = text.removeprefix("text matching ")
        try:
            re.compile(pattern)
        except re.error:
            return None
        return Kind("text", nullable=nullable, pattern=pattern, optional=optional)
    ranged = _RANGE.fullmatch(text)
    if ranged:
        name, low, high = ranged.groups()
        return Kind(name, nullable=nullable, optional=optional, minimum=_decimal(low), maximum=_decimal(high))
    return Kind(text, nullable=nullable, optional=optional) if text in READERS else None


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
