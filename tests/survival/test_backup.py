"""What a backup holds, and the drill: back up under load, lose the disk, restore, and every answer is there again."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from decision_service.backup import restoring, taking
from decision_service.backup.parts import BackupRefusedError, parts_of
from decision_service.backup.restoring import Source
from decision_service.ledger.opening import LedgerFiles, reading
from decision_service.ledger.verify import Known, verify_ledger
from tests.cli.running import miaopi
from tests.http.process import serving
from tests.http.staging import ROOT, RULES, Stage, application, settings, staged
from tests.sizes import size
from tests.survival.backed_up import NOT_KEPT, NOW, Kept, kept
from tests.survival.loading import Sent, load_on
from verifiers.identifiers.check_characters import mod_11_2
from verifiers.journal.reading import JournalReader

__all__ = ["kept"]


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


def test_a_record_in_a_database_is_left_to_its_own_tools(tmp_path: Path) -> None:
    elsewhere = settings(tmp_path, "http://127.0.0.1:9", ledger_database="postgresql://miaopi@127.0.0.1/record")
    with pytest.raises(BackupRefusedError, match="pg_dump"):
        parts_of(elsewhere)


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
