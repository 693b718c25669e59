"""What was worked out for a matter, kept with a digest of what it was worked out from, so that nothing is worked out
twice."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import orjson

from decision_service.policy.catalogue import FOLDER
from decision_service.workbench.store import Store

SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS glances (matter TEXT NOT NULL, kind TEXT NOT NULL, digest TEXT NOT NULL,
        said TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (matter, kind)) STRICT""",
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A result (JSON), what it was worked out from, and when."""

    digest: str
    said: Any
    at: str


class Results:
    """The newest result of each kind for each matter."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> Mapping[tuple[str, str], Kept]:
        """Every one, by matter and kind."""
        rows = self._store.rows("SELECT matter, kind, digest, said, at FROM glances")
        return {(row[0], row[1]): Kept(row[2], orjson.loads(row[3]), row[4]) for row in rows}

    def of(self, matter: str, kind: str, digest: str) -> Kept | None:
        """The result that was worked out from what the digest names, None where there is none."""
        rows = self._store.rows(
            "SELECT digest, said, at FROM glances WHERE matter = ? AND kind = ? AND digest = ?", (matter, kind, digest)
        )
        return Kept(rows[0][0], orjson.loads(rows[0][1]), rows[0][2]) if rows else None

    def keep(self, matter: str, kind: str, kept: Kept) -> None:
        """Takes the place of an older one."""
        values = (matter, kind, kept.digest, orjson.dumps(kept.said).decode(), kept.at)
        with self._store.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO glances VALUES (?, ?, ?, ?, ?)", values)


def digests(folder: Path, matters: Iterable[str]) -> dict[str, str]:
    """What results of each matter depend on: its files, the catalogue, and this program."""
    shared = hashlib.sha256(version("miaopi").encode() + _digest(folder / FOLDER))
    found = {}
    for matter in matters:
        one = shared.copy()
        one.update(_digest(folder / matter))
        found[matter] = one.hexdigest()
    return found


def _digest(folder: Path) -> bytes:
    found = hashlib.sha256()
    for path in sorted(folder.glob("*.yaml")):
        found.update(f"{path.name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return found.digest()
