"""How a text is written in YAML: with quotes only where it would read as something else without them."""

import re

from decision_service.policy.nodes import ListNode, MapNode, Node, TextNode

_SPECIAL = re.compile(
    r"(y|n|yes|no|on|off|true|false|null|nan|inf|absent|late|faulty|no record|not asked|是|否)", re.IGNORECASE
)
"""Words that are more than their letters: to a rule file without quotes, or to an editor's YAML."""

_PLAIN = re.compile(r"[^\W\d_]([^\n]*\S)?")
_BREAKS = re.compile(r": |:$| #|\s{2}")
_FLOW = frozenset(",[]{}")


def plain_enough(text: str, *, in_flow: bool) -> bool:
    """Whether the text reads the same without quotes, here and in any editor, and as the same kind of value."""
    if not _PLAIN.fullmatch(text) or _SPECIAL.fullmatch(text) or _BREAKS.search(text):
        return False
    return not (in_flow and (_FLOW & set(text) or ":" in text))


def written(text: str, *, in_flow: bool = False) -> str:
    """A new text as YAML on one line: plain where it may be, a number or a day too, else in double quotes."""
    number = re.fullmatch(r"-?[0-9]+(\.[0-9]+)?|[0-9]{4}-[0-9]{2}(-[0-9]{2})?", text)
    if number or plain_enough(text, in_flow=in_flow):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def tidy(node: TextNode) -> str:
    """A scalar of one line as it is best written; what was plain stays as it was."""
    raw = node.span.text
    if node.style == "plain":
        return raw
    if plain_enough(node.text, in_flow=node.in_flow):
        return node.text
    if node.style == "single" and not set('"\\') & set(node.text):
        return f'"{node.text}"'
    return raw


def in_braces(node: Node) -> str:
    """A mapping or list in `{}` or `[]` on one line, with one blank after each comma and colon."""
    match node:
        case TextNode():
            return tidy(node)
        case ListNode():
            return f"[{', '.join(in_braces(item) for item in node.items)}]"
        case MapNode():
            pairs = [f"{tidy(key)}: {in_braces(value)}".rstrip() for key, value in node.entries]
            return f"{{{', '.join(pairs)}}}"


def is_flow(node: Node) -> bool:
    """Whether it is a mapping or list in `{}` or `[]`."""
    return not isinstance(node, TextNode) and node.span.text[:1] in ("{", "[")
