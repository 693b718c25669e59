"""Log lines of decisions: what one turn of the event loop records is written in one stroke."""

import asyncio
from typing import Protocol


class Out(Protocol):
    """Where lines go (`structlog.PrintLogger`)."""

    def msg(self, message: str) -> None:
        """Writes a line."""


class LinesTogether:
    """Decisions come onto the record many at a time; a call of the system for each line, which gives other threads
    their turn, costs more than making it. Without a running event loop each is written at once."""

    def __init__(self, out: Out) -> None:
        self._out = out
        self._waiting: list[str] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    def add(self, line: str) -> None:
        """Written at the latest when the event loop has done what is ready now."""
        self._waiting.append(line)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._write()
            return
        if loop is not self._loop:  # one that was closed in between writes nothing any more
            self._loop = loop
            loop.call_soon(self._write)

    def _write(self) -> None:
        self._loop = None
        lines, self._waiting = self._waiting, []
        if lines:
            self._out.msg("\n".join(lines))
