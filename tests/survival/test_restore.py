"""What is put back and what is not: spoilt backups, keys of another day, newer records, restores that broke off."""

import hashlib
import json
import os
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from decision_service.backup import restoring
from decision_service.backup.parts import BackupRefusedError
from decision_service.backup.restoring import Source
from decision_service.ledger.opening import LedgerFiles, reading
from decision_service.ledger.verify import verify_ledger
from tests.http.process import COMMAND, certificates, environment
from tests.http.staging import ROOT, staged
from tests.survival.backed_up import NOW, Kept, kept

__all__ = ["kept"]


def spoil_byte(kept: Kept) -> None:
    path = kept.to / "calls.sqlite3"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (spoil_byte, "calls.sqlite3: is not what it was"),
        (lambda kept: (kept.to / "followups.sqlite3").unlink(), "followups.sqlite3: is missing"),
        (lambda kept: (kept.to / "extra").touch(), "extra: is not in the manifest"),
        (lambda kept: (kept.keys / "master.key").unlink(), "master.key: is missing"),
        (lambda kept: (kept.to / "manifest.json").write_text("{}"), "is no manifest"),
        (lambda kept: (kept.to / "manifest.json").unlink(), "is this a backup"),
    ],
)
def test_a_backup_that_was_changed_is_not_put_back(kept: Kept, spoil: Callable[[Kept], object], words: str) -> None:
    spoil(kept)
    kept.refuses(words)


def test_a_manifest_does_not_make_a_forged_record_true(kept: Kept) -> None:
    """Whoever changes a record can change the digests too; the record itself is verified."""
    ledger = kept.to / "ledger.sqlite3"
    ledger.write_bytes(ledger.read_bytes().replace(b"elderly_allowance", b"elderly_allowancf"))
    manifest = json.loads((kept.to / "manifest.json").read_bytes())
    manifest["files"]["ledger.sqlite3"]["sha256"] = hashlib.sha256(ledger.read_bytes()).hexdigest()
    (kept.to / "manifest.json").write_text(json.dumps(manifest))
    kept.refuses("not sound")


def test_keys_of_an_earlier_backup_are_refused(kept: Kept, tmp_path: Path) -> None:
    """They lack whoever came since, and would bring back what was erased since."""
    kept.decide(1)
    kept.back_up(tmp_path / "later", tmp_path / "later-keys")
    with pytest.raises(BackupRefusedError, match="another or an earlier backup"):
        restoring.restore(kept.parts(), Source(tmp_path / "later", kept.keys), "", NOW, lambda _, __: None)
    kept.refuses("lose 1 records")
    with pytest.raises(BackupRefusedError, match="lose 1 records"):
        restoring.restore(kept.parts(), Source(kept.to, tmp_path / "later-keys"), "", NOW, lambda _, __: None)


def test_keys_that_were_destroyed_since_do_not_come_back(kept: Kept) -> None:
    files = LedgerFiles.beside(kept.ledger)
    with closing(files.existing_ring()) as ring, reading(files) as reader:
        assert ring.destroy([next(reader.decisions()).envelope.key_id]) == 1
    kept.refuses("Leave --keys out")
    report = kept.restore(keys=False).report
    assert (report.read, report.erased) == (3 - report.erased, report.erased)
    assert report.erased > 0


def test_a_newer_record_is_replaced_only_in_words_that_say_what_is_lost(kept: Kept) -> None:
    kept.decide(2)
    for force in ("", "yes", "lose 1 records", "lose 3 records"):
        kept.refuses("lose 2 records", force)
    newer = verify_ledger(kept.ledger).records
    put = kept.restore("lose 2 records")
    assert verify_ledger(kept.ledger).records == put.manifest.records == newer - 2
    aside = kept.folder / "ledger.sqlite3.before-20260316T120000"
    assert aside in put.moved
    assert verify_ledger(aside).records == newer
    kept.decide(1)


def test_another_log_and_another_history_are_told_apart(kept: Kept) -> None:
    for path in kept.folder.iterdir():
        if path.is_file():
            path.unlink()
    kept.decide(1)
    kept.refuses("lose 1 records")
    for path in kept.folder.iterdir():
        if path.is_file():
            path.unlink()
    kept.decide(1, log="another")
    kept.refuses("holds the log 'another'", "lose 1 records")
    kept.ledger.write_bytes(b"no ledger at all" * 100)
    kept.refuses("lose a record that cannot be read")
    assert kept.restore("lose a record that cannot be read").report.records == 3


def test_a_record_in_use_is_left_alone(kept: Kept) -> None:
    with staged(kept.folder, kept.registers), pytest.raises(BackupRefusedError, match="stop it first"):
        kept.restore()
    assert kept.restore().report.records == 3


def test_keys_may_stay_where_they_are_and_are_asked_for_where_they_do_not(kept: Kept, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    kept.back_up(alone, None)
    assert {path.name for path in alone.iterdir()} == {path.name for path in kept.to.iterdir()}
    assert kept.restore(keys=False).report.read == 3
    (kept.folder / "ledger-master.key").unlink()
    kept.refuses("ledger-master.key: name the folder", keys=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can restore for somebody else")
def test_what_root_puts_back_belongs_to_the_owner_of_the_folder(kept: Kept) -> None:
    (kept.folder / "ledger.lock").unlink()
    os.chown(kept.folder, 10001, 10001)
    kept.restore()
    fresh = {part.path for part in kept.parts() if not part.derived and part.path.exists()}
    assert {path.stat().st_uid for path in (*fresh, kept.folder / "ledger.lock")} == {10001}
    assert {path.stat().st_gid for path in fresh} == {10001}


def test_after_a_restore_that_broke_off_the_service_does_not_start(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    rename, renamed = Path.rename, iter(range(100))

    def breaks(self: Path, target: Path) -> Path:
        if next(renamed) == 9:
            raise OSError("the power went")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", breaks)
    with pytest.raises(BackupRefusedError, match="the power went"):
        kept.restore()
    monkeypatch.undo()
    got = subprocess.run(
        [*COMMAND, "serve", "--ledger", str(kept.ledger), "--registers-url", kept.registers],
        env=environment(MIAOPI_CERTIFICATES=certificates()),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert got.returncode == 2
    assert "not finished" in got.stderr
    assert kept.restore().report.records == 3
    kept.decide(1)
