"""One worker: `python -m decision_service.workers.worker END`, started by the keeper alone. END is the number of the
open socket that leads to it."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Coroutine
from typing import Any, Final, assert_never

import uvloop

from decision_service.http.app import create_app
from decision_service.http.listening import Server, open_door, places_of, settle_memory
from decision_service.orphans import dies_with_parent
from decision_service.workers.channel import Channel
from decision_service.workers.lag import lag_told
from decision_service.workers.messages import (
    Abandon,
    Appended,
    Begin,
    Count,
    Done,
    FiguresAre,
    Forget,
    Heard,
    Prepare,
    Refused,
    Standing,
    Stands,
    Stop,
    Switch,
    Took,
    ToWorker,
)
from decision_service.workers.serving import Served, served
from decision_service.workers.sharing import hear
from decision_service.workers.told import Told

ORPHANED: Final = 70
"""The exit status of a worker whose keeper is gone: nothing that it does could be recorded any more."""


class Worker:
    """What a worker does at the keeper's word."""

    def __init__(self) -> None:
        self.begin: asyncio.Future[Begin] = asyncio.get_running_loop().create_future()
        self.way: Channel[ToWorker] = Channel(ToWorker, self._hear, _orphaned)
        self.told = Told()
        self._served: Served | None = None
        self._server: Server | None = None
        self._is_up = False
        self._stopping = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Serve until told to stop, or by SIGTERM. Raises as `served`, and OSError."""
        begin = await self.begin
        async with served(begin, self.way, self.told) as found, lag_told(found.state.services.telemetry):
            self._served = found
            settings = found.settings
            with open_door(settings.host, settings.port, shared=True) as door:
                places = places_of(settings, found.state.services.telemetry)
                self._server = Server(create_app(found.state), places, self._up)
                self._server.should_exit = self._stopping
                await self._server.serve(sockets=[door])

    def _up(self) -> None:
        settle_memory()
        self._is_up = True
        self.way.tell(Heard(0, up=True))

    def _hear(self, message: ToWorker) -> None:
        match message:
            case Begin():
                self.begin.set_result(message)
            case Standing():
                self._stand(message)
            case Stop():
                self._stopping = True
                if self._server is not None:
                    self._server.should_exit = True
            case Prepare() | Count() | Switch() | Abandon() | Forget() | Took():
                if self._served is not None:  # none is sent to a worker that is not up
                    self._obey(self._served, message)
            case Done() | FiguresAre() | Appended() | Stands() | Refused():
                pass  # answers go to those who asked
            case _:
                assert_never(message)

    def _obey(self, served: Served, message: Prepare | Count | Switch | Abandon | Forget | Took) -> None:
        match message:
            case Prepare():
                self._work(self._prepare(served, message))
            case Count():
                served.state.services.telemetry.collect()
                self.way.tell(Done(message.number))
            case Switch():
                served.switch()
            case Abandon():
                served.abandon()
            case Forget():
                served.verifier.purge(message.subject)
            case Took():
                hear(served.state.limits, message.taken)
            case _:
                assert_never(message)

    def _stand(self, standing: Standing) -> None:
        self.told.hear(standing)
        if self._served is not None:
            self.told.put(self._served.state.services.in_force)
            self._served.state.services.telemetry.collect()  # what is not counted would be lost with us
        self.way.tell(Heard(standing.tick, self._is_up))

    async def _prepare(self, served: Served, message: Prepare) -> None:
        try:
            await served.prepare(message.digests)
        except Exception as error:  # noqa: BLE001 - whatever it was, the keeper is told, and nobody switches
            self.way.tell(Refused(message.number, "fault", f"{type(error).__name__}: {error}"))
        else:
            self.way.tell(Done(message.number))

    def _work(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _orphaned() -> None:
    """The keeper is gone. At once: what is half done must not be answered."""
    os._exit(ORPHANED)


async def _main(end: socket.socket) -> None:
    worker = Worker()
    await worker.way.open(end)
    await worker.serve()


def main(end: int) -> int:
    """Serves until stopped; the exit status."""
    if not dies_with_parent():
        return ORPHANED
    # uvicorn raises the signal that stopped it once more when it has stopped; by default that would end the process
    # before what it has open is closed.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_main(socket.socket(fileno=end)))
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
