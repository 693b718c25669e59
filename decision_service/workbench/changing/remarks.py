"""Comments on lines of rule files, by person and time: answered, settled, and kept on the line they were made on."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from decision_service.workbench.drafts import checked
from decision_service.workbench.store import Store

SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS remarks (
        number INTEGER PRIMARY KEY, name TEXT NOT NULL, line INTEGER NOT NULL, line_text TEXT NOT NULL,
        words TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL, answers INTEGER REFERENCES remarks (number),
        settled_by TEXT, settled_at TEXT) STRICT""",
    "CREATE INDEX IF NOT EXISTS remarks_by_name ON remarks (name, number)",
)

MOST_CHARACTERS: Final = 2000


@dataclass(frozen=True, slots=True)
class Said:
    """What one person said at one time."""

    number: int
    words: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment on a line of the file `name`, with its answers, oldest first. `line_text` is the line as it was then.
    `settled`: by whom and when, None while it stands."""

    said: Said
    name: str
    line: int
    line_text: str
    answers: tuple[Said, ...]
    settled: tuple[str, str] | None


class EmptyRemarkError(ValueError):
    """It says nothing, or too much."""


class Remarks:
    """All comments of a workbench."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def on(self, names: Iterable[str]) -> list[Remark]:
        """The comments on these files: by file and line, those that stand before settled ones."""
        found = [remark for name in dict.fromkeys(names) for remark in self._on(name)]
        return sorted(found, key=lambda one: (one.settled is not None, one.name, one.line, one.said.number))

    def _on(self, name: str) -> list[Remark]:
        rows = self._store.rows(
            "SELECT number, words, by, at, line, line_text, answers, settled_by, settled_at FROM remarks "
            "WHERE name = ? ORDER BY number",
            (name,),
        )
        answers: dict[int, list[Said]] = {}
        for row in rows:
            if row[6] is not None:
                answers.setdefault(row[6], []).append(Said(*row[:4]))
        return [
            Remark(
                Said(*row[:4]), name, row[4], row[5], tuple(answers.get(row[0], ())),
                None if row[7] is None else (row[7], row[8]),
            )
            for row in rows if row[6] is None
        ]  # fmt: skip

    def say(self, name: str, line: int, line_text: str, words: str, by: str) -> int:
        """Keeps a comment on a line; its number. Raises EmptyRemarkError, NoSuchNameError."""
        return self._add((checked(name), line, line_text, _worth(words), by, self._at(), None))

    def answer(self, number: int, words: str, by: str) -> None:
        """Keeps an answer to a comment, which stands again if it was settled. Raises EmptyRemarkError, KeyError."""
        found = self._store.rows(
            "SELECT name, line, line_text FROM remarks WHERE number = ? AND answers IS NULL", (number,)
        )
        if not found:
            raise KeyError(number)
        self._add((*found[0], _worth(words), by, self._at(), number))
        self._settle(number, None, None)

    def settle(self, number: int, by: str) -> None:
        """Marks a comment as settled."""
        self._settle(number, by, self._at())

    def _settle(self, number: int, by: str | None, at: str | None) -> None:
        with self._store.writing() as connection:
            connection.execute("UPDATE remarks SET settled_by = ?, settled_at = ? WHERE number = ?", (by, at, number))

    def _add(self, row: Sequence[object]) -> int:
        with self._store.writing() as connection:
            made = connection.execute(
                "INSERT INTO remarks (name, line, line_text, words, by, at, answers) VALUES (?, ?, ?, ?, ?, ?, ?) "
                "RETURNING number",
                tuple(row),
            ).fetchone()
        return int(made[0])

    def _at(self) -> str:
        return self._now().isoformat(timespec="seconds")


def _worth(words: str) -> str:
    words = words.strip()
    if not words or len(words) > MOST_CHARACTERS:
        raise EmptyRemarkError
    return words


def place(remark: Remark, text: str) -> int | None:
    """The line on which `text` has what the comment was made on: the nearest of equal ones; None where it is gone."""
    equal = [number for number, line in enumerate(text.splitlines(), 1) if line.strip() == remark.line_text.strip()]
    return min(equal, key=lambda number: (abs(number - remark.line), number), default=None)
