"""How a decision table stands in its block text: cells in columns, each as wide as its widest cell.

`aligned` is for people. The digest of a policy is taken over `for_digest`, whatever the writer's own layout, so that a
table may be aligned without becoming another policy. What `for_digest` gives must never change: it is the layout in
which the first rule files stood, and the digests of decisions long made rest on it. So it leans on no Unicode tables of
whoever runs it, and keeps that its heads stand two columns short over a column with Chinese in it.
"""

import re
from collections.abc import Callable

from decision_service.source import columns

Measure = Callable[[str], int]
"""How many columns of a page a text takes."""

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_CHINESE = re.compile("[\u2e80-\u303e\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U0003fffd]")


def cells_of(text: str) -> list[list[str]]:
    """The cells of each line that is not blank, without the blanks around them."""
    return [[cell.strip() for cell in line.split("|")] for line in text.split("\n") if line.strip()]


def laid_out(cells: list[list[str]]) -> str:
    """The block text of a table with these cells, aligned as people see it; the first row is the head."""
    return _laid_out(cells, columns, 0)


def aligned(text: str) -> str:
    """The table in `text`, aligned as people see it. What is aligned already comes back as it is."""
    return laid_out(cells_of(text))


def for_digest(text: str) -> str:
    """The table in `text` as its digest is taken."""
    return _laid_out(cells_of(text), lambda cell: len(cell) + len(_CHINESE.findall(cell)), 2)


def _laid_out(cells: list[list[str]], measure: Measure, short: int) -> str:
    shapes = [_shape([row[place] for row in cells if place < len(row)], measure, short) for place in _places(cells)]
    right = [_numbers(cells, place) for place in _places(cells)]
    lines = []
    for number, row in enumerate(cells):
        padded = []
        for place, cell in enumerate(row):
            gap = " " * (shapes[place][0 if number == 0 else 1] - measure(cell))
            padded.append(gap + cell if right[place] else cell + gap)
        lines.append(" | ".join(padded).rstrip())
    return "".join(f"{line}\n" for line in lines)


def _places(cells: list[list[str]]) -> range:
    return range(max((len(row) for row in cells), default=0))


def _shape(column: list[str], measure: Measure, short: int) -> tuple[int, int]:
    """How wide the head of a column is, and how wide its other cells."""
    less = short if any(_CHINESE.search(cell) for cell in column[1:]) else 0
    widest = max(measure(column[0]) + less, *(measure(cell) for cell in column))
    return widest - less, widest


def _numbers(cells: list[list[str]], place: int) -> bool:
    """Whether a column stands to the right, so that digits line up. A lone output whose numbers are equally long lines
    up as it is, and the first column begins every line: blanks there would be YAML's indentation."""
    if place == 0:
        return False
    values = [row[place] for row in cells[1:] if place < len(row)]
    if not values or not all(_NUMBER.fullmatch(value) for value in values):
        return False
    lone = place == len(cells[0]) - 1 and cells[0][place].startswith("=>")
    return not lone or len({len(value) for value in values}) > 1
