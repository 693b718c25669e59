"""A page of the documentation: its fenced blocks, and the regions that are written from the source.

A region stands between `<!-- written: NAME WORDS -->` and `<!-- /written -->`. What is between them comes from the
writer of that name (tests/docs/writers.py); everything around it is prose, and stays.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"

Writer = Callable[[str], str]
"""From the words of a region to the Markdown that belongs there."""

_REGION = re.compile(r"^(<!-- written: (\w+)(?: ([^\n]*?))? -->\n)(.*?)^(<!-- /written -->)$", re.DOTALL | re.MULTILINE)
_FENCE = re.compile(r'^```(\w+)(?: title="([^"]*)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, its title, its text, and the line of the page where the text begins."""

    language: str
    title: str
    text: str
    line: int


def blocks(page: str) -> Iterator[Block]:
    """The fenced blocks of a page that stand at the margin, from top to bottom."""
    for found in _FENCE.finditer(page):
        yield Block(found[1], found[2] or "", found[3], page.count("\n", 0, found.start(3)) + 1)


def rewritten(page: str, writers: Mapping[str, Writer]) -> str:
    """The page with every region as its writer has it; KeyError where there is no such writer."""

    def anew(found: re.Match[str]) -> str:
        return f"{found[1]}{writers[found[2]](found[3] or '').strip()}\n{found[5]}"

    return _REGION.sub(anew, page)


def regions(page: str) -> list[tuple[str, str]]:
    """The name and the words of each region."""
    return [(found[2], found[3] or "") for found in _REGION.finditer(page)]


def section(page: str, title: str) -> str:
    """What stands under the heading with this English title, up to the next heading."""
    found = re.search(rf"^#+ (?:.*· )?{re.escape(title)}\n(.*?)(?=^#|\Z)", page, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def table(heads: str, rows: Iterator[tuple[str, ...]]) -> str:
    """A table of Markdown; `heads` are parted by ` | `."""
    lines = [f"| {heads} |", "| " + " | ".join("---" for _ in heads.split(" | ")) + " |"]
    return "\n".join([*lines, *(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows)])
