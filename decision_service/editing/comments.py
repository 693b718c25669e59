"""Comments of a rule file: what stands behind a `#` outside of every text."""

from collections.abc import Iterator

from decision_service.policy.nodes import ListNode, MapNode, Node, TextNode


def comment_in(line: str) -> str | None:
    """The comment in what holds no text but blanks, dashes and colons; None where there is none."""
    _, mark, rest = line.partition("#")
    return f"#{rest.rstrip()}" if mark else None


def comments_of(text: str, node: Node) -> list[str]:
    """Every comment of a file, in order."""
    return [comment for _, comment in placed_comments(text, node)]


def placed_comments(text: str, node: Node, start_at: int = 0, end_at: int | None = None) -> Iterator[tuple[int, str]]:
    """Every comment of a file (or of the stretch of it that holds `node`), in order, and the offset where it begins."""
    at, last = start_at, len(text) if end_at is None else end_at
    for start, end in [*_texts(node), (last, last)]:
        for line in text[at:start].splitlines(keepends=True):
            comment = comment_in(line.rstrip("\n"))
            if comment is not None:
                yield at + line.index("#"), comment
            at += len(line)
        at = max(at, end)


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
