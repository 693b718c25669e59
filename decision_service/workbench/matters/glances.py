"""What the page of all matters shows of each, kept with a digest of what it was found from: whole results of a hundred
matters would be too long to read at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from decision_service.workbench.store import Store

SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS glances (matter TEXT NOT NULL, kind TEXT NOT NULL, digest TEXT NOT NULL,
        said TEXT NOT NULL, PRIMARY KEY (matter, kind)) STRICT""",
)


@dataclass(frozen=True, slots=True)
class Glance:
    """A few figures (JSON), and what they were found from."""

    digest: str
    said: Any


class Glances:
    """The newest of each kind for each matter."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> Mapping[tuple[str, str], Glance]:
        """Every one, by matter and kind."""
        rows = self._store.rows("SELECT matter, kind, digest, said FROM glances")
        return {(row[0], row[1]): Glance(row[2], orjson.loads(row[3])) for row in rows}

    def keep(self, matter: str, kind: str, found: Glance) -> None:
        """Takes the place of an older one."""
        values = (matter, kind, found.digest, orjson.dumps(found.said).decode())
        with self._store.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO glances VALUES (?, ?, ?, ?)", values)
