"""`miaopi serve` with registers that answer in its own processes: `python whole.py serve OPTION ...`.

What the desk asks goes through guard and journal as an operator's does, and is answered from the case in the folder
BENCH_FOLDER where a connection would be. Workers are started by this script too: `python whole.py worker END`.
"""

import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from server import ROOT, AtOnce, answers_of

from decision_service.clock import ServiceClock
from decision_service.http import asking as chain
from decision_service.http import service
from decision_service.policy.shelf import read_shelf
from decision_service.publishing import publish
from decision_service.settings import Settings
from decision_service.telemetry import Telemetry
from decision_service.workers import process, serving, worker
from verifiers.guard.guarded import GuardedVerifier
from verifiers.journal.journal import Journal
from verifiers.registers import Register
from verifiers.verifier import Verifier


@asynccontextmanager
async def _detour(_: Verifier, __: ServiceClock) -> AsyncIterator[Verifier]:
    yield AtOnce(answers_of(publish(read_shelf(ROOT / "rules")), Path(os.environ["BENCH_FOLDER"])))


def _asking(
    settings: Settings, registers: Mapping[str, Register], clock: ServiceClock, telemetry: Telemetry, journal: Journal,
    _: chain.Wiring | None = None,
) -> AbstractAsyncContextManager[GuardedVerifier]:  # fmt: skip
    return chain.asking(settings, registers, clock, telemetry, journal, chain.Wiring(_detour))


def _command_for(end: int) -> Sequence[str]:
    return (sys.executable, __file__, "worker", str(end))


def main() -> None:
    """Serves, or is one of the workers."""
    for module in (service, serving):
        module.__dict__["asking"] = _asking
    if sys.argv[1] == "worker":
        sys.exit(worker.main(int(sys.argv[2])))
    process.__dict__["command_for"] = _command_for
    from decision_service.cli import main as miaopi

    miaopi()


if __name__ == "__main__":
    main()
