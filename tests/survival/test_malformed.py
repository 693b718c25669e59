"""P15: malformed requests in any number: no server error, no trace, no value back or in the log, memory as it was."""

import json
import re
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.http.process import serving
from tests.http.sockets import exchange
from tests.http.staging import RULES, Stage, application
from tests.sizes import size
from tests.survival.malformed import malformed
from tests.survival.memory import MIB, resident

COUNT = size("malformed", quick=500, full=100_000)
SEED = size("malformed_seed", quick=1, full=2)
THREADS = 3
MARKED = re.compile(rb"MK7Q[0-9a-f]{8}ZX")


@dataclass(slots=True)
class Seen:
    """What came of the requests: statuses counted, and every request that was not answered as it must be."""

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def service(registers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, int, Path]]:
    folder: Path = tmp_path_factory.mktemp("malformed")
    log = folder / "stderr.log"
    with serving(registers, RULES, folder / "ledger.sqlite3", log=log) as (stage, child):
        yield stage, child.pid, log


def send(url: str, numbers: range, seen: Seen) -> None:
    for number in numbers:
        request = malformed(SEED, number)
        heard = exchange(url, request.wire(), half_close=True)
        statuses = heard.statuses or [0]
        seen.statuses.update(statuses)
        if max(statuses) >= 500 or not heard.ended or (MARKED.search(heard.raw) and not is_own_answer(heard.raw)):
            seen.wrong.append(f"seed {SEED} number {number}: {heard.raw[:300]!r} to {request.wire()[:600]!r}")


def is_own_answer(raw: bytes) -> bool:
    """A decision names the platform's own number of the application, as it must, and holds no other mark."""
    return b"HTTP/1.1 200 OK" in raw and not MARKED.search(re.sub(rb'"application_id":"[^"]*"', b"", raw))


@pytest.mark.timeout(4 * 3600)
def test_malformed_requests_are_refused_and_leave_nothing_behind(
    service: tuple[Stage, int, Path], record_property: Callable[[str, object], None]
) -> None:
    stage, pid, log = service
    seen, started = Seen(), log.stat().st_size
    warm = COUNT // 10
    run(stage.url, range(warm), seen)
    before = resident(pid)
    run(stage.url, range(warm, COUNT), seen)
    grown = resident(pid) - before
    told_of = f"{COUNT} requests, seed {SEED}: {dict(sorted(seen.statuses.items()))}, {grown / MIB:.1f} MiB more"
    sys.stdout.write(told_of)
    record_property("malformed", told_of)
    assert seen.wrong == [], f"{len(seen.wrong)} of {COUNT}"
    assert seen.statuses.total() >= COUNT
    assert seen.statuses[0] < COUNT // 50, "too many were hung up on without a word"
    assert {400, 404, 405, 415, 422} <= seen.statuses.keys()
    told = log.read_bytes()[started:]
    assert b"Traceback" not in told
    assert not MARKED.search(told)
    assert all(json.loads(line)["event"] for line in told.splitlines())
    assert grown < 32 * MIB
    assert stage.decide(application("ELD-1")).json["outcome"] == "APPROVED"


def run(url: str, numbers: range, seen: Seen) -> None:
    parts = [numbers[place::THREADS] for place in range(THREADS)]
    threads = [threading.Thread(target=send, args=(url, part, seen)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
