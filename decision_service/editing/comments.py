"""Comments of a rule file: what stands behind a `#` outside of every text."""

from collections.abc import Iterator

from decision_service.policy.nodes import ListNode, MapNode, Node, TextNode


def comment_in(line: str) -> str | None:
    """The comment in what holds no text but blanks, dashes and colons; None where there is none."""
    _, mark, rest = line.partition("#")
    return f"#{rest.rstrip()}" if mark else None


def comments_of(text: str, node: Node) -> list[str]:
    """Every comment of a file, in order."""
    found: list[str] = []
    at = 0
    for start, end in [*_texts(node), (len(text), len(text))]:
        for line in text[at:start].split("\n"):
            comment = comment_in(line)
            if comment is not None:
                found.append(comment)
        at = max(at, end)
    return found


def _texts(node: Node) -> Iterator[tuple[int, int]]:
    """Where the scalars stand; of block text, what is below its first line and that line's `|` or `>`."""
    match node:
        case TextNode():
            start, end = node.span.start, node.span.end
            if node.block:
                head = node.span.text.partition("\n")[0]
                yield start, start + len(head.partition(" ")[0])
                yield start + len(head), end
            else:
                yield start, end
        case ListNode():
            for item in node.items:
                yield from _texts(item)
        case MapNode():
            for key, value in node.entries:
                yield from _texts(key)
                yield from _texts(value)
