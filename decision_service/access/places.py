"""On which line of a TOML text a place such as `caller[2].key[1].expires` is: the parser itself does not tell."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

_HEADING: Final = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.-]+)\s*\]\]?\s*(#.*)?")
_ENTRY: Final = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")


def lines_of(text: str) -> Mapping[str, int]:
    """The line, from 1, of every heading and entry by its place. A best guess: it only helps a person to look."""
    found: dict[str, int] = {}
    counted: Counter[str] = Counter()
    here = ""
    for number, line in enumerate(text.splitlines(), 1):
        heading, entry = _HEADING.fullmatch(line), _ENTRY.match(line)
        if heading is not None:
            here = _place(heading[2], counted, is_one_of_many=heading[1] == "[[")
            found.setdefault(here, number)
        elif entry is not None:
            found.setdefault(f"{here}.{entry[1]}" if here else entry[1], number)
    return found


def line_of(place: str, lines: Mapping[str, int]) -> int:
    """The line of the place, or of the nearest table around it; 0 where neither stands in the text."""
    while place and place not in lines:
        place = place.rpartition(".")[0]
    return lines.get(place, 0)


def _place(name: str, counted: Counter[str], *, is_one_of_many: bool) -> str:
    """`name` with the number of each list of tables that it stands in, as problems write places."""
    place, parts = "", name.split(".")
    for depth, part in enumerate(parts, 1):
        place = f"{place}.{part}" if place else part
        if depth == len(parts) and is_one_of_many:
            counted[place] += 1
        if counted[place]:
            place = f"{place}[{counted[place]}]"
    return place
