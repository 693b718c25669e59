"""What is kept of changes in the workbench's store: files that the rules folder held."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from decision_service.policy.shelf import CASES
from decision_service.workbench.store import Store

SCHEMA: Final = (
    "CREATE TABLE IF NOT EXISTS kept_texts (digest TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT",
    """CREATE TABLE IF NOT EXISTS kept_folders (content TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL,
        at TEXT NOT NULL, PRIMARY KEY (content, name)) STRICT""",
)


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A rule file as the folder held it. `digest` is the SHA-256 (hex) of its bytes."""

    name: str
    text: str
    digest: str
    at: str


class KeptFiles:
    """Rules folders that were proposed or in force here, each by its content (`control.candidate.content_of`)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, content: str, texts: Mapping[str, str], at: str) -> None:
        """Keeps a whole folder; nothing is kept twice."""
        with self._store.writing() as connection:
            for name, text in texts.items():
                digest = hashlib.sha256(text.encode()).hexdigest()
                connection.execute("INSERT OR IGNORE INTO kept_texts VALUES (?, ?)", (digest, text))
                connection.execute(
                    "INSERT OR IGNORE INTO kept_folders VALUES (?, ?, ?, ?)", (content, name, digest, at)
                )

    def whole(self, content: str) -> dict[str, str]:
        """The texts of a folder by name; empty where it was not kept."""
        rows = self._store.rows(
            "SELECT name, text FROM kept_folders JOIN kept_texts USING (digest) WHERE content = ? ORDER BY name",
            (content,),
        )
        return dict(rows)

    def of_matter(self, matter: str) -> list[KeptFile]:
        """Every version of a matter that a kept folder held, the newest first."""
        rows = self._store.rows(
            "SELECT name, text, digest, max(at) FROM kept_folders JOIN kept_texts USING (digest) "
            "WHERE name LIKE ? GROUP BY name, digest ORDER BY max(at) DESC, name",
            (f"{matter}/%",),
        )
        return [KeptFile(*row) for row in rows]


def read_folder(rules: Path) -> dict[str, str]:
    """Every rule file under `rules` by its name, worked cases aside: what `content_of` is the digest of."""
    files = (one for one in sorted(rules.glob("*/*.yaml")) if one.is_file() and not one.name.endswith(CASES))
    return {one.relative_to(rules).as_posix(): one.read_bytes().decode("utf-8") for one in files}
