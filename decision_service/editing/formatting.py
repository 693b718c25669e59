"""`miaopi fmt`: a rule file in its one layout, with every comment and the same meaning.

The file is written anew from its nodes and the lines between them. What was written is then read again: other nodes,
or other comments, and the file is left as it was (FormattingError).
"""

from collections.abc import Sequence
from itertools import chain

from decision_service.editing.comments import comment_in, comments_of
from decision_service.editing.policykeys import ORDER
from decision_service.editing.scalars import in_braces, is_flow, tidy
from decision_service.policy.nodes import ListNode, MapNode, Node, TextNode, read_nodes
from decision_service.policy.tablelayout import aligned, cells_of
from decision_service.source import PolicyProblems, Problem, Source, columns

COMMENT_COLUMN = 44
"""Where a comment behind something begins, if it can."""

_EMPTY = "\0"
"""An empty line of a text, which counts, unlike one between entries. No file holds this character."""

_SIDE_BY_SIDE = frozenset({("let",), ("suitability",)})


class FormattingError(Exception):
    """The file can't be laid out without changing it; it stays as it is."""


def formatted(source: Source) -> str:
    """The text of the file in its layout. Raises PolicyProblems where it can't be read, and FormattingError."""
    node, problems = read_nodes(source)
    if node is None or problems:
        raise PolicyProblems(problems)
    if not isinstance(node, MapNode) or is_flow(node):
        sentence = ("文件应是若干“键: 值”，每行一个", "the file must be a mapping, one key a line")
        raise PolicyProblems([Problem("wrong_shape", *sentence, node.span)])
    text = _Writer(source).file(node)
    _same(source, node, text)
    return text


def _same(source: Source, node: MapNode, text: str) -> None:
    after = Source(source.name, text)
    again, problems = read_nodes(after)
    if problems or not isinstance(again, MapNode):
        raise FormattingError(source.name)
    if sorted(_content(node), key=str) != sorted(_content(again), key=str):
        raise FormattingError(source.name)
    if sorted(comments_of(source.text, node)) != sorted(comments_of(text, again)):
        raise FormattingError(source.name)


def _content(node: MapNode) -> list[tuple[str, object]]:
    return [(key.text, _said(value, (key.text,))) for key, value in node.entries]


def _said(node: Node, path: tuple[str, ...]) -> object:
    match node:
        case TextNode():
            return cells_of(node.text) if _is_table(path, node) else node.text
        case ListNode():
            return [_said(item, (*path, "-")) for item in node.items]
        case MapNode():
            return {"": [(key.text, _said(value, (*path, key.text))) for key, value in node.entries]}


def _is_table(path: Sequence[str], node: TextNode) -> bool:
    return len(path) == 3 and path[0] in ("parameters", "tables") and path[2] == "table" and node.style == "literal"


class _Writer:
    """One pass over one file. `done` is the last line (from 0) that has been taken over; `stack` holds, for each block
    around what was written last, the column where it stood and where it stands now."""

    def __init__(self, source: Source) -> None:
        self.lines = source.text.split("\n")
        self.done = -1
        self.stack: list[tuple[int, int]] = []
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def _line(self, offset: int) -> int:
        """The line of an offset, by halving."""
        low, high = 0, len(self.lines)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.starts[middle] <= offset else (low, middle)
        return low

    def _end_line(self, node: Node) -> int:
        return self._line(max(node.span.start, node.span.end - 1))

    def _rest(self, offset: int) -> str:
        """What follows on the line of an offset."""
        line = self._line(offset)
        return self.lines[line][offset - self.starts[line] :]

    def file(self, node: MapNode) -> str:
        """The whole file; its parts in their order, and what stands before the first of them on top."""
        self.stack = [(0, 0)]
        chunks: list[tuple[str, list[str]]] = []
        head: list[str] = []
        for key, value in node.entries:
            kept, before = self._between(self._line(key.span.start), 0, 0)
            del self.stack[1:]
            if chunks:
                chunks[-1][1].extend(kept)
                chunks.append((key.text, [*before, *self._entry(key, value, 0, (key.text,), 0)]))
            else:
                head = [*kept, *before]
                chunks.append((key.text, self._entry(key, value, 0, (key.text,), 0)))
        last, after = self._between(len(self.lines), 0, 0)
        if all(name in ORDER for name, _ in chunks):
            chunks.sort(key=lambda chunk: ORDER[chunk[0]])
        body = list(chain.from_iterable(lines for _, lines in chunks))
        return _joined([*head, *body, *last, *after])

    def _between(self, until: int, column: int, indent: int) -> tuple[list[str], list[str]]:
        """The comments and blank lines up to line `until`, where something begins at `column`, now at `indent`: those
        that stand deeper go with what was before."""
        kept: list[str] = []
        before: list[str] = []
        for line in self.lines[self.done + 1 : until]:
            comment = comment_in(line)
            if comment is None:
                if not line.strip():
                    (before or kept).append("")
                continue
            at = line.index("#")
            now = max((new for old, new in self.stack if column < old <= at), default=indent)
            if now > indent and not any(before):
                kept = [*kept, *before, " " * now + comment]
                before = []
            else:
                before.append(" " * indent + comment)
        while kept and not kept[-1]:
            before.insert(0, kept.pop())
        self.done = max(self.done, until - 1)
        return kept, before

    def _block(self, node: MapNode | ListNode, indent: int, path: tuple[str, ...]) -> list[str]:
        line = self._line(node.span.start)
        column = columns(self.lines[line][: node.span.start - self.starts[line]])
        depth = len(self.stack)
        self.stack.append((node.span.start - self.starts[line], indent))
        found: list[str] = []
        parts: Sequence[tuple[TextNode | None, Node]] = (
            [(None, item) for item in node.items] if isinstance(node, ListNode) else node.entries
        )
        wide = _value_column(node, path)
        for key, value in parts:
            start = self._line((key or value).span.start)
            kept, before = self._between(start, column, indent)
            del self.stack[depth + 1 :]
            found += [*kept, *before]
            if key is None:
                found += self._item(value, indent, path)
            else:
                found += self._entry(key, value, indent, (*path, key.text), wide)
        return found

    def _item(self, node: Node, indent: int, path: tuple[str, ...]) -> list[str]:
        if isinstance(node, TextNode) or is_flow(node):
            return self._with_value(" " * indent + "-", node, indent, (*path, "-"))
        inner = self._block(node, indent + 2, (*path, "-"))
        first = next((place for place, line in enumerate(inner) if line and not line.lstrip().startswith("#")), 0)
        inner[first] = " " * indent + "- " + inner[first].lstrip()
        return inner

    def _entry(self, key: TextNode, value: Node, indent: int, path: tuple[str, ...], wide: int) -> list[str]:
        head = " " * indent + tidy(key) + ":"
        if isinstance(value, TextNode) or is_flow(value):
            if wide and value.span.text and self._end_line(value) == self._line(key.span.start):
                head += " " * (indent + wide - columns(head) - 1)
            return self._with_value(head, value, indent, path)
        line = self._line(key.span.end)
        self.done = max(self.done, line)
        comment = comment_in(self._rest(key.span.end)) if self._line(value.span.start) > line else None
        deeper = indent + 2
        return [_behind(head, comment), *self._block(value, deeper, path)]

    def _with_value(self, head: str, value: Node, indent: int, path: tuple[str, ...]) -> list[str]:
        """A head with its value: on its line, or as a block of text under it."""
        first, last = self._line(value.span.start), self._end_line(value)
        _, above = self._between(first, 0, indent)  # `key:`, a comment, and the value on the next line
        above = [line for line in above if line]
        self.done = max(self.done, last)
        if isinstance(value, TextNode) and value.block:
            return [*above, *self._text_block(head, value, indent, path)]
        raw = value.span.text
        if first != last:
            shift = indent - (len(self.lines[first]) - len(self.lines[first].lstrip()))
            more = [_shifted(line, shift, indent + 1) for line in self.lines[first + 1 : last + 1]]
            opening = f"{head} {raw.split(chr(10), 1)[0].rstrip()}"
            return [*above, opening, *more]
        comment = comment_in(self._rest(value.span.end))
        if comment is None and not raw and above:
            return [*above, head]
        shown = tidy(value) if isinstance(value, TextNode) else in_braces(value)
        return [*above, _behind(f"{head} {shown}".rstrip(), comment)]

    def _text_block(self, head: str, value: TextNode, indent: int, path: tuple[str, ...]) -> list[str]:
        raw = value.span.text.split("\n")
        indicator, _, rest = raw[0].partition(" ")
        comment = comment_in(" " + rest)
        inside = " " * (indent + 2)
        if _is_table(path, value):
            return [_behind(f"{head} |", comment), *(inside + line for line in aligned(value.text).splitlines())]
        content = value.text.removesuffix("\n").split("\n") if value.style == "literal" else _folded(value, raw[1:])
        self.done += len(content) - max(place for place, line in enumerate(["", *content]) if line.strip() or not place)
        digits = "".join("2" if char.isdigit() else char for char in indicator)
        lines = [inside + line if line else _EMPTY for line in content]
        return [_behind(f"{head} {digits}", comment), *lines]


def _value_column(node: MapNode | ListNode, path: tuple[str, ...]) -> int:
    """Where the values of a mapping begin that stand side by side, counted from its keys; 0 elsewhere."""
    refusal = len(path) == 3 and path[0] == "rules" and path[2] == "refusal"
    if isinstance(node, ListNode) or not (path in _SIDE_BY_SIDE or refusal):
        return 0
    short = [key for key, value in node.entries if "\n" not in value.span.text and value.span.text]
    return max((columns(tidy(key)) + 2 for key in short), default=0)


def _behind(text: str, comment: str | None) -> str:
    if comment is None:
        return text
    width = columns(text)
    return text + (" " * (COMMENT_COLUMN - width) if width < COMMENT_COLUMN else "   ") + comment


def _shifted(line: str, shift: int, least: int) -> str:
    stripped = line.strip()
    return " " * max(least, len(line) - len(line.lstrip()) + shift) + stripped if stripped else ""


def _folded(value: TextNode, lines: list[str]) -> list[str]:
    """The lines of a folded text without their indentation, and the blank ones at its end that count."""
    least = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
    end = value.text[len(value.text.rstrip(" \n")) :]
    return [*(line[least:] for line in lines), *end.split("\n")[1:-1]]


def _joined(lines: list[str]) -> str:
    """The lines as a file: never two empty lines between entries, none in front or at the end."""
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip("\n").replace(_EMPTY, "") + "\n"
