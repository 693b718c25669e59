"""The digest that names a policy's checked content: what it means, not how it is laid out or which cases it carries."""

import hashlib
import json
from collections.abc import Mapping

from decision_service.policy.nodes import ListNode, MapNode, Node, TextNode
from decision_service.policy.tablelayout import for_digest

UNCOUNTED = frozenset({"cases"})
"""Examples show a policy; they are no part of it."""

HOLD_TABLES = frozenset({"parameters", "tables"})


def digest(policy: MapNode, catalogue: Mapping[str, MapNode]) -> str:
    """SHA-256 (hex) over the canonical JSON of the file and of the catalogue that it leans on."""
    content = {
        "policy": {key.text: _section(key.text, value) for key, value in policy.entries if key.text not in UNCOUNTED},
        "catalogue": {name: _plain(node) for name, node in catalogue.items()},
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _section(name: str, node: Node) -> object:
    """A part of the file; in those that hold decision tables, each table however it is aligned."""
    if name not in HOLD_TABLES or not isinstance(node, MapNode):
        return _plain(node)
    return [[key.text, _tabled(value) if isinstance(value, MapNode) else _plain(value)] for key, value in node.entries]


def _tabled(node: MapNode) -> object:
    return [
        [key.text, for_digest(value.text) if key.text == "table" and isinstance(value, TextNode) else _plain(value)]
        for key, value in node.entries
    ]


def _plain(node: Node) -> object:
    match node:
        case TextNode():
            return node.text
        case ListNode():
            return [_plain(item) for item in node.items]
        case MapNode():
            # Rules and rows are told in the order of the file, so the order is part of what the file says.
            return [[key.text, _plain(value)] for key, value in node.entries]
