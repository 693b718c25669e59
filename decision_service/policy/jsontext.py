"""Texts of a rule file as JSON of a kind: `12` for a whole number is 12, for a text "12"."""

from decision_service.policy.nodes import ListNode, MapNode, Node, TextNode
from verifiers.kinds import Kind

_TRUTH = {"true": True, "yes": True, "是": True, "false": False, "no": False, "否": False}


def as_json(node: Node, kind: Kind | None) -> object:
    """`node` as the JSON that a value of `kind` travels as; whatever does not fit stays text, to be judged as such."""
    if isinstance(node, TextNode):
        return _scalar(node, kind)
    if isinstance(node, ListNode):
        item = kind.item if kind is not None else None
        return [as_json(element, item) for element in node.items]
    return _record(node, kind)


def _record(node: MapNode, kind: Kind | None) -> object:
    return {key.text: as_json(value, None if kind is None else kind.field(key.text)) for key, value in node.entries}


def _scalar(node: TextNode, kind: Kind | None) -> object:
    text = node.text
    if not text and node.style == "plain":
        return None
    if kind is None or node.style != "plain":
        return text
    if kind.name == "boolean":
        return _TRUTH.get(text, text)
    if kind.name == "whole":
        digits = text.removeprefix("-")
        return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else text
    return text
