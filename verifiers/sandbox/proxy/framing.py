"""HTTP/1.1 as the proxy needs it: where a message ends, to whom a question goes. Bytes are passed on as they came."""

import asyncio
import json
from dataclasses import dataclass, field

from verifiers.exchange import PATH

_MOST_BODY = 64 * 1024 * 1024
"""What the control routes may have to show; a question is refused by the sandbox at a thousandth of that."""

_DEADLINE_MS = 1000
"""For a question that does not say how long it is waited for."""


class FramingError(Exception):
    """What came is no HTTP/1.1 that the proxy can pass on."""


@dataclass(frozen=True, slots=True)
class Message:
    """A request or an answer: its first line and headers up to the blank line, and its body."""

    head: bytes = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def first_line(self) -> list[str]:
        """The parts of the first line."""
        return self.head.partition(b"\r\n")[0].decode("latin-1").split(" ", 2)

    @property
    def status(self) -> int:
        """The status of an answer."""
        return int(self.first_line[1])

    @property
    def path(self) -> str:
        """The path of a request."""
        return self.first_line[1]

    @property
    def register(self) -> str | None:
        """The register that a request is for."""
        return self.path.removeprefix(PATH) if self.path.startswith(PATH) else None

    def header(self, name: str) -> str | None:
        """The first header of that name."""
        return _header(self.head, name)

    def without(self, name: str) -> bytes:
        """The head without that header and without its blank line."""
        lines = self.head.removesuffix(b"\r\n\r\n").split(b"\r\n")
        return b"\r\n".join(line for line in lines if not line.lower().startswith(name.lower().encode() + b":"))

    def question(self) -> tuple[str | None, float]:
        """The application of a question and the seconds until which it is waited for, as far as its body says so."""
        try:
            raw = json.loads(self.body)
        except (ValueError, RecursionError):
            raw = None
        raw = raw if isinstance(raw, dict) else {}
        application, deadline = raw.get("application_id"), raw.get("deadline_ms")
        waits = deadline if isinstance(deadline, int) and 0 <= deadline <= 600_000 else _DEADLINE_MS
        return application if isinstance(application, str) else None, waits / 1000


async def read_message(reader: asyncio.StreamReader) -> Message | None:
    """The next message, None when there is no more. Raises FramingError, ConnectionError."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise FramingError("it ends within the headers") from None
        return None
    except asyncio.LimitOverrunError:
        raise FramingError("the headers are too long") from None
    length = _header(head, "content-length")
    if _header(head, "transfer-encoding") is not None or (length is not None and not length.isdecimal()):
        raise FramingError("a length in Content-Length is needed")
    if length is not None and int(length) > _MOST_BODY:
        raise FramingError("the body is too long")
    try:
        return Message(head, await reader.readexactly(int(length or 0)))
    except asyncio.IncompleteReadError:
        raise FramingError("it ends within the body") from None


def _header(head: bytes, name: str) -> str | None:
    for line in head.split(b"\r\n")[1:]:
        found, colon, value = line.partition(b":")
        if colon and found.strip().lower() == name.lower().encode():
            return value.strip().decode("latin-1")
    return None
