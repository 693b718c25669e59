"""What is known of a text from its kind alone, and texts made to order: of a pattern, with a beginning, so long."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from verifiers.kinds import Kind

_RANGE = re.compile(r"\[((?:\\.|[^\]\\^])(?:\\.|[^\]\\])*)\]\{(\d+)(?:,(\d+))?\}", re.ASCII)
_TRIES = 400
_SAMPLE_SEED = 20260101
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


@dataclass(frozen=True, slots=True)
class Starts:
    """Whether a text begins with this one."""

    beginning: str

    def of(self, text: str) -> bool:
        """Whether it does."""
        return text.startswith(self.beginning)


@dataclass(frozen=True, slots=True)
class Matches:
    """Whether the whole text is of this pattern."""

    pattern: str

    def of(self, text: str) -> bool:
        """Whether it is."""
        return re.fullmatch(self.pattern, text, re.ASCII) is not None


Shape: TypeAlias = Starts | Matches


@dataclass(frozen=True, slots=True)
class Uniform:
    """A pattern that says one class of characters and how many of them."""

    characters: frozenset[str]
    least: int
    most: int


def uniform(pattern: str) -> Uniform | None:
    """The pattern, read; None where it is of another form."""
    found = _RANGE.fullmatch(pattern)
    if found is None:
        return None
    body, least, most = found.groups()
    one = re.compile(f"[{body}]", re.ASCII)
    characters = frozenset(chr(code) for code in range(33, 127) if one.fullmatch(chr(code)))
    return Uniform(characters, int(least), int(most or least))


def implied(kind: Kind, shape: Shape) -> bool | None:
    """Whether each text of the kind is of this shape (true), none is (false), or neither is certain (None)."""
    longest = None if kind.maximum is None else int(kind.maximum)
    known = None if kind.pattern is None else uniform(kind.pattern)
    match shape:
        case Starts():
            if longest is not None and len(shape.beginning) > longest:
                return False
            if known is not None and (set(shape.beginning) - known.characters or len(shape.beginning) > known.most):
                return False
            return True if not shape.beginning else None
        case Matches():
            wanted = uniform(shape.pattern)
            if known is None or wanted is None:
                return True if kind.pattern == shape.pattern else None
            if known.most < wanted.least or known.least > wanted.most or not known.characters & wanted.characters:
                return False
            inside = known.characters <= wanted.characters
            return True if inside and wanted.least <= known.least and known.most <= wanted.most else None


def fits(kind: Kind, text: str) -> bool:
    """Whether a text can be a value of a text kind."""
    if kind.values:
        return text in kind.values
    if kind.maximum is not None and len(text) > kind.maximum:
        return False
    return kind.pattern is None or re.fullmatch(kind.pattern, text, re.ASCII) is not None


def made(kinds: list[Kind], shapes: dict[Shape, bool]) -> Iterator[str]:
    """Texts that are of all these kinds and have these shapes or have them not; finitely many, maybe none."""
    draw = Random(_SAMPLE_SEED)  # noqa: S311 - to be the same each time, not to be secret
    beginning = max(
        (one.beginning for one, yes in shapes.items() if yes and isinstance(one, Starts)), key=len, default=""
    )
    pattern = next((kind.pattern for kind in kinds if kind.pattern is not None), None)
    pattern = next((one.pattern for one, yes in shapes.items() if yes and isinstance(one, Matches)), pattern)
    for number in range(_TRIES):
        text = _drawn(pattern, beginning, number, draw)
        shaped = all(shape.of(text) is yes for shape, yes in shapes.items())
        if text.strip() and shaped and all(fits(kind, text) for kind in kinds):
            yield text


def _drawn(pattern: str | None, beginning: str, number: int, draw: Random) -> str:
    known = None if pattern is None else uniform(pattern)
    if known is not None:
        length = known.least if number % 2 == 0 else draw.randint(known.least, known.most)
        characters = sorted(known.characters)
        drawn = "".join(draw.choice(characters) for _ in range(length))
        return beginning + drawn[len(beginning) :]
    if number < _TRIES // 4:
        return f"{beginning or '示例'}{number + 1 if number or not beginning else ''}"
    return beginning + "".join(draw.choice(_LETTERS) for _ in range(draw.randint(0 if beginning else 1, 12)))
