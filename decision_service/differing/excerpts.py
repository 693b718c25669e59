"""Parts of rule files as they are written, old beside new, with what differs marked word by word."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from decision_service.policy.shape import Policy
from decision_service.source import Source

Mark = Literal["", "changed", "name"]
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters. `changed`: the other file says something else here. `name`: a name that means something
    else in the other file."""

    text: str
    mark: Mark = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file, counted from 1."""

    number: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines of a file that follow each other."""

    file: str
    lines: tuple[Line, ...]

    @property
    def place(self) -> str:
        """Where it begins, as file:line:column; the column is that of its first character that is no blank."""
        text = "".join(piece.text for piece in self.lines[0].pieces)
        return f"{self.file}:{self.lines[0].number}:{len(text) - len(text.lstrip()) + 1}"


@dataclass(frozen=True, slots=True)
class Block:
    """A key of a rule file with everything under it, as written."""

    file: str
    first: int
    lines: tuple[str, ...]


def source_of(policy: Policy) -> Source | None:
    """The file that a policy was read from; None where nothing of it remembers one."""
    spans = [part.span for part in policy.rules] + [part.span for part in policy.fields]
    return next((span.source for span in spans if span is not None and span.source.name == policy.source), None)


def block_of(policy: Policy, section: str, name: str | None = None) -> Block | None:
    """The block of a top-level key, or of a key right under it; None where the file has none (it may stand in the
    catalogue)."""
    source = source_of(policy)
    if source is None:
        return None
    lines = source.text.split("\n")
    found = _block(lines, range(len(lines)), section)
    if found is not None and name is not None:
        found = _block(lines, range(found.start + 1, found.stop), name)
    return None if found is None else Block(source.name, found.start + 1, tuple(lines[found.start : found.stop]))


def _block(lines: Sequence[str], within: range, key: str) -> range | None:
    deep = next((_indent(lines[place]) for place in within if _counts(lines[place])), 0)
    for place in within:
        if _indent(lines[place]) == deep and re.match(rf"""["']?{re.escape(key)}["']?\s*:""", lines[place].lstrip()):
            return range(place, _end(lines, place, within.stop))
    return None


def _end(lines: Sequence[str], start: int, stop: int) -> int:
    deep, last = _indent(lines[start]), start
    for place in range(start + 1, stop):
        if not _counts(lines[place]):
            continue
        if _indent(lines[place]) <= deep:
            break
        last = place
    return last + 1


def _counts(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def beside(old: Block | None, new: Block | None, names: Collection[str] = ()) -> tuple[Excerpt | None, Excerpt | None]:
    """Both blocks with what differs between them marked; where nothing does, with `names` marked."""
    if old is None or new is None:
        return (_plain(old, names), _plain(new, names))
    before, after = (_WORDS.findall("\n".join(block.lines)) for block in (old, new))
    if before == after:
        return (_plain(old, names), _plain(new, names))
    removed, added = set[int](), set[int]()
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            removed |= set(range(i, j))
            added |= set(range(k, m))
    return (_excerpt(old, _marked(before, removed)), _excerpt(new, _marked(after, added)))


def _marked(words: Sequence[str], changed: Collection[int]) -> Iterator[Piece]:
    for place, word in enumerate(words):
        yield Piece(word, "changed" if place in changed and word.strip() else "")


def _plain(block: Block | None, names: Collection[str]) -> Excerpt | None:
    if block is None:
        return None
    words = _WORDS.findall("\n".join(block.lines))
    return _excerpt(block, (Piece(word, "name" if word in names else "") for word in words))


def _excerpt(block: Block, pieces: Iterator[Piece]) -> Excerpt:
    lines: list[list[Piece]] = [[]]
    for piece in pieces:
        first, *more = piece.text.split("\n")
        _join(lines[-1], first, piece.mark)
        for text in more:
            lines.append([])
            _join(lines[-1], text, piece.mark)
    return Excerpt(block.file, tuple(Line(block.first + place, tuple(line)) for place, line in enumerate(lines)))


def _join(line: list[Piece], text: str, mark: Mark) -> None:
    if not text:
        return
    if line and line[-1].mark == mark:
        line[-1] = Piece(line[-1].text + text, mark)
    else:
        line.append(Piece(text, mark))
