"""Facts lie under a key for each person; without it they are gone, and every proof still holds (P25)."""

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from decision_service.ledger.checkpoints import Checkpoints
from decision_service.ledger.entry import Entry, Recorded, canonical
from decision_service.ledger.errors import ErasedError, LedgerFaultError, LedgerRefusedError
from decision_service.ledger.keyring import AHEAD, KeyRing
from decision_service.ledger.keys import MasterKey
from decision_service.ledger.linking import opened
from decision_service.ledger.opening import LedgerFiles
from decision_service.ledger.receipt import full_answer
from decision_service.ledger.store import ByKey, BySubject
from decision_service.proof.receipt import verify_receipt
from tests.ledger.making import LOG, MASTER, SIGNER, checked, entry, open_store, ring_beside, sqlite_store

TOLD = "赵示甲一 210100193505208826"


def personal(number: int, subject: bytes = b"person of tests!") -> Entry:
    return entry(
        number,
        subject=subject,
        answer=canonical({"decision_id": f"decision {number}", "told": TOLD}),
        archive=canonical({"form": {"id_no": TOLD}}),
    )


def files_with(folder: Path, words: bytes) -> list[str]:
    return [path.name for path in sorted(folder.iterdir()) if words in path.read_bytes()]


def test_no_personal_value_lies_open_on_disk(tmp_path: Path) -> None:
    with open_store(tmp_path / "ledger.sqlite3") as store:
        store.append([personal(number) for number in range(3)])
        assert files_with(tmp_path, TOLD.encode()) == []
        assert files_with(tmp_path, json.dumps(TOLD)[1:8].encode()) == []
    assert files_with(tmp_path, TOLD.encode()) == []


def test_a_person_has_one_key_across_commits_and_restarts(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    names = set()
    for start in (0, 10):
        with open_store(path) as store:
            for number in range(start, start + 3):
                (one,) = store.append([personal(number)])
                assert isinstance(one, Recorded)
                names.add(one.envelope.key_id)
            (other,) = store.append([personal(start + 5, b"somebody else!!!")])
            assert isinstance(other, Recorded)
            assert other.envelope.key_id not in names
    assert len(names) == 1


def test_without_the_key_the_facts_are_gone_and_the_proofs_stay(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    with open_store(path) as store:
        mine = [one for one in store.append([personal(0), personal(1)]) if isinstance(one, Recorded)]
        (other,) = store.append([entry(2)])
        receipts = [Checkpoints(store, LOG, SIGNER).receipt(one) for one in mine]
        before = checked(path)
        with closing(ring_beside(path)) as ring:
            assert ring.destroy({one.envelope.key_id for one in mine}) == 1
            assert ring.destroy({one.envelope.key_id for one in mine}) == 0
    with open_store(path) as store:
        erased = store.find(BySubject(mine[0].entry.subject))
        assert [one.entry.is_erased for one in erased] == [True, True]
        assert [one.leaf for one in erased] == [one.leaf for one in mine]
        for look in ("answer", "archive", "fingerprint"):
            with pytest.raises(ErasedError):
                getattr(erased[0].entry, look)
        with pytest.raises(ErasedError):
            full_answer(erased[0])
        with pytest.raises(ErasedError):
            Checkpoints(store, LOG, SIGNER).receipt(erased[0])
        (standing,) = store.find(ByKey("hall", "key 2"))
        assert standing == other
        after = checked(path)
        assert after.is_sound
        assert (before.root, before.head) == (after.root, after.head)
        assert (before.read, before.erased, after.read, after.erased) == (3, 0, 1, 2)
        for receipt in receipts:
            assert TOLD.encode() in verify_receipt(receipt, SIGNER.public_key).answer, "who holds a receipt keeps it"
        assert store.append([personal(0)]) == [erased[0]], "a key stays used when what it got is erased"
        (anew,) = store.append([personal(7)])
        assert isinstance(anew, Recorded)
        assert anew.envelope.key_id not in {one.envelope.key_id for one in mine}
        assert not anew.entry.is_erased
    assert files_with(tmp_path, TOLD.encode()) == []


def test_a_flipped_bit_of_what_is_sealed_is_found_also_when_nobody_can_read_it(tmp_path: Path) -> None:
    from tests.ledger.making import tampering

    path = tmp_path / "ledger.sqlite3"
    with open_store(path) as store:
        (one,) = store.append([personal(0)])
    assert isinstance(one, Recorded)
    with closing(ring_beside(path)) as ring:
        ring.destroy([one.envelope.key_id])
    for place in range(0, len(one.envelope.sealed), 17):
        flipped = bytearray(one.envelope.sealed)
        flipped[place] ^= 1
        with tampering(path) as shell:
            shell.execute("UPDATE record SET sealed = ?", (bytes(flipped),))
        assert not checked(path).is_sound
    with tampering(path) as shell:
        shell.execute("UPDATE record SET sealed = ?", (one.envelope.sealed,))
    assert checked(path).is_sound


def test_sealed_contents_fit_no_other_record(tmp_path: Path) -> None:
    """The same person's key opens both; what is bound to each keeps them apart."""
    from dataclasses import replace

    path = tmp_path / "ledger.sqlite3"
    with open_store(path) as store, closing(ring_beside(path)) as ring:
        one, other = (each for each in store.append([personal(0), personal(1)]) if isinstance(each, Recorded))
        assert opened(one, ring) == one
        with pytest.raises(ValueError, match="changed"):
            opened(replace(one, envelope=other.envelope), ring)


def test_a_ring_of_another_master_key_opens_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    with open_store(path) as store:
        store.append([personal(0)])
    with closing(KeyRing(LedgerFiles.beside(path).ring, MasterKey(bytes(32)))) as other:
        store = sqlite_store(path, ring=other)
        with pytest.raises(LedgerFaultError, match="not wrapped under this master key"):
            store.read(0, 1)
        store.close()


def test_keys_are_made_ahead_and_destroyed_for_good(tmp_path: Path) -> None:
    path = tmp_path / "ring.sqlite3"
    with closing(KeyRing(path, MASTER)) as ring:
        made = dict(ring.new() for _ in range(AHEAD + 3))
        assert len(made) == AHEAD + 3
        gone = next(iter(made))
        assert ring.destroy([gone]) == 1
        assert ring.key(gone) is None
    assert not any(gone in each.read_bytes() for each in tmp_path.iterdir()), "its name is overwritten"
    with closing(KeyRing(path, MASTER)) as ring:
        assert {key_id: ring.key(key_id) for key_id in made} == made | {gone: None}
        assert not any(key in each.read_bytes() for key in made.values() for each in tmp_path.iterdir())


def test_bytes_that_a_reader_still_needs_are_told_of_and_keep_nobody_from_his_key(tmp_path: Path) -> None:
    """As a backup does, which takes a while."""
    path = tmp_path / "ring.sqlite3"
    with closing(KeyRing(path, MASTER)) as ring:
        gone, kept = ring.new()[0], ring.new()[0]
        assert ring.settle()
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM subject_key").fetchone()
            started = time.monotonic()
            assert ring.destroy([gone]) == 1
            assert ring.key(kept) is not None
            assert time.monotonic() - started < 1, "whoever decides waits for no reader"
            assert not ring.settle()
            assert files_with(tmp_path, gone)
        assert ring.settle()
        assert not files_with(tmp_path, gone)


def test_marks_tell_persons_apart_and_nothing_else(tmp_path: Path) -> None:
    with closing(KeyRing(tmp_path / "a", MASTER)) as one, closing(KeyRing(tmp_path / "b", MasterKey(bytes(32)))) as two:
        assert one.mark("person", "111", "x") == one.mark("person", "111", "x")
        assert (
            len({one.mark("person", "111", "x"), one.mark("person", "111", "y"), two.mark("person", "111", "x")}) == 3
        )


def test_what_is_no_ring_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no key ring, and long enough for a page of one" * 100)
    with pytest.raises(LedgerRefusedError, match="key ring"):
        KeyRing(tmp_path / "text", MASTER)
    with open_store(tmp_path / "ledger.sqlite3"), pytest.raises(LedgerRefusedError, match="not a key ring"):
        KeyRing(tmp_path / "ledger.sqlite3", MASTER)
