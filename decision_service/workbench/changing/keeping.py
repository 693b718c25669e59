"""What is kept of changes in the workbench's store: files that the rules folder held."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from decision_service.policy.parts import Bilingual
from decision_service.policy.shelf import CASES
from decision_service.workbench.drafts import files_of
from decision_service.workbench.refusing import RefusedError
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


class IllegibleError(RefusedError):
    """A file of the rules folder is no UTF-8: no rule file, and never part of what was approved."""

    def __init__(self, name: str) -> None:
        zh = f"规则文件夹里的 {name} 不是 UTF-8，读不出；请另存为 UTF-8，或移走"
        super().__init__(Bilingual(zh, f"{name} in the rules folder is no UTF-8; save it as that, or move it away"))


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
    """Every rule file under `rules` by its name, worked cases aside: what `content_of` is the digest of. Raises
    IllegibleError."""
    return {name: _read(name, path) for name, path in files_of(rules).items() if not name.endswith(CASES)}


def _read(name: str, path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise IllegibleError(name) from None
