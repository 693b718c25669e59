"""One worker as the keeper sees it: a process that was started, and the way to it."""

import asyncio
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from decision_service.workers.attendant import Attendant, Keeping
from decision_service.workers.figures import VARIABLE
from decision_service.workers.messages import Begin
from decision_service.workers.signs import Lost

KEPT_BACK = frozenset({"NOTIFY_SOCKET"})
"""Of the environment, the keeper's alone: it speaks to the service manager."""


def command_for(end: int) -> Sequence[str]:
    """How a worker is started that has the open socket of that number."""
    return (sys.executable, "-m", "decision_service.workers.worker", str(end))


class WorkerProcess:
    """A process that has been told to begin, and who attends to it."""

    def __init__(self, process: asyncio.subprocess.Process, attendant: Attendant) -> None:
        self.process, self.attendant = process, attendant
        self.lost_by: Lost = "dead"

    @property
    def is_up(self) -> bool:
        """Whether it serves."""
        return self.attendant.up.is_set() and not self.attendant.lost.is_set()

    async def comes_up(self, seconds: float) -> bool:
        """Wait until it serves, or has ended; whether it does within `seconds`."""
        either = [asyncio.create_task(event.wait()) for event in (self.attendant.up, self.attendant.lost)]
        _, pending = await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for one in pending:
            one.cancel()
        return self.is_up

    def kill(self) -> None:
        """End it at once: it may hang, or be stopped."""
        with suppress(ProcessLookupError):
            self.process.kill()

    async def ended(self) -> int:
        """Wait until it has ended and all that it said was heard; its exit status. An end of the way is the end."""
        over = asyncio.create_task(self.process.wait())
        lost = asyncio.create_task(self.attendant.lost.wait())
        await asyncio.wait({over, lost}, return_when=asyncio.FIRST_COMPLETED)
        self.kill()
        await lost
        return await over

    @staticmethod
    async def start(keeping: Keeping, begin: Begin, figures: Path) -> "WorkerProcess":
        """Start one. Raises OSError."""
        ours, theirs = socket.socketpair()
        try:
            process = await asyncio.create_subprocess_exec(
                *command_for(theirs.fileno()),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env={**_environment(os.environ), VARIABLE: str(figures)},
            )
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        attendant = Attendant(keeping)
        await attendant.way.open(ours)
        attendant.way.tell(begin)
        return WorkerProcess(process, attendant)


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if name not in KEPT_BACK}
