"""Where each character of a YAML scalar's text stands in the file.

Folding, escapes and indentation make the text differ from what is written. `pieces_of` walks over what is written and
notes, for each stretch that reads as written, the two offsets where it begins. What it finds is compared with the text
that the parser read: a difference yields no pieces, and the caller points at the whole scalar instead.
"""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Literal, TypeAlias

Style: TypeAlias = Literal["plain", "single", "double", "literal", "folded"]

Pieces: TypeAlias = tuple[tuple[int, int], ...]
"""(offset in the text, offset in the file), rising; between two of them both advance by one character."""

Placed: TypeAlias = tuple[str, int]
"""A character of the text and its offset in the file."""

ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b", " ": " ",
    '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
"""YAML 1.2.2 section 5.7."""

CODE_LENGTHS = {"x": 2, "u": 4, "U": 8}


def position(pieces: Pieces, offset: int) -> int:
    """The offset in the file of the character at `offset` of the text. There is at least one piece."""
    text_at, file_at = pieces[max(0, bisect_right(pieces, (offset, 1 << 62)) - 1)]
    return file_at + offset - text_at


def pieces_of(text: str, style: Style, raw: str, start: int) -> Pieces:
    """The pieces of a scalar with this text, written as `raw` at offset `start` of the file; none if that fails."""
    if style == "plain" and raw == text:
        return ((0, start),)
    if style == "literal" and (lines := _literal(text, raw, start)):
        return lines
    placed = list(_block(text, raw) if style in ("literal", "folded") else _flow(style, raw))
    if "".join(char for char, _ in placed) != text:
        return ()
    found: list[tuple[int, int]] = []
    expected = -1
    for index, (_, at) in enumerate(placed):
        if at != expected:
            found.append((index, start + at))
        expected = at + 1
    return tuple(found)


def _literal(text: str, raw: str, start: int) -> Pieces:
    """The pieces of a `|` block whose lines read as they are written, but for their indentation; none for any other.
    A large table is one scalar: its lines are looked at whole, not character by character."""
    rows, at = text.removesuffix("\n").split("\n"), raw.find("\n") + 1
    written = raw[at:].split("\n")
    found: list[tuple[int, int]] = []
    index, expected, indent = 0, -1, -1
    for read, line in zip(rows, written, strict=False):
        if indent < 0 and read:
            indent = len(line) - len(read)
        blank = line if not read else line[: max(indent, 0)]
        if (read and line != blank + read) or blank.strip(" ") or len(line) < len(read):
            return ()
        here = at + len(line) - len(read)
        if here != expected:
            found.append((index, start + here))
        index += len(read) + 1
        at += len(line) + 1
        expected = at
    return tuple(found) if len(rows) <= len(written) else ()


def _flow(style: Style, raw: str) -> Iterator[Placed]:
    """Plain and quoted scalars, line folding of YAML 1.2.2 section 6.5 included."""
    at, end = (0, len(raw)) if style == "plain" else (1, len(raw) - 1)
    while at < end:
        char = raw[at]
        if char in " \n":
            after = at + 1
            while after < end and raw[after] in " \n":
                after += 1
            yield from _folded_space(raw, at, after)
            at = after
        elif char == "\\" and style == "double":
            found, after = _escape(raw, at, end)
            yield from found
            at = after
        else:
            yield char, at
            at += 2 if char == "'" and style == "single" else 1


def _folded_space(raw: str, start: int, end: int) -> Iterator[Placed]:
    """One line end reads as a space, each further one as a line end; blanks around them do not count."""
    breaks = [at for at in range(start, end) if raw[at] == "\n"]
    if not breaks:
        yield from ((" ", at) for at in range(start, end))
    elif len(breaks) == 1:
        yield " ", breaks[0]
    else:
        yield from (("\n", at) for at in breaks[1:])


def _escape(raw: str, at: int, end: int) -> tuple[list[Placed], int]:
    """What the escape at `at` reads as, and where it ends. An escaped line end takes the blanks after it along."""
    kind = raw[at + 1 : at + 2]
    if kind == "\n":
        after = at + 2
        while after < end and raw[after] in " \n":
            after += 1
        return [("\n", place) for place in range(at + 2, after) if raw[place] == "\n"], after
    length = CODE_LENGTHS.get(kind, 0)
    if not length:
        return [(ESCAPES.get(kind, ""), at)], at + 2
    digits = raw[at + 2 : at + 2 + length]
    return [(chr(int(digits, 16)), at)], at + 2 + length


def _block(text: str, raw: str) -> Iterator[Placed]:
    """Block scalars: only blanks differ between what is written and what is read, so the rest is matched in order."""
    at = raw.find("\n") + 1
    index = 0
    while index < len(text):
        after = index
        while after < len(text) and text[after] in " \n":
            after += 1
        to = at
        while to < len(raw) and raw[to] in " \n":
            to += 1
        yield from _blanks(text[index:after], raw[at:to], at)
        if after < len(text) and to < len(raw):
            yield raw[to], to
        index, at = after + 1, to + 1


def _blanks(read: str, written: str, at: int) -> Iterator[Placed]:
    """Blanks between two characters. Where no line end was folded away, each line's are the last that were written on
    it; else matched from the left, then from the right, and the rest stands where the folding is."""
    lines = list(zip(read.split("\n"), written.split("\n"), strict=False))
    if read.count("\n") == written.count("\n") and all(len(one) <= len(whole) for one, whole in lines):
        yield from _unfolded(lines, at)
        return
    left = 0
    while left < min(len(read), len(written)) and read[left] == written[left]:
        left += 1
    right = 0
    while right < min(len(read), len(written)) - left and read[-1 - right] == written[-1 - right]:
        right += 1
    between = min(at + left, at + max(0, len(written) - 1))
    for index, char in enumerate(read):
        if index < left:
            yield char, at + index
        elif index >= len(read) - right:
            yield char, at + len(written) - len(read) + index
        else:
            yield char, between


def _unfolded(lines: list[tuple[str, str]], at: int) -> Iterator[Placed]:
    """Blanks line by line: what stands before those read is indentation."""
    for number, (read, written) in enumerate(lines):
        if number:
            yield "\n", at - 1
        start = at + len(written) - len(read)
        yield from ((char, start + place) for place, char in enumerate(read))
        at += len(written) + 1
