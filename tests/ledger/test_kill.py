"""kill -9 of the writing process at any moment: nothing acknowledged is lost, changed or doubled."""

import hashlib
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from decision_service.ledger.receipt import full_answer
from decision_service.ledger.store import ByKey
from tests.ledger.making import LOG, SIGNER, checked, open_store
from tests.sizes import size

ROOT = Path(__file__).parents[2]
WINDOW = 3000

Acknowledged = dict[str, tuple[int, str, str]]


def write_until_killed(path: Path, keys: list[str], kill_after_seconds: float | None) -> list[list[str]]:
    """The whole lines that the process said before it died."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.ledger.writing", path, "16"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n".join(keys).encode())
    process.stdin.close()
    assert process.stdout.readline() == b"ready\n"
    killer = threading.Timer(kill_after_seconds, process.kill) if kill_after_seconds is not None else None
    if killer is not None:
        killer.start()
    said = process.stdout.read()
    process.stdout.close()
    code = process.wait()
    if killer is not None:
        killer.cancel()
        killer.join()
    else:
        assert code == 0
    # A line that the kill cut in two was not acknowledged: the client retries.
    return [line.split("\t") for line in said.decode().split("\n")[:-1]]


def note(acknowledged: Acknowledged, lines: list[list[str]]) -> None:
    for word, key, *rest in lines:
        assert word == "ok"
        answer = (int(rest[0]), rest[1], rest[2])
        assert acknowledged.setdefault(key, answer) == answer, "a retry got another answer"


@pytest.mark.timeout(1800)
def test_nothing_acknowledged_is_lost_or_doubled(tmp_path: Path) -> None:
    path, dice = tmp_path / "ledger.sqlite3", random.Random(20260316)
    acknowledged: Acknowledged = {}
    asked = 0
    cut = 0
    for _ in range(size("kills", quick=5, full=200)):
        pending = [f"key {number}" for number in range(asked) if f"key {number}" not in acknowledged]
        again = dice.sample(sorted(acknowledged), min(20, len(acknowledged)))
        fresh = [f"key {number}" for number in range(asked, asked + WINDOW - len(pending))]
        asked += len(fresh)
        keys = [*pending, *again, *fresh]
        lines = write_until_killed(path, keys, dice.uniform(0, 0.35))
        cut += len(lines) < len(keys)
        note(acknowledged, lines)
    assert cut > 0, "no process was killed at work: the test shows nothing"
    note(acknowledged, write_until_killed(path, [f"key {number}" for number in range(asked)], None))
    assert len(acknowledged) == asked

    held = {index: bytes.fromhex(leaf) for index, leaf, _ in acknowledged.values()}
    report = checked(path, trusted=[SIGNER.public_key], held=held)
    assert report.is_sound
    assert report.records == asked == len(held), "a key has two records, or two keys have one"
    with open_store(path, log=LOG) as store:
        for key, (index, leaf, digest) in dice.sample(sorted(acknowledged.items()), min(asked, 2000)):
            (recorded,) = store.find(ByKey("hall", key))
            assert (recorded.index, recorded.leaf.hex()) == (index, leaf)
            assert hashlib.sha256(full_answer(recorded)).hexdigest() == digest
