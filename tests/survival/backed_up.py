"""A record at rest with its backup, which tests spoil and put back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from decision_service.backup import restoring, taking
from decision_service.backup.parts import BackupRefusedError, Part, parts_of
from decision_service.backup.restoring import Source
from tests.http.staging import application, settings, staged

NOT_KEPT = {"gate", "ledger.lock", "ledger-followups.lock", "ledger-afterwards.lock"}
"""What a service leaves on disk and no backup holds: certificates of the gate are earned anew, locks are empty."""

NOW = datetime(2026, 3, 16, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Kept:
    """A record of three decisions at rest, its backup, and the folder of its keys."""

    registers: str
    folder: Path
    to: Path
    keys: Path

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.sqlite3"

    def back_up(self, to: Path, keys: Path | None) -> None:
        taking.back_up(self.parts(), to, keys, NOW, lambda _, __: None)

    def restore(self, words: str = "", *, keys: bool = True) -> restoring.Restored:
        source = Source(self.to, self.keys if keys else None)
        return restoring.restore(self.parts(), source, words, NOW, lambda _, __: None)

    def parts(self) -> Sequence[Part]:
        return parts_of(settings(self.folder, self.registers))

    def decide(self, count: int, **more: object) -> None:
        with staged(self.folder, self.registers, **more) as stage:
            for _ in range(count):
                assert stage.decide(application("ELD-1")).status == 200

    def refuses(self, words: str, force: str = "", *, keys: bool = True) -> None:
        """A restore is refused, says so, and leaves the place as it is."""
        before = self.contents()
        with pytest.raises(BackupRefusedError, match=words):
            self.restore(force, keys=keys)
        assert self.contents() == before

    def contents(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.folder.iterdir() if path.name not in NOT_KEPT}


@pytest.fixture
def kept(registers: str, tmp_path: Path) -> Kept:
    found = Kept(registers, tmp_path / "var", tmp_path / "backup", tmp_path / "keys")
    found.folder.mkdir()
    found.decide(3)
    found.back_up(found.to, found.keys)
    return found
