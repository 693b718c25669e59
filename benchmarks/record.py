"""What a record costs: rows of the same size in SQLite beside the ledger, part by part.

    python benchmarks/record.py [--rounds 7] [--seconds 1.5]

Rows: (a) plain rows, one commit each, synced (synchronous=FULL); (b) plain rows in group commits, the baseline: the
same writer, no digest, no signature, nothing sealed; (c) the ledger with contents that lie open: chain, Merkle tree,
signature; (d) the ledger as it serves: contents sealed under the key of their person, every second one new; (e) as
(d) with a checkpoint each second and the write-ahead log moved beside the work; (p) plain rows in a PostgreSQL of the
same disk (fsync and synchronous_commit on), one commit each. 32 tasks append all the time, each a
record of about the size of a decision. Rounds are interleaved; medians, and ratios to (a), (b) and (p) by round, go to
benchmarks/results/record.json. Every record must be found again afterwards, or nothing is reported.
"""

import argparse
import asyncio
import hashlib
import json
import os
import platform
import secrets
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from decision_service.ledger.checkpoints import Checkpointer, Checkpoints
from decision_service.ledger.entry import Contents, Entry, Envelope, Recorded, canonical
from decision_service.ledger.keyring import KeyRing
from decision_service.ledger.keys import load_or_create_key, load_or_create_master
from decision_service.ledger.sqlite import SqliteStore
from decision_service.ledger.writer import Ledger
from tests.verifiers.connections.postgres_server import postgres

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "record.json"
TASKS = 32
ANSWER = canonical({"decision_id": "0" * 36, "reasons": ["年满八十" * 20] * 8})
ARCHIVE = canonical({"form": {"applicant": "示例" * 40}, "answers": ["x" * 300] * 8})


class PlainStore:
    """Rows of the same columns and size, and nothing that makes a record of them."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute(
            "CREATE TABLE record (position INTEGER PRIMARY KEY, record_id TEXT UNIQUE, application_id TEXT, "
            "matter TEXT, caller TEXT, key TEXT, at TEXT, policy_digest TEXT, answer BLOB, archive BLOB, "
            "UNIQUE (caller, key)) STRICT"
        )
        self._connection.execute("CREATE INDEX record_application ON record (caller, application_id)")
        self.count = 0

    def append(self, entries: Sequence[Entry]) -> list[Recorded]:
        """One transaction."""
        self._connection.execute("BEGIN IMMEDIATE")
        for one in entries:
            row = (one.record_id, one.application_id, one.matter, one.caller, one.key, one.at, one.policy_digest)
            self._connection.execute(
                "INSERT INTO record VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, one.answer, one.archive)
            )
        self._connection.execute("COMMIT")
        self.count += len(entries)
        return [Recorded("plain", 0, b"", b"", b"", b"", one, Envelope(*[b""] * 6)) for one in entries]

    def size(self) -> int:
        """How many rows there are."""
        return int(self._connection.execute("SELECT count(*) FROM record").fetchone()[0])

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class PlainDatabase:
    """The same rows in a PostgreSQL."""

    def __init__(self, address: str) -> None:
        self._connection = psycopg.connect(address, autocommit=True)
        texts = ("record_id", "application_id", "matter", "caller", "key", "at", "policy_digest")
        self._connection.execute(
            f"CREATE TABLE record (position bigserial PRIMARY KEY, {', '.join(f'{one} text' for one in texts)}, "
            "answer bytea, archive bytea, UNIQUE (record_id), UNIQUE (caller, key))"
        )
        self._connection.execute("CREATE INDEX record_application ON record (caller, application_id)")
        self._insert = f"INSERT INTO record ({', '.join(texts)}, answer, archive) VALUES ({', '.join(['%s'] * 9)})"  # noqa: S608 - constants

    def append(self, entries: Sequence[Entry]) -> list[Recorded]:
        """One transaction."""
        with self._connection.transaction():
            for one in entries:
                row = (one.record_id, one.application_id, one.matter, one.caller, one.key, one.at, one.policy_digest)
                self._connection.execute(self._insert, (*row, one.answer, one.archive))
        return [Recorded("plain", 0, b"", b"", b"", b"", one, Envelope(*[b""] * 6)) for one in entries]

    def size(self) -> int:
        """How many rows there are."""
        found = self._connection.execute("SELECT count(*) FROM record").fetchone()
        return 0 if found is None else int(found[0])

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@dataclass(slots=True)
class Row:
    """One way to keep records, and its rounds."""

    name: str
    ledger: Ledger
    size: Callable[[], int]
    sealed: bool
    written: int = 0
    rates: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def rows(folder: Path, stack: ExitStack) -> list[Row]:
    """The ways, each with a file of its own."""
    made = []
    for name, batch in (("(a) plain rows, one commit each", 1), ("(b) plain rows, group commit (baseline)", 256)):
        store = PlainStore(folder / f"{name[1]}.sqlite3")
        ledger = Ledger(store, batch=batch)  # type: ignore[arg-type]  # as much of a store as appending takes
        made.append(Row(name, ledger, store.size, sealed=False))
    if folder.stat().st_dev == Path(tempfile.gettempdir()).stat().st_dev:
        database = PlainDatabase(stack.enter_context(postgres(fsync="on")).dsn())
        ledger = Ledger(database, batch=1)  # type: ignore[arg-type]  # appending takes no more of a store
        made.append(Row("(p) plain rows in PostgreSQL, one commit each", ledger, database.size, sealed=False))
    else:
        print("(p) is left out: the folder for temporary files lies on another disk (TMPDIR names one)")
    for name in ("(c) ledger, contents open", "(d) ledger, contents sealed", "(e) as (d), with checkpoints"):
        path = folder / f"{name[1]}.sqlite3"
        signer, master = (
            load_or_create_key(path.with_suffix(".key")),
            load_or_create_master(path.with_suffix(".master")),
        )
        ring = KeyRing(path.with_suffix(".ring"), master)
        stack.callback(ring.close)
        kept = SqliteStore(path, log="bench", signer=signer, ring=ring)
        made.append(Row(name, Ledger(kept), kept.size, sealed="open" not in name))
        if name.startswith("(e)"):
            checkpointer = Checkpointer(Checkpoints(kept, "bench", signer), kept, _failed)
            stack.callback(checkpointer.close)
    for row in made:
        stack.callback(row.ledger.close)
    return made


def _failed(where: str, error: BaseException) -> None:
    raise SystemExit(f"{where}: {error}")


def entry(number: int, *, sealed: bool) -> Entry:
    """A record about a person, who was here before every second time."""
    record_id = secrets.token_hex(16)
    return Entry(
        kind="decision", record_id=record_id, decision_id=record_id, application_id=f"SY{number}", matter="bench",
        caller="platform", key=record_id, at="2026-03-16T09:30:00.000+08:00", policy_digest="0" * 64,
        subject=hashlib.sha256(str(number // 2).encode()).digest()[:16] if sealed else b"",
        contents=Contents("0" * 64, ANSWER, ARCHIVE),
    )  # fmt: skip


async def load(row: Row, seconds: float) -> list[float]:
    """All tasks append until the time is over; how long each append took."""
    times: list[float] = []
    ends = time.perf_counter() + seconds

    async def work() -> None:
        while (started := time.perf_counter()) < ends:
            row.written += 1
            await row.ledger.append(entry(row.written, sealed=row.sealed))
            times.append(time.perf_counter() - started)

    await asyncio.gather(*(work() for _ in range(TASKS)))
    return times


def measure(row: Row, seconds: float) -> None:
    """One round of one row."""
    before, started = time.process_time(), time.perf_counter()
    times = sorted(asyncio.run(load(row, seconds)))
    row.rates.append(len(times) / (time.perf_counter() - started))
    row.cpu.append((time.process_time() - before) / len(times) * 1e6)
    row.p50.append(times[len(times) // 2] * 1000)
    row.p99.append(times[int(len(times) * 0.99)] * 1000)


def summary(row: Row, baseline: Row, singles: Sequence[Row]) -> dict[str, object]:
    """Medians of a row and its ratio to the baseline, and to each of `singles`, round by round."""
    ratios = _ratios(row, baseline)
    return {
        "to": {
            one.name[:3]: [round(ratio, 2) for ratio in statistics.quantiles(_ratios(row, one), n=4)] for one in singles
        },
        "row": row.name,
        "records_a_second": round(statistics.median(row.rates)),
        "ratio": round(statistics.median(ratios), 2),
        "ratios": [round(min(ratios), 2), round(max(ratios), 2)],
        "p50_ms": round(statistics.median(row.p50), 2),
        "p99_ms": round(statistics.median(row.p99), 2),
        "cpu_us": round(statistics.median(row.cpu)),
    }


def _ratios(row: Row, other: Row) -> list[float]:
    return [one / base for one, base in zip(row.rates, other.rates, strict=True)]


def main() -> None:
    """Measures, prints the table and writes it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.5)
    given = parser.parse_args()
    # Not in /tmp, which may lie in memory: waiting for the disk is a part of what is measured.
    (ROOT / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "var", prefix="bench-") as folder, ExitStack() as stack:
        made = rows(Path(folder), stack)
        for _ in range(given.rounds):
            for row in made:
                measure(row, given.seconds)
        for row in made:
            if row.size() != row.written:
                raise SystemExit(f"{row.name}: {row.size()} of {row.written} records are there")
        table = [summary(row, made[1], [one for one in made if one.name[:3] in ("(a)", "(p)")]) for row in made]
    for line in table:
        print("  ".join(f"{name} {value}" for name, value in line.items()))
    machine = {
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "system": platform.system(),
    }
    told = {"machine": machine, "rounds": given.rounds, "seconds_a_round": given.seconds, "tasks": TASKS, "rows": table}
    RESULTS.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
