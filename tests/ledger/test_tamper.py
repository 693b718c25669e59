"""Whatever is changed, removed, moved or put into a ledger is found, and the first wrong record is named."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from decision_service.ledger.connection import connect
from decision_service.ledger.entry import Recorded
from decision_service.ledger.errors import LedgerRefusedError
from decision_service.ledger.keys import key_id, signer_of
from decision_service.ledger.verify import Report, verify_ledger
from tests.ledger.making import SIGNER, entry, open_store, tampering
from tests.sizes import size

RECORDS = size("tamper_records", quick=4, full=60)
COLUMNS = (
    "application_id, matter, caller, key, fingerprint, decision_id, decided_at, policy_digest, "
    "answer, archive, salt, leaf, signature, public_key"
)


def make(path: Path, count: int = RECORDS, **options) -> list[Recorded]:
    with open_store(path, **options) as store:
        return [one for one in store.append([entry(n) for n in range(count)]) if isinstance(one, Recorded)]


def after(path: Path, act: Callable[[sqlite3.Connection], object], **options) -> Report:
    with tampering(path) as connection:
        act(connection)
    return verify_ledger(path, **options)


def first_bad(report: Report) -> int | None:
    assert report.first is not None
    assert not report.is_sound
    return report.first.index


def test_a_sound_ledger_is_sound(tmp_path: Path) -> None:
    """Also after the shell of `tampering` did nothing: what the other tests find is what they did."""
    path = tmp_path / "ledger.sqlite3"
    records = make(path, 450)
    seen: list[tuple[int, int]] = []
    report = verify_ledger(path, lambda done, total: seen.append((done, total)), trusted=[SIGNER.public_key])
    assert report.is_sound
    assert (report.records, report.bad, report.head) == (450, 0, records[-1].leaf)
    assert report.keys == {key_id(SIGNER.public_key): 450}
    assert seen == [(200, 450), (400, 450), (450, 450)]
    assert after(path, lambda _: None, held={one.index: one.leaf for one in records}).is_sound


def test_an_empty_ledger_is_sound(tmp_path: Path) -> None:
    make(tmp_path / "ledger.sqlite3", 0)
    assert verify_ledger(tmp_path / "ledger.sqlite3").is_sound


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("column", [name.strip() for name in COLUMNS.split(",")])
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
                report = verify_ledger(path, trusted=[SIGNER.public_key])
                assert first_bad(report) == index, (column, place)
                assert report.records == len(records)
            connection.execute(write, (true, index))
    assert verify_ledger(path).is_sound


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
    cut = after(path, lambda shell: shell.execute("DELETE FROM record WHERE position >= 3"))
    assert cut.is_sound, "a chain alone can't show it: the module says so"
    assert first_bad(verify_ledger(path, held={4: records[4].leaf})) == 3


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
        changed = COLUMNS.replace(" key,", " 'new',").replace("decision_id", "'new'")
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
    renamed = after(other, lambda shell: shell.execute("UPDATE about SET log = 'test log'"))
    assert first_bad(renamed) == 0


def test_a_forger_without_the_key(tmp_path: Path) -> None:
    """Everything written anew under a key of his own: only who trusts no key but the true one sees it."""
    path = tmp_path / "ledger.sqlite3"
    forger = signer_of(Ed25519PrivateKey.generate())
    make(path, 4, signer=forger)
    report = verify_ledger(path)
    assert report.is_sound
    assert SIGNER.public_key not in report.keys
    assert first_bad(verify_ledger(path, trusted=[SIGNER.public_key])) == 0


def test_the_operator_who_writes_it_anew(tmp_path: Path) -> None:
    """With the true key: only a receipt given out before shows it."""
    path, again = tmp_path / "ledger.sqlite3", tmp_path / "again.sqlite3"
    records = make(path, 4)
    make(again, 4)
    held = {2: records[2].leaf}
    assert verify_ledger(path, held=held).is_sound
    assert first_bad(verify_ledger(again, held=held, trusted=[SIGNER.public_key])) == 2


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
    report = verify_ledger(path)
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
            assert not verify_ledger(shot).is_sound, f"page {place // 4096}"
        except LedgerRefusedError:
            continue


def test_what_is_no_ledger(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no ledger")
    for path in (tmp_path / "none", tmp_path / "text", tmp_path):
        with pytest.raises(LedgerRefusedError):
            verify_ledger(path)
    assert not (tmp_path / "none").exists()
