"""A disk that fails: a fault for everybody who waits, never an acknowledgement of what is not there."""

import asyncio
import shutil
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from decision_service.ledger.entry import Recorded
from decision_service.ledger.errors import LedgerFaultError, LedgerRefusedError
from decision_service.ledger.store import ByKey, Last
from decision_service.ledger.writer import Ledger
from tests.ledger.making import FailingDisk, checked, entry, open_store, sqlite_store
from tests.sizes import size

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("after", [False, True], ids=["not carried out", "carried out, answer lost"])
def test_each_statement_may_fail_once(tmp_path: Path, after: bool) -> None:
    """Fail the n-th statement for n = 1, 2, 3 … until none is left to fail: at no n is a record lost or doubled."""
    for n in count(1):
        path, disk = tmp_path / f"{n}.sqlite3", FailingDisk()
        store = sqlite_store(path, connect=disk)
        store.append([entry("before")])
        disk.arm(n, after=after)
        acknowledged: list[Recorded] = []
        faults = 0
        for name in ("a", "b", "c"):
            while True:
                try:
                    acknowledged += store.append([entry(name), entry(f"{name}2")])
                    break
                except LedgerFaultError:
                    faults += 1
        store.close()
        report = checked(path)
        assert report.is_sound
        assert report.records == 7
        assert [one.index for one in acknowledged] == [1, 2, 3, 4, 5, 6]
        with open_store(path) as reopened:
            assert list(reopened.read(1, 10)) == acknowledged
        if not disk.has_failed:
            assert n > 10
            return
        assert faults == 1


def test_each_read_may_fail_once(tmp_path: Path) -> None:
    disk = FailingDisk()
    with open_store(tmp_path / "ledger.sqlite3", connect=disk) as store:
        (recorded,) = store.append([entry(1)])
        for n in (1, 2):
            disk.arm(n)
            with pytest.raises(LedgerFaultError):
                store.find(Last())
            assert disk.has_failed
            assert store.find(Last()) == (recorded,)
            disk.arm(1)
            with pytest.raises(LedgerFaultError):
                store.read(0, 1)


def test_opening_may_fail_at_each_statement(tmp_path: Path) -> None:
    for n in count(1):
        disk = FailingDisk()
        disk.arm(n)
        path = tmp_path / f"{n}.sqlite3"
        try:
            sqlite_store(path, connect=disk).close()
        except LedgerRefusedError:
            with open_store(path) as store:
                assert store.append([entry(1)])
            continue
        assert n > 10
        return


def test_everybody_in_the_batch_gets_the_fault(tmp_path: Path) -> None:
    disk = FailingDisk("database or disk is full")
    disk.only = lambda sql: sql == "COMMIT"

    async def scene() -> None:
        ledger = Ledger(sqlite_store(tmp_path / "ledger.sqlite3", connect=disk))
        await ledger.append(entry("before"))
        disk.arm(1)
        results = await asyncio.gather(*(ledger.append(entry(n)) for n in range(20)), return_exceptions=True)
        faults = [result for result in results if isinstance(result, LedgerFaultError)]
        assert faults
        assert all("disk is full" in str(fault) for fault in faults)
        assert len(set(map(id, faults))) == len(faults)
        recorded = {result.index for result in results if isinstance(result, Recorded)}
        assert len(recorded) + len(faults) == 20
        for n, result in enumerate(results):
            assert len(ledger.find(ByKey("hall", f"key {n}"))) == isinstance(result, Recorded)
        again = await asyncio.gather(*(ledger.append(entry(n)) for n in range(20)))
        assert sorted(one.index for one in again) == list(range(1, 21))
        await asyncio.to_thread(ledger.close)

    asyncio.run(scene())
    assert checked(tmp_path / "ledger.sqlite3").is_sound


def test_a_full_disk_is_a_fault_until_there_is_room(tmp_path: Path) -> None:
    """SQLite's own page limit: the error is the real one of a full disk, raised where that is."""
    with open_store(tmp_path / "ledger.sqlite3") as store:
        kept = store.append([entry(0)])
        assert store._writer is not None
        pages = store._writer.execute("PRAGMA page_count").fetchone()[0]
        store._writer.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(LedgerFaultError, match="full"):
            store.append([entry(number, archive=b"{}" * 5000) for number in range(1, 5)])
        assert list(store.read(0, 9)) == kept
        kept += store.append([entry(9)])
        assert list(store.read(0, 9)) == kept


def test_a_closed_ledger_says_so(tmp_path: Path) -> None:
    ledger = Ledger(sqlite_store(tmp_path / "ledger.sqlite3"))
    ledger.close()
    ledger.close()
    with pytest.raises(LedgerFaultError):
        ledger.append_blocking(entry(1))
    with pytest.raises(LedgerFaultError):
        ledger.find(Last())


AFTER_OPENING = {"fsync,fdatasync:error=EIO": 26, "pwrite64:error=ENOSPC": 90, "pwrite64:error=EIO": 90}
"""Calls that it takes to make and open the files, in which a failure refuses the start."""


def under_strace(path: Path, options: list[str], keys: list[str]) -> list[list[str]]:
    """What the writing process says while the kernel fails some of its calls; skips where tracing isn't allowed."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not here: apt-get install strace")
    done = subprocess.run(
        ["strace", "-f", "-qq", *options, sys.executable, "-m", "tests.ledger.writing", path, "1"],
        cwd=ROOT,
        input="\n".join(keys).encode(),
        capture_output=True,
        check=False,
    )
    if b"ptrace" in done.stderr.lower():
        pytest.skip("tracing is not allowed here")
    return [line.split("\t") for line in done.stdout.decode().splitlines()]


def test_each_commit_is_synced_by_the_kernel(tmp_path: Path) -> None:
    keys, trace = [f"key {number}" for number in range(30)], tmp_path / "trace"
    lines = under_strace(tmp_path / "ledger.sqlite3", ["-e", "trace=fsync,fdatasync", "-o", str(trace)], keys)
    assert [line[0] for line in lines] == ["ready"] + ["ok"] * 30
    assert trace.read_text().count("sync(") >= 30


@pytest.mark.parametrize("calls", AFTER_OPENING)
def test_calls_that_the_kernel_fails(tmp_path: Path, calls: str) -> None:
    """What was acknowledged stands, what was not may be tried again, whichever call it was that failed."""
    faults = 0
    step = 40
    last = size("kernel_faults", quick=1, full=40)
    for n in range(1, last + 1):
        path, keys = tmp_path / f"{n}.sqlite3", [f"key {number}" for number in range(40)]
        lines = under_strace(
            path, ["-o", "/dev/null", "-e", f"inject={calls}:when={n + AFTER_OPENING[calls]}+{step}"], keys
        )
        assert lines[0] == ["ready"]
        faults += sum(line[0] == "fault" for line in lines)
        acknowledged = {line[1]: line[2:4] for line in lines if line[0] == "ok"}
        assert set(acknowledged) == set(keys), "a retry must succeed once the disk does"
        held = {int(index): bytes.fromhex(leaf) for index, leaf in acknowledged.values()}
        report = checked(path, held=held)
        assert report.is_sound
        assert report.records == len(held) == len(keys)
    assert faults > 0, "no call failed where it counts: the test shows nothing"
