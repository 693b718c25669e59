"""The drill: back up under load, lose the disk, restore: everything that was answered before the backup is there."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from decision_service.backup import restoring, taking
from decision_service.backup.parts import BackupRefusedError, Part, parts_of
from decision_service.backup.restoring import Source
from decision_service.ledger.opening import LedgerFiles, reading
from decision_service.ledger.verify import Known, verify_ledger
from tests.cli.running import miaopi
from tests.http.process import COMMAND, certificates, environment, serving
from tests.http.staging import ROOT, RULES, Stage, application, settings, staged
from tests.sizes import size
from tests.survival.loading import Sent, load_on
from verifiers.identifiers.check_characters import mod_11_2
from verifiers.journal.reading import JournalReader

NOT_KEPT = {"gate", "ledger.lock", "ledger-followups.lock", "ledger-afterwards.lock"}
"""What a service leaves on disk and no backup holds: certificates of the gate are earned anew, locks are empty."""

NOW = datetime(2026, 3, 16, 12, 0, tzinfo=UTC)


def done(*words: object) -> dict:
    got = miaopi(*words, "--json")
    assert got.code == 0, got.err
    return json.loads(got.out)


@pytest.mark.timeout(1800)
def test_the_drill(registers: str, tmp_path: Path) -> None:
    place, ledger = tmp_path / "var", tmp_path / "var" / "ledger.sqlite3"
    to, keys = tmp_path / "backup", tmp_path / "keys"
    with serving(registers, RULES, ledger) as (stage, child), load_on(stage, "drill") as load:
        load.wait_for(size("backup_load", quick=30, full=2000))
        before = list(load.sent)
        made = done("backup", to, "--keys", keys, "--ledger", ledger)
        load.wait_for(20)
        child.kill()
        child.wait(30)
    assert made["records"] >= len(before)
    shutil.rmtree(place)

    put = done("restore", to, "--keys", keys, "--ledger", ledger)
    assert (put["records"], put["erased"], put["moved"]) == (made["records"], 0, [])
    replayed = done("replay", "--all", "--ledger", ledger, "--rules", RULES)
    assert replayed["findings"] == []
    assert replayed["replayed"] >= len(before)
    with serving(registers, RULES, ledger) as (stage, _):
        for one in before:
            answered_alike(stage, one)
        assert stage.decide(application("ELD-1")).json["outcome"] == "APPROVED"
    assert verify_ledger(ledger).records == made["records"] + 1


def answered_alike(stage: Stage, one: Sent) -> None:
    assert one.got is not None
    again = stage.decide(one.application, one.key)
    assert (again.status, again.body) == (200, one.got.body)
    assert again.headers["idempotent-replayed"] == "true"


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


def test_nothing_that_a_service_keeps_is_left_out(kept: Kept) -> None:
    """A new file beside the record goes into decision_service/backup/parts.py, or into NOT_KEPT with a reason."""
    parts = {part.path.name for part in parts_of(settings(kept.folder, kept.registers))}
    assert {path.name for path in kept.folder.iterdir()} - NOT_KEPT <= parts
    # Some files come only with a setting: their names in the code are those of the parts, too.
    for path in (ROOT / "decision_service").rglob("*.py"):
        for name in re.findall(r"-(\w+\.(?:sqlite3|key))\b", path.read_text(encoding="utf-8")):
            assert f"ledger-{name}" in parts, path
    secret = {path.name for path in kept.keys.iterdir()}
    assert secret == {"manifest.json", "subjects.sqlite3", "master.key", "signing.key", "marks.key"}
    assert not secret - {"manifest.json"} & {path.name for path in kept.to.iterdir()}
    for path in (*kept.to.iterdir(), *kept.keys.iterdir()):
        assert path.stat().st_mode & 0o077 == 0, path


def test_whatever_is_written_between_two_copies_the_set_is_consistent(
    registers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between any two files people are decided about who were never seen before. In what is restored the calls of every
    decision are there, the keys to its facts, and nobody who follows the record is ahead of it."""
    monkeypatch.setattr("decision_service.ledger.keyring.AHEAD", 1)
    place, copy, persons = tmp_path / "var", taking.copy_database, iter(people())
    with staged(place, registers) as stage:
        assert stage.decide(application("ELD-1")).status == 200

        def busily(source: Path, target: Path) -> None:
            copy(source, target)
            for _ in range(3):
                assert stage.decide(application("ELD-1", id_no=next(persons))).status == 200

        monkeypatch.setattr(taking, "copy_database", busily)
        parts = parts_of(settings(place, registers))
        made = taking.back_up(parts, tmp_path / "b", tmp_path / "k", NOW, lambda _, __: None)
        assert stage.records() > made.records > 1
    other = tmp_path / "other"
    restoring.restore(
        parts_of(settings(other, registers)), Source(tmp_path / "b", tmp_path / "k"), "", NOW, lambda _, __: None
    )
    files = LedgerFiles.beside(other / "ledger.sqlite3")
    with closing(files.existing_ring()) as ring:
        report = verify_ledger(files.ledger, None, Known(ring=ring))
    assert (report.is_sound, report.read, report.erased) == (True, made.records, 0)
    with reading(files) as reader, JournalReader(other / "ledger-calls.sqlite3") as calls:
        for one in reader.decisions():
            verified = json.loads(one.entry.answer)["verifications"]
            assert {call.sent.register for call in calls.calls_of(one.entry.application_id)} >= {
                each["register"] for each in verified
            }
    with staged(other, registers) as stage:
        assert stage.decide(application("ELD-1")).json["outcome"] == "APPROVED"


def people() -> Iterator[str]:
    """Numbers of people whom no register knows."""
    for number in count(100):
        first = f"21010019450101{number}"
        yield first + mod_11_2(first)


def test_no_backup_is_overwritten_and_none_is_half_made(kept: Kept, tmp_path: Path) -> None:
    new = tmp_path / "new"
    for to, keys in ((kept.to, new), (new, kept.keys), (new, new / "keys")):
        with pytest.raises(BackupRefusedError):
            kept.back_up(to, keys)
        assert not new.exists()
    damaged = kept.ledger.read_bytes()
    kept.ledger.write_bytes(damaged.replace(b"ELD-1", b"ELD-2").replace(b"elderly", b"elderlx"))
    with pytest.raises(BackupRefusedError):
        kept.back_up(new, None)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


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


def test_a_record_in_a_database_is_left_to_its_own_tools(tmp_path: Path) -> None:
    elsewhere = settings(tmp_path, "http://127.0.0.1:9", ledger_database="postgresql://miaopi@127.0.0.1/record")
    with pytest.raises(BackupRefusedError, match="pg_dump"):
        parts_of(elsewhere)


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


def test_the_commands_say_what_they_did_and_why_not(kept: Kept, tmp_path: Path) -> None:
    made = miaopi("backup", tmp_path / "bare", "--ledger", kept.ledger)
    assert made.code == 0
    assert "WITHOUT KEYS" in made.err
    assert "3 record(s)" in made.err
    again = miaopi("backup", tmp_path / "bare", "--ledger", kept.ledger)
    assert again.code == 2
    assert "no backup is overwritten" in again.err
    kept.decide(1)
    newer = miaopi("restore", kept.to, "--keys", kept.keys, "--ledger", kept.ledger)
    assert newer.code == 2
    (words,) = re.findall(r'--force-older "([^"]+)"', newer.err)
    done = miaopi("restore", kept.to, "--keys", kept.keys, "--ledger", kept.ledger, "--force-older", words)
    assert done.code == 0, done.err
    assert "3 record(s) put back" in done.err
    assert "ledger.sqlite3.before-" in done.err
    packed = miaopi("archive", "--all", "--out", tmp_path / "packages", "--ledger", kept.ledger)
    assert packed.code == 0, packed.err
