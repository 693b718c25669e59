"""The service of several processes: the keeper put together, with its workers, and taken apart again in order."""

import asyncio
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace

import uvloop

from decision_service.docket import OwnDocket
from decision_service.http.control import create_control_app
from decision_service.http.listening import (
    DRAIN_SECONDS,
    address_of,
    keep_memory,
    listening,
    open_door,
    places_of,
    require_files,
    settle_memory,
)
from decision_service.http.notifying import READY, notify
from decision_service.http.service import START_SECONDS, Parts, opened
from decision_service.http.state import State
from decision_service.workers.crew import HUNG_SECONDS, Crew, Ship
from decision_service.workers.figures import Figures


@dataclass(frozen=True, slots=True)
class Up:
    """A service that listens: its base address, that of its control plane ("" where it has none), what the keeper
    serves from, its workers, and what stops it."""

    url: str
    control: str
    state: State
    crew: Crew
    stop: Callable[[], None]


@contextmanager
def reserved(host: str, port: int) -> Iterator[socket.socket]:
    """The platforms' address, at which the workers listen (SO_REUSEPORT: the kernel deals out connections among those
    that listen, and one that is lost takes none of the others' with it). Raises OSError where anybody has it."""
    if port:
        open_door(host, port).close()  # alone: the workers of another service would let us in among them
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as place:
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        place.bind((host, port))
        yield place


async def _keep(parts: Parts, hung_seconds: float, place: socket.socket, told: Callable[[Up], None]) -> None:
    stopping, loop = asyncio.Event(), asyncio.get_running_loop()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopping.set)
    crew = Crew(parts.settings, hung_seconds)
    async with AsyncExitStack() as stack:
        state = await stack.enter_async_context(opened(replace(parts, beside=crew.prepared)))
        figures = Figures(state.services.telemetry.registry)
        stack.callback(figures.close)
        ship = _ship(state, place, figures)
        control = await stack.enter_async_context(_controlled(parts, ship, crew))
        await stack.enter_async_context(crew.manned(ship))
        url = address_of(parts.settings.host, place)

        def stop() -> None:
            loop.call_soon_threadsafe(stopping.set)

        told(Up(url, control, state, crew, stop))
        await stopping.wait()


def _ship(state: State, place: socket.socket, figures: Figures) -> Ship:
    docket, staff = state.desk.docket, state.staff
    if not isinstance(docket, OwnDocket) or staff is None:
        raise RuntimeError("a keeper has the record, and what staff work with")
    return Ship(state, docket, staff.control.rules, place.getsockname()[1], figures)


@asynccontextmanager
async def _controlled(parts: Parts, ship: Ship, crew: Crew) -> AsyncIterator[str]:
    """The control plane, for as long as the block runs; its base address, "" where there is none. Raises OSError."""
    state, settings = ship.state, parts.settings
    staff = state.staff
    if staff is None or not state.doorkeeper.has_staff:
        yield ""
        return
    forget_here = staff.forget_kept

    def forget(subject: str) -> None:
        forget_here(subject)
        crew.forget(subject)

    app = create_control_app(replace(state, staff=replace(staff, forget_kept=forget)))
    places = places_of(settings, state.services.telemetry)
    async with listening(app, places, settings.control_host, settings.control_port) as address:
        yield address


def run(parts: Parts, told: Callable[[Up], None], hung_seconds: float = HUNG_SECONDS) -> None:
    """Serve until SIGINT or SIGTERM, then finish what is in work and close. `told` hears when all workers serve.

    Raises as `http.service.opened` does, NotStartedError, and OSError when a port is not free.
    """
    require_files(parts.settings)
    keep_memory()

    def ready(up: Up) -> None:
        settle_memory()
        told(up)
        notify(READY)

    with (
        reserved(parts.settings.host, parts.settings.port) as place,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(_keep(parts, hung_seconds, place, ready))


@contextmanager
def running(parts: Parts, hung_seconds: float = HUNG_SECONDS) -> Iterator[Up]:
    """The service, its keeper in a thread of this process, for as long as the block runs. Raises as `run` does."""
    found: list[Up] = []
    failures: list[BaseException] = []
    started = threading.Event()

    def ready(up: Up) -> None:
        found.append(up)
        started.set()

    def work(place: socket.socket) -> None:
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(_keep(parts, hung_seconds, place, ready))
        except BaseException as failure:  # noqa: BLE001 - handed to the thread that waits for the start
            failures.append(failure)
        finally:
            started.set()

    with reserved(parts.settings.host, parts.settings.port) as place:
        thread = threading.Thread(target=work, args=(place,), name="keeper", daemon=True)
        thread.start()
        started.wait(2 * START_SECONDS)
        if failures:
            raise failures[0]
        try:
            yield found[0]
        finally:
            found[0].stop()
            thread.join(DRAIN_SECONDS + START_SECONDS)
    if failures:
        raise failures[0]
