"""Whom a change is tried on: made-up people, a file that somebody brought, or the record that the operator named."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from decision_service.policy.parts import Bilingual
from decision_service.workbench.refusing import RefusedError
from decision_service.workbench.store import Store

SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS populations (
        digest TEXT PRIMARY KEY, name TEXT NOT NULL, suffix TEXT NOT NULL, size INTEGER NOT NULL, by TEXT NOT NULL,
        at TEXT NOT NULL) STRICT""",
)

SIZES: Final = (1_000, 10_000, 50_000, 200_000)
"""Rows of a made-up population that may be chosen."""

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of a file that somebody brings."""

MOST_TOGETHER: Final = 8 * MOST_BYTES
"""Of all files that lie here."""

Kind = Literal["made", "file", "ledger"]


@dataclass(frozen=True, slots=True)
class Population:
    """`kind` and what goes with it: so many rows made up, the digest of a file, nothing. `key` names it in results."""

    kind: Kind
    which: str
    told: Bilingual

    @property
    def word(self) -> str:
        """As an address or a choice names it."""
        return f"{self.kind}:{self.which}"


def made(rows: int) -> Population:
    """So many made-up people of the matter."""
    return Population("made", str(rows), Bilingual(f"模拟人口，{rows:,}人", f"{rows:,} made-up people"))


@dataclass(frozen=True, slots=True)
class Brought:
    """A file that somebody brought, by the SHA-256 (hex) of its bytes."""

    digest: str
    name: str
    suffix: str
    size: int
    by: str
    at: str


class Populations:
    """The files that people brought, in a folder of the workbench's data."""

    def __init__(self, store: Store, folder: Path, now: Callable[[], datetime]) -> None:
        self._store = store
        self._folder = folder
        self._now = now

    def all(self) -> list[Brought]:
        """The newest first."""
        rows = self._store.rows("SELECT digest, name, suffix, size, by, at FROM populations ORDER BY at DESC, digest")
        return [Brought(*row) for row in rows]

    def path(self, one: Brought) -> Path:
        """Where it lies."""
        return self._folder / f"{one.digest}{one.suffix}"

    def bring(self, name: str, content: bytes, by: str) -> Brought:
        """Keeps a file. Raises RefusedError where it is too large, by itself or beside the others, or neither CSV nor
        Parquet."""
        suffix = Path(name).suffix.lower()
        if suffix not in {".csv", ".parquet"}:
            raise RefusedError(Bilingual("请上传 .csv 或 .parquet 文件", "bring a .csv or a .parquet file"))
        if len(content) > MOST_BYTES:
            most = MOST_BYTES // 1024 // 1024
            raise RefusedError(Bilingual(f"文件太大，最多{most}MB", f"the file is too large; {most} MB at most"))
        if sum(one.size for one in self.all()) + len(content) > MOST_TOGETHER:
            raise RefusedError(
                Bilingual("人口文件已经太多，请先删除用不着的", "there are too many such files; delete some first")
            )
        shown = re.sub(r"[^\w.\- ]", "_", Path(name).name)[:80]
        at = self._now().isoformat(timespec="seconds")
        one = Brought(hashlib.sha256(content).hexdigest(), shown, suffix, len(content), by, at)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        self.path(one).write_bytes(content)
        with self._store.writing() as connection:
            row = (one.digest, one.name, one.suffix, one.size, one.by, one.at)
            connection.execute("INSERT OR REPLACE INTO populations VALUES (?, ?, ?, ?, ?, ?)", row)
        return one

    def drop(self, digest: str) -> None:
        """Away with a file, for good."""
        for one in self.all():
            if one.digest == digest:
                self.path(one).unlink(missing_ok=True)
        with self._store.writing() as connection:
            connection.execute("DELETE FROM populations WHERE digest = ?", (digest,))
