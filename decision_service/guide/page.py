"""The guide as HTML: one page a matter that stands alone, and an index. Nothing is loaded from elsewhere."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("decision_service.guide", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(guide: Mapping[str, object]) -> str:
    """The page of one matter."""
    return _templates().get_template("page.html").render(guide=guide, crossed=crossed)


def index(guides: Sequence[Mapping[str, object]]) -> str:
    """The list of all matters, with a link to each page."""
    return _templates().get_template("index.html").render(guides=guides)


def write_pages(guides: Sequence[Mapping[str, object]], folder: Path) -> list[Path]:
    """Writes the index and a page for each guide; the files written. Raises OSError where the folder can't be."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = {"index.html": index(guides)} | {f"{one['matter']}.html": page(one) for one in guides}
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in pages]


def crossed(rows: Sequence[Sequence[str]]) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """A table of two inputs and one output as head and lines: the second input runs across."""
    head = list(dict.fromkeys(row[1] for row in rows))
    lines = dict.fromkeys(row[0] for row in rows)
    cells = {(row[0], row[1]): row[2] for row in rows}
    return head, [(first, [cells.get((first, one), "—") for one in head]) for first in lines]
