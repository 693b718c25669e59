"""What the proxy put on the wire: a line for each spoilt connection and each answer, without a personal value."""

import threading
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TextIO

import orjson

_KEPT = 200_000


@dataclass(frozen=True, slots=True)
class Passed:
    """One exchange, or one connection that did not come to one.

    `door` is the port at which it came, `connection` its number. `fault` and `variant` are what the proxy played, None
    when it passed everything on. `seen` says what happened on the wire. `to_register` and `to_client` count bytes of
    HTTP; `digest` is the SHA-256 (hex) of the body that the register sent, `status` and `content_type` came with it.
    """

    door: int
    connection: int
    seen: str
    register: str | None = None
    application_id: str | None = None
    fault: str | None = None
    variant: str | None = None
    to_register: int = 0
    to_client: int = 0
    status: int | None = None
    content_type: str | None = None
    digest: str | None = None
    tls: str | None = None
    at_ms: int = 0


class WireLog:
    """The latest 200,000 lines in memory, and all of them as JSON lines in a file where one is named.

    Written by the proxy's thread, read by any.
    """

    def __init__(self, file: Path | None = None) -> None:
        """Raises OSError when the file can't be written."""
        self._lines: deque[Passed] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()
        self._out: TextIO | None = None if file is None else file.open("a", encoding="utf-8")

    def note(self, passed: Passed) -> None:
        """Write one down, with the time."""
        stamped = asdict(passed) | {"at_ms": time.time_ns() // 1_000_000}
        with self._lock:
            self._lines.append(Passed(**stamped))
            if self._out is not None:
                self._out.write(orjson.dumps(stamped).decode() + "\n")
                self._out.flush()

    def of(self, application_id: str | None = None) -> list[Passed]:
        """The lines of one application, or all, oldest first."""
        with self._lock:
            return [one for one in self._lines if application_id is None or one.application_id == application_id]

    def played(self, fault: str, variant: str) -> list[Passed]:
        """The lines of one fault that the proxy played."""
        with self._lock:
            return [one for one in self._lines if (one.fault, one.variant) == (fault, variant)]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._out is not None:
                self._out.close()
                self._out = None


@dataclass(slots=True)
class InFront:
    """The proxy before a sandbox, as the sandbox's control routes show it: what it wrote down, the base addresses of
    the doors of single registers, the PEM of the root under which its certificates are good."""

    log: WireLog
    doors: dict[str, str] = field(default_factory=dict)
    root: str = ""
