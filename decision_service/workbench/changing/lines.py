"""Two texts line by line side by side."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

State = Literal["same", "changed", "removed", "added"]
Piece = tuple[bool, str]
"""Whether these characters changed, and the characters."""

CONTEXT = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text, numbered from 1."""

    number: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """What stands side by side; None where the other text has nothing there."""

    state: State
    old: Line | None
    new: Line | None


def rows(old: str, new: str) -> list[Row]:
    """All lines of both, those of equal text beside each other."""
    before, after = old.splitlines(), new.splitlines()
    found: list[Row] = []
    for tag, first, last, begin, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pairs = zip(range(first, last), range(begin, end), strict=True)
            found += [Row("same", _plain(before, at), _plain(after, there)) for at, there in pairs]
        else:
            found += _unlike(before, range(first, last), after, range(begin, end))
    return found


def _plain(lines: Sequence[str], at: int) -> Line:
    return Line(at + 1, ((False, lines[at]),))


def _unlike(before: Sequence[str], olds: range, after: Sequence[str], news: range) -> Iterator[Row]:
    for step in range(max(len(olds), len(news))):
        old = olds[step] if step < len(olds) else None
        new = news[step] if step < len(news) else None
        if old is not None and new is not None:
            first, second = _pieces(before[old], after[new])
            yield Row("changed", Line(old + 1, first), Line(new + 1, second))
        elif old is not None:
            yield Row("removed", Line(old + 1, ((True, before[old]),)), None)
        elif new is not None:
            yield Row("added", None, Line(new + 1, ((True, after[new]),)))


def _pieces(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    first: list[Piece] = []
    second: list[Piece] = []
    for tag, begin, end, start, stop in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if end > begin:
            first.append((tag != "equal", old[begin:end]))
        if stop > start:
            second.append((tag != "equal", new[start:stop]))
    return tuple(first), tuple(second)


def folded(all_rows: Sequence[Row], also: Collection[int] = ()) -> list[Row | int]:
    """The rows that changed, and those of the new text's lines `also`, with some around; a number stands for so many
    rows that are left out."""
    wanted = [at for at, row in enumerate(all_rows) if row.state != "same" or (row.new and row.new.number in also)]
    shown = {near for at in wanted for near in range(at - CONTEXT, at + CONTEXT + 1)}
    found: list[Row | int] = []
    for at, row in enumerate(all_rows):
        if at in shown:
            found.append(row)
        elif found and isinstance(found[-1], int):
            found[-1] += 1
        else:
            found.append(1)
    return found
