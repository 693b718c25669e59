"""What is wrong with a text while it is typed, and what could be better: the problems of `miaopi check` and the advice
of `miaopi lint`. Runs in another process than the pages."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from decision_service.editing.edits import Edit, applied
from decision_service.editing.formatting import formatted
from decision_service.editing.linting import Finding, advise, put_right, written
from decision_service.policy.beside import read_beside
from decision_service.policy.catalogue import FOLDER, Catalogue, read_catalogue
from decision_service.policy.entries import Complaints
from decision_service.policy.nodes import MapNode, TextNode, read_nodes
from decision_service.policy.parts import Bilingual
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import CASES, Shelf, read_shelf, read_text
from decision_service.source import PolicyProblems, Problem, Source
from decision_service.workbench.editor.offsets import shown_part


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is: file, line and column from 1, and what is underlined there, in characters of the file."""

    file: str
    line: int
    column: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Flaw:
    """A problem as it is shown: its code, what is wrong, what to do, and where."""

    code: str
    said: Bilingual
    hint: Bilingual
    place: Place | None


@dataclass(frozen=True, slots=True)
class Tip:
    """Advice as it is shown: what it is about, why it matters, and the edits that do it, if a machine can."""

    flaw: Flaw
    name: Bilingual
    why: Bilingual
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Thorough:
    """All there is to say of a file among the others of its matter. No advice where anything is wrong."""

    flaws: tuple[Flaw, ...]
    tips: tuple[Tip, ...] = ()


def is_version(name: str) -> bool:
    """Whether a file of that name is a version of a matter: no cases, nothing that matters share."""
    return not (name.startswith(f"{FOLDER}/") or name.endswith(CASES))


def checked_alone(folder: Path, name: str, text: str) -> tuple[Flaw, ...]:
    """The problems of `text` as the file `name` of a rules folder: those of `miaopi check FOLDER/NAME`. `folder` is a
    copy that never changes; whatever is no version of a matter is checked among the files around it."""
    if not is_version(name):
        return checked_among(folder, name, text).flaws
    catalogue, problems = _catalogue(folder)
    complaints = Complaints(list(problems))
    if catalogue is not None:
        read_text(Source(name, text), catalogue, complaints)
    return _flaws(complaints.problems)


def checked_among(folder: Path, name: str, text: str) -> Thorough:
    """The problems of the matter with `text` as one of its files, worked cases beside it too: those of `miaopi check
    FOLDER/MATTER`; of the whole folder where matters share the file. Where there are none, the advice."""
    before = _shelf(folder)
    with _copied(folder, name, text) as copy:
        try:
            shelf = read_shelf(copy, before=before)
            read_beside(copy, shelf)
        except PolicyProblems as found:
            return Thorough(_flaws(found.problems))
    if not is_version(name):
        return Thorough(())
    file = written(Source(name, text), shelf.catalogue, _others(before, name))
    return Thorough((), tuple(_tip(one) for one in advise(file)))


def mended(folder: Path, name: str, text: str, edits: tuple[Edit, ...]) -> str:
    """The text with some advice followed; with all that a machine can do where `edits` are none, as `miaopi lint --fix`
    does it. Raises PolicyProblems where the text is wrong."""
    source = Source(name, text)
    if edits:
        return applied(source, edits)
    catalogue = catalogue_of(folder)
    if catalogue is None:
        raise PolicyProblems(())
    return put_right(written(source, catalogue, _others(_shelf(folder), name))).source.text


def catalogue_of(folder: Path) -> Catalogue | None:
    """What the matters of a folder share; None where it can't be read."""
    return _catalogue(folder)[0]


def called(folder: Path) -> dict[str, Bilingual]:
    """What people call each matter, by its last version, as far as that can be read."""
    files = {
        path.parent.name: path
        for path in sorted(folder.glob("*/*.yaml"))
        if is_version(f"{path.parent.name}/{path.name}")
    }
    found = {matter: _name(path.read_text(encoding="utf-8", errors="replace")) for matter, path in files.items()}
    return {matter: name for matter, name in found.items() if name is not None}


@lru_cache(maxsize=1000)
def _name(text: str) -> Bilingual | None:
    node, _ = read_nodes(Source("", text))
    zh, en = (node.get("zh"), node.get("en")) if isinstance(node, MapNode) else (None, None)
    return Bilingual(zh.text, en.text) if isinstance(zh, TextNode) and isinstance(en, TextNode) else None


def laid_out(name: str, text: str) -> str:
    """The text as `miaopi fmt` lays it out. Raises PolicyProblems, FormattingError."""
    return formatted(Source(name, text))


def _others(shelf: Shelf | None, name: str) -> list[Policy]:
    """What is compared with a file: every other version, none while anything in the folder is wrong."""
    return [] if shelf is None else [one for one in shelf.policies() if one.source != name]


_CATALOGUES: dict[Path, tuple[Catalogue | None, tuple[Problem, ...]]] = {}
"""Of the last folder; its path changes with its content."""


def _catalogue(folder: Path) -> tuple[Catalogue | None, tuple[Problem, ...]]:
    if folder not in _CATALOGUES:
        complaints = Complaints()
        catalogue = read_catalogue(folder, complaints)
        _CATALOGUES.clear()
        _CATALOGUES[folder] = (catalogue, tuple(complaints.problems))
    return _CATALOGUES[folder]


_SHELVES: dict[Path, Shelf | None] = {}
"""Of the last folder, None where there is anything wrong in it."""


def _shelf(folder: Path) -> Shelf | None:
    if folder not in _SHELVES:
        last = next((one for one in _SHELVES.values() if one is not None), None)
        _SHELVES.clear()
        try:
            _SHELVES[folder] = read_shelf(folder, before=last)
        except PolicyProblems:
            _SHELVES[folder] = None
    return _SHELVES[folder]


@contextmanager
def _copied(folder: Path, name: str, text: str) -> Iterator[Path]:
    """A rules folder for one check: the files of the matter and what matters share, with `text` in its place."""
    matter = name.partition("/")[0]
    parts = [one for one in folder.iterdir() if one.is_dir() and one.name in (matter, FOLDER)]
    with tempfile.TemporaryDirectory(prefix="miaopi-check-") as made:
        copy = Path(made)
        for part in [folder] if matter == FOLDER else parts:
            shutil.copytree(part, copy if part == folder else copy / part.name, dirs_exist_ok=True)
        target = copy / name
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="")
        yield copy


def _flaws(problems: list[Problem] | tuple[Problem, ...]) -> tuple[Flaw, ...]:
    return tuple(_flaw(one) for one in PolicyProblems(problems).problems)


def _flaw(problem: Problem) -> Flaw:
    span, place = problem.span, None
    if span is not None:
        place = Place(span.source.name, span.line, span.column, *shown_part(span))
    said, hint = Bilingual(problem.zh, problem.en), Bilingual(problem.hint_zh, problem.hint_en)
    return Flaw(problem.code, said, hint, place)


def _tip(one: Finding) -> Tip:
    return Tip(_flaw(one.problem), one.advice.name, one.advice.why, one.found.edits)
