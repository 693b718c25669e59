"""What was worked out for a matter, kept with the text that it was worked out for."""

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import orjson

from decision_service.policy.catalogue import FOLDER
from decision_service.workbench.store import Store

SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS worked_out (matter TEXT NOT NULL, task TEXT NOT NULL, digest TEXT NOT NULL,
        at TEXT NOT NULL, said TEXT NOT NULL, PRIMARY KEY (matter, task)) STRICT""",
)


@dataclass(frozen=True, slots=True)
class Result:
    """What a task came to, when, and for which text (`digest_of`)."""

    digest: str
    at: str
    said: Any


class Results:
    """The last result of each task of each matter."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, matter: str, task: str) -> Result | None:
        """The last one, None where there was none."""
        rows = self._store.rows("SELECT digest, at, said FROM worked_out WHERE matter = ? AND task = ?", (matter, task))
        return None if not rows else Result(rows[0][0], rows[0][1], orjson.loads(rows[0][2]))

    def keep(self, matter: str, task: str, result: Result) -> None:
        """Takes the place of the last one."""
        with self._store.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO worked_out VALUES (?, ?, ?, ?, ?)",
                (matter, task, result.digest, result.at, orjson.dumps(result.said).decode()),
            )


def digest_of(folder: Path, matter: str) -> str:
    """What a result of a matter depends on: its files, the catalogue, and this program."""
    found = hashlib.sha256(version("miaopi").encode())
    for name in (matter, FOLDER):
        for path in sorted((folder / name).glob("*.yaml")):
            found.update(f"\0{path.name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()
