"""Where the cursor is in a rule file, by indentation alone, so that it is known while a line is half written."""

import re
from dataclasses import dataclass

from decision_service.editing.policykeys import ITEM

_LINE = re.compile(r"^(?P<indent> *)(?P<dash>- +)?(?:(?P<key>[^\s:#{}\[\]\"'|][^:#]*?) *:(?= |$))?")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
_SO_FAR = re.compile(r"[A-Za-z0-9_.]*$")


@dataclass(frozen=True, slots=True)
class Spot:
    """The keys from the top of the file down to where the cursor is, whether it is on a key (or where one may come),
    the word under it, and the part of that word before it."""

    path: tuple[str, ...]
    on_key: bool
    word: str
    so_far: str


def spot_at(text: str, line: int, column: int) -> Spot:
    """The place of the cursor, line and column counted from 0."""
    lines = text.split("\n")
    here = lines[line] if line < len(lines) else ""
    found = _LINE.match(here)
    key = found["key"] if found else None
    start = len(found["indent"]) + len(found["dash"] or "") if found else 0
    path = _above(lines, line, len(found["indent"]) if found else 0)
    if found and found["dash"]:
        path = (*path, ITEM)
    elif key is None and not here[:column].strip():
        path = _above(lines, line, column)
    word = next((one.group() for one in _WORD.finditer(here) if one.start() <= column <= one.end()), "")
    so_far = _SO_FAR.search(here[:column])
    on_key = key is None or column <= start + len(key)
    inner = path if key is None else (*path, key)
    return Spot(inner, on_key and (key is not None or _only_word(here)), word, so_far.group() if so_far else "")


def _only_word(line: str) -> bool:
    return re.fullmatch(r"\s*(- +)?\w*", line) is not None


def _above(lines: list[str], line: int, indent: int) -> tuple[str, ...]:
    """The keys around a line that is indented so far."""
    path: list[str] = []
    for number in range(line - 1, -1, -1):
        found = _LINE.match(lines[number])
        if found is None or not lines[number].strip() or lines[number].lstrip().startswith("#"):
            continue
        depth = len(found["indent"])
        inner = depth + len(found["dash"] or "")
        if found["dash"] and inner <= indent and inner > depth:
            path.append(ITEM)
            indent = depth
            continue
        if found["key"] is not None and inner < indent:
            path.append(found["key"])
            indent = depth
        if indent == 0:
            break
    return tuple(reversed(path))
