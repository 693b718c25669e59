"""How wide a text is, and how it is broken into lines that fit."""

import re
from unicodedata import east_asian_width

_WIDE, _NARROW = 1.0, 0.58
"""Of the font's size. Latin letters differ between fonts; this is more than a sans-serif one takes on average."""

_PIECES = re.compile(r"[ ]|[!-~]+|.")


def width(text: str, size: float) -> float:
    """Pixels that a line takes at most in a font of this size."""
    return size * sum(_WIDE if east_asian_width(letter) in "WFA" else _NARROW for letter in text)


def lines(text: str, size: float, most: float) -> list[str]:
    """The text in lines of at most `most` pixels: broken at spaces, and between any two Chinese characters but before
    a closing mark; a word that is wider by itself is broken where it has to be."""
    found = [""]
    for piece in _split(text, size, most):
        joined = found[-1] + piece
        if width(joined.rstrip(), size) <= most or (piece in "，。；：、）”》" and found[-1]):
            found[-1] = joined
        else:
            found.append(piece.lstrip())
    return [line.rstrip() for line in found if line.strip()]


def _split(text: str, size: float, most: float) -> list[str]:
    pieces: list[str] = []
    for piece in _PIECES.findall(text):
        letters = max(1, int(most / (size * _NARROW)))
        pieces += (
            [piece]
            if width(piece, size) <= most
            else [piece[at : at + letters] for at in range(0, len(piece), letters)]
        )
    return pieces
