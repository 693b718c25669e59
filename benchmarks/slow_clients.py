"""A good client's times while nobody else is there, and while 2,000 connections send half requests: rounds in turn.

`python benchmarks/slow_clients.py [--rounds 5] [--connections 2000]`. Attackers and service are processes of their own;
client and registers share a third, and all of them the machine.
"""

import argparse
import json
import platform
import shutil
import statistics
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.http.process import serving  # noqa: E402 # the path comes first
from tests.http.sockets import HOST, SENT  # noqa: E402 # see above
from tests.http.staging import RULES, sandbox_config  # noqa: E402 # see above
from tests.survival.besieging import Attack, Served, besiege, good_client  # noqa: E402 # see above
from verifiers.sandbox.running import running  # noqa: E402 # see above

RESULTS = Path(__file__).with_name("results") / "slow_clients.json"
SECONDS = 5.0


def main() -> None:
    """Prints p50 and p99 of each round's good client, alone and besieged, and the medians' ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=2000)
    asked = parser.parse_args()
    half = b"POST /v1/decisions HTTP/1.1\r\n" + HOST + SENT + b"Content-Length: 500\r\n\r\n{"
    rows: dict[str, list[Served]] = {"alone": [], "half heads": [], "half bodies": []}
    folder = Path(tempfile.mkdtemp())
    ledger = folder / "ledger.sqlite3"
    with running(sandbox_config()) as registers, serving(registers, RULES, ledger) as (stage, _):
        with good_client(stage, 0.02):
            time.sleep(SECONDS)
        for _ in range(asked.rounds):
            with good_client(stage, 0.02) as served:
                time.sleep(SECONDS)
            rows["alone"].append(served)
            for name, first in (("half heads", half[:40]), ("half bodies", half)):
                with (
                    good_client(stage, 0.02) as served,
                    ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool,
                ):
                    pool.submit(attacked, stage.url, asked.connections, first).result()
                rows[name].append(served)
    shutil.rmtree(folder)
    told = {name: summed(found) for name, found in rows.items()}
    for name, one in told.items():
        ratio = one["p99_ms"] / told["alone"]["p99_ms"]
        times = f"p50 {one['p50_ms']:7.1f} ms  p99 {one['p99_ms']:7.1f} ms  {ratio:.2f} x"
        print(f"{name:12} {times}  refused {one['refused']} of {one['requests']}")
    machine = {"python": platform.python_version(), "system": platform.platform()}
    RESULTS.write_text(
        json.dumps({"machine": machine, "connections": asked.connections, "rows": told}, indent=1) + "\n"
    )


def ready() -> None:
    """The attackers' process has started, before anything is timed."""


def attacked(url: str, connections: int, first: bytes) -> None:
    """Half requests on so many connections, until the service has hung up on each."""
    besiege(url, Attack(connections, first))


def summed(found: list[Served]) -> dict[str, float]:
    """Medians over the rounds, and how many requests of the good client were not decided."""
    return {
        "p50_ms": statistics.median(one.percentile(0.5) for one in found),
        "p99_ms": statistics.median(one.percentile(0.99) for one in found),
        "requests": sum(len(one.seconds) for one in found),
        "refused": sum(outcome != "APPROVED" for one in found for outcome in one.outcomes),
    }


if __name__ == "__main__":
    main()
