"""Results of long work, each kept with what it follows from: equal work is done once, and it shows what has changed
since."""

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import orjson

from decision_service.policy.catalogue import FOLDER
from decision_service.workbench.store import Store

SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS results (task TEXT NOT NULL, subject TEXT NOT NULL, digest TEXT NOT NULL,
        at TEXT NOT NULL, said TEXT NOT NULL, PRIMARY KEY (task, subject, digest)) STRICT""",
    # Of earlier programs: whatever was in them can be worked out again.
    "DROP TABLE IF EXISTS worked_out",
    "DROP TABLE IF EXISTS kept_results",
)

MOST: Final = 30
"""Results of a task on a subject that stay, the newest; any other can be worked out again."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a task came to (JSON), when, and what it follows from (`follows_from`, `digest_of`)."""

    digest: str
    at: str
    said: Any


class Results:
    """The results of every task, each on a subject: a matter, or what else it is about."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, task: str, subject: str, digest: str) -> Result | None:
        """What follows from just that, None where it was not worked out yet."""
        return self._first("digest = ?", (task, subject, digest))

    def last(self, task: str, subject: str) -> Result | None:
        """The newest, whatever it follows from; None where there was none."""
        return self._first("TRUE", (task, subject))

    def _first(self, where: str, values: tuple[str, ...]) -> Result | None:
        rows = self._store.rows(
            f"SELECT digest, at, said FROM results WHERE task = ? AND subject = ? AND {where} "  # noqa: S608 - our words
            "ORDER BY at DESC, rowid DESC LIMIT 1",
            values,
        )
        return None if not rows else Result(rows[0][0], rows[0][1], orjson.loads(rows[0][2]))

    def keep(self, task: str, subject: str, result: Result) -> None:
        """Keeps one; the oldest of the task on this subject goes where there are more than MOST."""
        row = (task, subject, result.digest, result.at, orjson.dumps(result.said).decode())
        with self._store.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?)", row)
            connection.execute(
                "DELETE FROM results WHERE task = ?1 AND subject = ?2 AND rowid NOT IN (SELECT rowid FROM results "
                "WHERE task = ?1 AND subject = ?2 ORDER BY at DESC, rowid DESC LIMIT ?3)",
                (task, subject, MOST),
            )


def follows_from(*texts: str) -> str:
    """By which a result is known that follows from these texts and this program: SHA-256 (hex)."""
    found = hashlib.sha256(version("miaopi").encode())
    for text in texts:
        content = text.encode("utf-8", "surrogatepass")
        found.update(len(content).to_bytes(8, "big") + content)
    return found.hexdigest()


def digest_of(folder: Path, matter: str) -> str:
    """By which a result is known that follows from a matter's files, the catalogue, and this program."""
    files = (path for name in (matter, FOLDER) for path in sorted((folder / name).glob("*.yaml")))
    return follows_from(*(f"{path.name}\n{hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files))
