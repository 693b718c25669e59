"""Drafts of rule files: what several analysts have written and nobody has released yet, with every earlier save."""

import hashlib
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from decision_service.policy.shelf import called
from decision_service.workbench.copies import kept_copy
from decision_service.workbench.store import Store

SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS saves (
        number INTEGER PRIMARY KEY, name TEXT NOT NULL, text TEXT, by TEXT NOT NULL, at TEXT NOT NULL) STRICT""",
    "CREATE INDEX IF NOT EXISTS saves_by_name ON saves (name, number)",
)

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}/[a-z0-9][a-z0-9_-]{0,63}(\.cases)?\.yaml", re.ASCII)

MOST_CHARACTERS: Final = 4_000_000
"""Of a draft; the reader of rule files refuses larger ones as well."""


@dataclass(frozen=True, slots=True)
class Save:
    """One save of a file (its name within the rules folder, such as elderly_allowance/2026-01-01.yaml). `text` is None
    where the draft was put away."""

    number: int
    name: str
    text: str | None
    by: str
    at: str


class NoSuchNameError(ValueError):
    """It names no file that a rules folder may hold."""


class ChangedMeanwhileError(Exception):
    """Somebody else saved the file since it was read; `last` is what he saved."""

    def __init__(self, last: Save) -> None:
        super().__init__(f"saved by {last.by} at {last.at}")
        self.last = last


class Drafts:
    """The drafts beside one rules folder. A draft takes the place of the file of its name; the folder stays as it is
    until somebody proposes a release."""

    def __init__(self, store: Store, rules: Path, work: Path, now: Callable[[], datetime]) -> None:
        """`work` is a folder for whole copies of the rules with drafts in place."""
        self._store = store
        self.rules = rules
        self._work = work
        self._now = now

    def standing(self) -> Mapping[str, Save]:
        """The drafts that stand, by name."""
        rows = self._store.rows(
            "SELECT number, name, text, by, at FROM saves WHERE number IN "
            "(SELECT max(number) FROM saves GROUP BY name) AND text IS NOT NULL ORDER BY name"
        )
        return {row[1]: Save(*row) for row in rows}

    def history(self, name: str) -> tuple[Save, ...]:
        """Every save of a file, the newest first."""
        found = self._store.rows(
            "SELECT number, name, text, by, at FROM saves WHERE name = ? ORDER BY number DESC", (name,)
        )
        return tuple(Save(*row) for row in found)

    def read(self, name: str) -> tuple[str, int]:
        """The text of a file, the draft's where one stands, and the number of its last save (0: never saved); what of
        the file is no UTF-8 is read as "�". Raises NoSuchNameError."""
        last = self._last(checked(name))
        if last is not None and last.text is not None:
            return last.text, last.number
        path = self.rules / name
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        return text, 0 if last is None else last.number

    def save(self, name: str, text: str | None, by: str, after: int) -> Save:
        """Keeps `text` as the draft of the file, or puts the draft away (None); `after` is the number that `read` gave.
        Raises ChangedMeanwhileError, NoSuchNameError, ValueError."""
        if text is not None and len(text) > MOST_CHARACTERS:
            raise ValueError("the file is too large")
        at = self._now().isoformat(timespec="seconds")
        with self._store.writing() as connection:
            last = connection.execute("SELECT max(number) FROM saves WHERE name = ?", (checked(name),)).fetchone()[0]
            if (last or 0) != after:
                row = connection.execute("SELECT number, name, text, by, at FROM saves WHERE number = ?", (last,))
                raise ChangedMeanwhileError(Save(*row.fetchone()))
            made = connection.execute(
                "INSERT INTO saves (name, text, by, at) VALUES (?, ?, ?, ?) RETURNING number", (name, text, by, at)
            ).fetchone()
        return Save(made[0], name, text, by, at)

    def whole(self, also: Mapping[str, str] | None = None) -> Path:
        """A folder with every rule file, drafts in place, and `also` (texts by name) in place of those: for whatever
        reads a rules folder. It is the same one as long as nothing changes, and must not be written to."""
        texts = {name: save.text or "" for name, save in self.standing().items()} | dict(also or {})
        files = files_of(self.rules)
        return kept_copy(self._work / _digest(files, texts), partial(_fill, files, texts))

    def _last(self, name: str) -> Save | None:
        found = self._store.rows(
            "SELECT number, name, text, by, at FROM saves WHERE name = ? ORDER BY number DESC LIMIT 1", (name,)
        )
        return Save(*found[0]) if found else None


def is_name(name: str) -> bool:
    """Whether a file of a rules folder may be called so."""
    return _NAME.fullmatch(name) is not None


def checked(name: str) -> str:
    """`name`, if a file of a rules folder may be called so. Raises NoSuchNameError."""
    if not is_name(name):
        raise NoSuchNameError(name)
    return name


def _fill(files: Mapping[str, Path], texts: Mapping[str, str], making: Path) -> None:
    for name, path in files.items():
        (making / name).parent.mkdir(exist_ok=True)
        if name not in texts:
            shutil.copyfile(path, making / name)
    for name, text in texts.items():
        place = making / checked(name)
        place.parent.mkdir(exist_ok=True)
        place.write_text(text, encoding="utf-8", newline="")


def files_of(rules: Path) -> dict[str, Path]:
    """The files of a rules folder by their names in letters, whatever somebody called them."""
    found = sorted(one for one in rules.glob("*/*.yaml") if one.is_file())
    return {f"{called(one.parent)}/{called(one)}": one for one in found}


def _digest(files: Mapping[str, Path], texts: Mapping[str, str]) -> str:
    found = hashlib.sha256()
    for name, path in files.items():
        if name not in texts:
            state = path.stat()
            found.update(f"{name}\0{state.st_mtime_ns}\0{state.st_size}\n".encode())
    for name, text in sorted(texts.items()):
        found.update(f"{name}\0".encode() + hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
    return found.hexdigest()[:24]
