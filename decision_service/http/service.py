"""The service put together from its settings, and taken apart again in order."""

import asyncio
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TextIO

import uvloop

from decision_service.access.limits import Limits
from decision_service.agreement import SecondJudge
from decision_service.bundles import read_bundles
from decision_service.clock import ServiceClock
from decision_service.control.copies import RulesCopies
from decision_service.desk import Services
from decision_service.http.acknowledging import acknowledging
from decision_service.http.admitting import admitting
from decision_service.http.app import create_app
from decision_service.http.asking import Wiring, asking
from decision_service.http.caseworking import caseworking
from decision_service.http.control import create_control_app
from decision_service.http.controlling import Beside, Recording, controlled
from decision_service.http.delivering import delivering
from decision_service.http.erasing import erasing
from decision_service.http.following import followed
from decision_service.http.keeping import keeping
from decision_service.http.listening import (
    DRAIN_SECONDS,
    Server,
    address_of,
    keep_memory,
    listening,
    open_door,
    places_of,
    require_files,
    settle_memory,
)
from decision_service.http.notifying import READY, notify
from decision_service.http.recording import recording
from decision_service.http.state import Staff, State
from decision_service.http.trusting import trusting
from decision_service.http.watching import guarded, watching
from decision_service.publishing import Publication
from decision_service.readings.rete.process import EngineUnavailable, SecondEngine
from decision_service.settings import Settings, SettingsRefusedError
from decision_service.telemetry import Telemetry
from decision_service.vitals import Vitals

START_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Parts:
    """What a service is put together from. `second`: another second engine than the process (for trials). `out`: where
    the log goes, standard error if None. `wiring`: how registers are asked in a drill. `beside`: how other processes of
    the service take up new rules."""

    settings: Settings
    publication: Publication
    second: SecondJudge | None = None
    out: TextIO | None = None
    wiring: Wiring | None = None
    beside: Beside | None = None


def require_fit(settings: Settings, publication: Publication) -> None:
    """Raises SettingsRefusedError where the rules may not decide under this profile."""
    illustrative = sorted({one.policy.matter for one in publication if one.policy.illustrative})
    if settings.profile == "production" and illustrative:
        raise SettingsRefusedError(
            f"profile=production: the policies of {', '.join(illustrative)} are illustrative and decide nothing real; "
            "put real ones into the rules folder, or take profile=trial"
        )


@asynccontextmanager
async def opened(parts: Parts) -> AsyncIterator[State]:
    """The service's state, open for as long as the block runs.

    Raises SettingsRefusedError, PolicyProblems, LedgerError; a second engine that does not start yet is waited for
    beside the work, and refers meanwhile.
    """
    settings = parts.settings
    require_fit(settings, parts.publication)
    telemetry = Telemetry(parts.out)
    registers = parts.publication.catalogue.registers
    async with AsyncExitStack() as stack:
        record = stack.enter_context(recording(settings, telemetry))
        guard = guarded(settings, record.ledger, telemetry)
        clock = ServiceClock(settings.as_of, guard.now, is_trusted=lambda: guard.look() is None)
        doorkeeper = await stack.enter_async_context(admitting(settings, clock))
        journal = await stack.enter_async_context(keeping(settings, clock, telemetry))
        verifier = await stack.enter_async_context(asking(settings, registers, clock, telemetry, journal, parts.wiring))
        counter = await stack.enter_async_context(trusting(settings, registers, clock, verifier))
        copies = RulesCopies(settings.rules)
        stack.callback(copies.close)
        given = parts.second
        second = given if given is not None else await stack.enter_async_context(second_engine(copies.path))
        erasures = await stack.enter_async_context(erasing(settings, record, journal, clock, telemetry))
        noting = Recording(record.ledger, clock, telemetry)
        in_force, control = controlled(settings, parts.publication, second, copies, noting, parts.beside)
        vitals = Vitals(guard, record.ledger, settings.ledger.absolute().parent, telemetry, clock.monotonic)
        await stack.enter_async_context(watching(vitals, telemetry))
        services = Services(
            in_force, record.ledger, record.ring.mark, counter, second, clock, telemetry,
            verifier.measured, journal, vitals.has_room,
        )  # fmt: skip
        bundles = read_bundles(settings.rules, sorted(parts.publication.versions))
        desk = await stack.enter_async_context(followed(settings, services))
        office = await stack.enter_async_context(caseworking(settings, services))
        await stack.enter_async_context(acknowledging(settings, services))
        await stack.enter_async_context(delivering(settings, services))
        yield State(
            desk, record, office, bundles, doorkeeper, Limits(clock.monotonic),
            Staff(control, erasures, verifier.purge), vitals, settings.most_in_flight,
        )  # fmt: skip


@asynccontextmanager
async def second_engine(rules: Path) -> AsyncIterator[SecondEngine]:
    """The second engine in its process; one that does not start yet starts when it is first asked."""
    engine = SecondEngine(rules)
    with suppress(EngineUnavailable):
        await engine.start()
    try:
        yield engine
    finally:
        await engine.close()


async def _serve(parts: Parts, door: socket.socket, ready: Callable[["Up"], None]) -> None:
    settings = parts.settings
    async with AsyncExitStack() as stack:
        state = await stack.enter_async_context(opened(parts))
        control = ""
        telemetry = state.services.telemetry
        if state.doorkeeper.has_staff:
            app, places = create_control_app(state), places_of(settings, telemetry)
            beside = listening(app, places, settings.control_host, settings.control_port)
            control = await stack.enter_async_context(beside)
        places = places_of(settings, telemetry)
        up = partial(Up, address_of(settings.host, door), control, state)
        server = Server(create_app(state), places, lambda: ready(up(server)))
        await server.serve(sockets=[door])


@dataclass(frozen=True, slots=True)
class Up:
    """A service that listens: its base address, that of its control plane ("" where it has none), its state."""

    url: str
    control: str
    state: State
    server: Server


def run(parts: Parts, told: Callable[[Up], None]) -> None:
    """Serve until SIGINT or SIGTERM, then finish what is in work and close. `told` hears when it listens.

    Raises as `opened` does, and OSError when a port is not free.
    """
    require_files(parts.settings)
    keep_memory()
    with open_door(parts.settings.host, parts.settings.port) as door:

        def ready(up: Up) -> None:
            settle_memory()
            told(up)
            notify(READY)

        # uvicorn raises the signal that stopped it once more when it has stopped; by default that would end the
        # process before ledger and engines are closed.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(parts, door, ready))


@contextmanager
def running(parts: Parts) -> Iterator[Up]:
    """The service in a thread of this process, for as long as the block runs. Raises as `opened` does."""
    found: list[Up] = []
    failures: list[BaseException] = []
    started = threading.Event()

    def ready(up: Up) -> None:
        found.append(up)
        started.set()

    def work() -> None:
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(_serve(parts, door, ready))
        except BaseException as failure:  # noqa: BLE001 - handed to the thread that waits for the start
            failures.append(failure)
        finally:
            started.set()

    with open_door(parts.settings.host, parts.settings.port) as door:
        thread = threading.Thread(target=work, name="service", daemon=True)
        thread.start()
        started.wait(START_SECONDS)
        if failures:
            raise failures[0]
        try:
            yield found[0]
        finally:
            found[0].server.should_exit = True
            thread.join(DRAIN_SECONDS + START_SECONDS)
    if failures:
        raise failures[0]
