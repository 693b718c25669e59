"""Whatever is changed, removed, moved or put into a ledger is found, and the first wrong record is named."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from decision_service.ledger.checkpoints import Checkpoints
from decision_service.ledger.connection import connect
from decision_service.ledger.entry import Recorded
from decision_service.ledger.errors import LedgerRefusedError
from decision_service.ledger.keys import signer_of
from decision_service.ledger.schema import COLUMNS as BARE
from decision_service.ledger.verify import Report
from decision_service.proof.merkle import ProofError, verify_consistency
from decision_service.proof.note import Checkpoint, VerifierKey, open_note
from decision_service.proof.signature import key_id
from tests.ledger.making import LOG, SIGNER, checked, entry, open_store, tampering
from tests.sizes import size

RECORDS = size("tamper_records", quick=4, full=60)
COLUMNS = BARE.removeprefix("position, ")


def make(path: Path, count: int = RECORDS, **options) -> list[Recorded]:
    with open_store(path, **options) as store:
        return [one for one in store.append([entry(n) for n in range(count)]) if isinstance(one, Recorded)]


def after(path: Path, act: Callable[[sqlite3.Connection], object], **options) -> Report:
    with tampering(path) as connection:
        act(connection)
    return checked(path, **options)


def first_bad(report: Report) -> int | None:
    assert report.first is not None
    assert not report.is_sound
    return report.first.index


def test_a_sound_ledger_is_sound(tmp_path: Path) -> None:
    """Also after the shell of `tampering` did nothing: what the other tests find is what they did."""
    path = tmp_path / "ledger.sqlite3"
    records = make(path, 450)
    seen: list[tuple[int, int]] = []
    report = checked(path, lambda done, total: seen.append((done, total)), trusted=[SIGNER.public_key])
    assert report.is_sound
    assert (report.records, report.bad, report.head) == (450, 0, records[-1].leaf)
    assert report.keys == {key_id(SIGNER.public_key): 450}
    assert seen == [(200, 450), (400, 450), (450, 450)]
    assert after(path, lambda _: None, held={one.index: one.leaf for one in records}).is_sound


def test_an_empty_ledger_is_sound(tmp_path: Path) -> None:
    make(tmp_path / "ledger.sqlite3", 0)
    assert checked(tmp_path / "ledger.sqlite3").is_sound


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("column", COLUMNS.split(", "))
def test_every_byte_is_watched(tmp_path: Path, column: str) -> None:
    """Each byte of each record's column in turn, with one bit flipped, then put back."""
    path = tmp_path / "ledger.sqlite3"
    records = make(path)
    read = f"SELECT {column} FROM record WHERE position = ?"  # noqa: S608 - a column of the list above
    write = f"UPDATE record SET {column} = ? WHERE position = ?"  # noqa: S608 - a column of the list above
    with tampering(path) as connection:
        for index in range(len(records)):
            (true,) = connection.execute(read, (index,)).fetchone()
            raw = true.encode() if isinstance(true, str) else true
            for place in range(len(raw)):
                flipped = bytearray(raw)
                flipped[place] ^= 64
                value = flipped.decode() if isinstance(true, str) else bytes(flipped)
                connection.execute(write, (value, index))
                report = checked(path, trusted=[SIGNER.public_key])
                assert first_bad(report) == index, (column, place)
                assert report.records == len(records)
            connection.execute(write, (true, index))
    assert checked(path).is_sound


@pytest.mark.parametrize("index", range(4))
def test_a_record_that_is_gone(tmp_path: Path, index: int) -> None:
    path = tmp_path / "ledger.sqlite3"
    records = make(path, 5)
    report = after(path, lambda shell: shell.execute("DELETE FROM record WHERE position = ?", (index,)))
    assert first_bad(report) == index
    assert report.first is not None
    assert report.first.what.startswith("missing")

    def close_the_gap(shell: sqlite3.Connection) -> None:
        for later in range(index + 1, 5):
            shell.execute("UPDATE record SET position = ? WHERE position = ?", (later - 1, later))

    assert first_bad(after(path, close_the_gap)) == index
    assert len(records) == 5


def test_a_cut_end_is_found_by_anyone_with_a_receipt(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    records = make(path, 5)
    with open_store(path) as store:
        noted = Checkpoints(store, LOG, SIGNER).advance()
    assert noted is not None

    def cut(shell: sqlite3.Connection) -> None:
        shell.execute("DELETE FROM record WHERE position >= 3")

    assert first_bad(after(path, cut)) == 3, "a checkpoint in the file is missing records"

    def cut_all(shell: sqlite3.Connection) -> None:
        shell.execute("DELETE FROM checkpoint")
        shell.execute("DELETE FROM node WHERE (place + 1) << level > 3")

    assert after(path, cut_all).is_sound, "the file alone can't show it: the module says so"
    assert first_bad(checked(path, held={4: records[4].leaf})) == 3
    kept = Checkpoint.parse(open_note(noted.note, [VerifierKey(LOG, SIGNER.public_key)]).body)
    assert first_bad(checked(path, noted=[kept])) == 3


@pytest.mark.parametrize(("one", "other"), [(0, 1), (1, 3), (3, 4)])
def test_records_that_changed_places(tmp_path: Path, one: int, other: int) -> None:
    path = tmp_path / "ledger.sqlite3"
    make(path, 5)

    def swap(shell: sqlite3.Connection) -> None:
        for old, new in ((one, 99), (other, one), (99, other)):
            shell.execute("UPDATE record SET position = ? WHERE position = ?", (new, old))

    assert first_bad(after(path, swap)) == one


@pytest.mark.parametrize("index", range(5))
def test_a_record_put_in_between(tmp_path: Path, index: int) -> None:
    """Copied from its neighbour with another key and id, the rest moved up."""
    path = tmp_path / "ledger.sqlite3"
    make(path, 5)

    def insert(shell: sqlite3.Connection) -> None:
        for later in range(4, index - 1, -1):
            shell.execute("UPDATE record SET position = ? WHERE position = ?", (later + 1, later))
        changed = COLUMNS.replace(" key,", " 'new',").replace("record_id", "'new'")
        copy = f"SELECT ?, {changed} FROM record WHERE position = ?"  # noqa: S608 - constants of this file
        shell.execute(f"INSERT INTO record (position, {COLUMNS}) {copy}", (index, index + 1))

    assert first_bad(after(path, insert)) == index


def test_a_record_of_another_log(tmp_path: Path) -> None:
    """Same decisions, same key, another name: no record of one log fits into another, not even the first."""
    path, other = tmp_path / "ledger.sqlite3", tmp_path / "other.sqlite3"
    make(path, 3)
    make(other, 3, log="other")

    def splice(shell: sqlite3.Connection) -> None:
        shell.execute("ATTACH ? AS other", (str(other),))
        shell.execute("DELETE FROM record WHERE position = 0")
        shell.execute("INSERT INTO record SELECT * FROM other.record WHERE position = 0")

    assert first_bad(after(path, splice)) == 0
    renamed = after(other, lambda shell: shell.execute("UPDATE about SET log = 'test.log'"))
    assert first_bad(renamed) == 0


def test_a_forger_without_the_key(tmp_path: Path) -> None:
    """Everything written anew under a key of his own: only who trusts no key but the true one sees it."""
    path = tmp_path / "ledger.sqlite3"
    forger = signer_of(Ed25519PrivateKey.generate())
    make(path, 4, signer=forger)
    report = checked(path)
    assert report.is_sound
    assert SIGNER.public_key not in report.keys
    assert first_bad(checked(path, trusted=[SIGNER.public_key])) == 0


def test_the_operator_who_writes_it_anew(tmp_path: Path) -> None:
    """With the true key: only a receipt given out before shows it."""
    path, again = tmp_path / "ledger.sqlite3", tmp_path / "again.sqlite3"
    records = make(path, 4)
    make(again, 4)
    held = {2: records[2].leaf}
    assert checked(path, held=held).is_sound
    assert first_bad(checked(again, held=held, trusted=[SIGNER.public_key])) == 2
    with open_store(path) as store:
        noted = Checkpoints(store, LOG, SIGNER).advance()
    assert noted is not None
    kept = Checkpoint.parse(open_note(noted.note, [VerifierKey(LOG, SIGNER.public_key)]).body)
    assert checked(path, noted=[kept]).is_sound
    report = checked(again, noted=[kept], trusted=[SIGNER.public_key])
    assert first_bad(report) == 3
    assert report.first is not None
    assert "history was rewritten" in report.first.what
    with open_store(again) as store:
        grown = store.append([entry(n) for n in range(4, 9)])
        proof = Checkpoints(store, LOG, SIGNER).consistency(4, 4 + len(grown))
        new = Checkpoints(store, LOG, SIGNER).advance()
    assert new is not None
    root = Checkpoint.parse(open_note(new.note, [VerifierKey(LOG, SIGNER.public_key)]).body).root
    with pytest.raises(ProofError):
        verify_consistency(4, kept.root, 9, root, proof)


TREE = [
    "UPDATE node SET hash = zeroblob(32) WHERE level = 1 AND place = 1",
    "DELETE FROM node WHERE level = 2",
    "INSERT INTO node VALUES (1, 9, zeroblob(32))",
    "UPDATE checkpoint SET note = replace(note, '— ', '— x')",
    "UPDATE checkpoint SET note = (SELECT note FROM other.checkpoint)",
    "UPDATE checkpoint SET size = 3",
]


@pytest.mark.parametrize("change", TREE)
def test_a_changed_tree(tmp_path: Path, change: str) -> None:
    path, other = tmp_path / "ledger.sqlite3", tmp_path / "other.sqlite3"
    for each in (path, other):
        make(each, 4)
        with open_store(each) as store:
            Checkpoints(store, LOG, SIGNER).advance()

    def spoil(shell: sqlite3.Connection) -> None:
        shell.execute("ATTACH ? AS other", (str(other),))
        shell.execute(change)

    assert after(path, lambda _: None).is_sound
    assert not after(path, spoil).is_sound


@pytest.mark.parametrize(
    "change",
    [
        "DROP TRIGGER record_update",
        "DROP INDEX record_application",
        "CREATE TRIGGER later AFTER INSERT ON record BEGIN SELECT 1; END",
        "CREATE TABLE other (x)",
    ],
)
def test_changed_tables(tmp_path: Path, change: str) -> None:
    path = tmp_path / "ledger.sqlite3"
    make(path, 2)
    connection = connect(path)
    connection.execute(change)
    connection.close()
    report = checked(path)
    assert first_bad(report) is None
    assert report.bad == 0


def test_bytes_of_the_file(tmp_path: Path) -> None:
    """A hole shot into the file: refused as no ledger or found, never called sound."""
    path, shot = tmp_path / "ledger.sqlite3", tmp_path / "shot.sqlite3"
    make(path, 60)
    for place in range(0, path.stat().st_size, 4096):
        shutil.copyfile(path, shot)
        with shot.open("r+b") as file:
            file.seek(place)
            file.write(bytes(4096))
        try:
            assert not checked(shot).is_sound, f"page {place // 4096}"
        except LedgerRefusedError:
            continue


def test_what_is_no_ledger(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no ledger")
    for path in (tmp_path / "none", tmp_path / "text", tmp_path):
        with pytest.raises(LedgerRefusedError):
            checked(path)
    assert not (tmp_path / "none").exists()
