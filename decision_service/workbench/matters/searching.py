"""Finding words in every rule file: names, codes, rules, reasons, registers, legal basis, whatever stands there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

MOST_HITS: Final = 40
MOST_OF_A_FILE: Final = 3
LONGEST: Final = 160
"""Characters of a line that are shown."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A line that holds all the words: its file, its number from 1, and the line without the blanks around it."""

    file: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """The hits that are shown, how many lines there are in all, and in which files."""

    hits: tuple[Hit, ...]
    lines: int
    files: tuple[str, ...]


def read_texts(folder: Path) -> dict[str, str]:
    """The rule files of a folder and their cases, by name; the catalogue last."""
    names = sorted(folder.glob("*/*.yaml"), key=lambda path: (path.parent.name == "catalogue", path))
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8", errors="replace") for path in names}


def find(texts: Mapping[str, str], words: str) -> Found:
    """The lines that hold every one of the words, wherever in them, great and small letters alike."""
    wanted = words.casefold().split()
    if not wanted:
        return Found((), 0, ())
    hits: list[Hit] = []
    files: list[str] = []
    lines = 0
    for file, text in texts.items():
        if not all(word in text.casefold() for word in wanted):
            continue
        found = list(_in(file, text, wanted))
        lines += len(found)
        files += [file] if found else []
        hits += islice(found, min(MOST_OF_A_FILE, MOST_HITS - len(hits)))
    return Found(tuple(hits), lines, tuple(files))


def _in(file: str, text: str, wanted: list[str]) -> Iterator[Hit]:
    for number, line in enumerate(text.split("\n"), 1):
        folded = line.casefold()
        if all(word in folded for word in wanted):
            yield Hit(file, number, line.strip()[:LONGEST])
