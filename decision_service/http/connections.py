"""One HTTP/1.1 connection, guarded: uvicorn's own protocol keeps half a request open for ever and takes any size.

A request has four seconds from its first byte to its last, bounds on head and body, and exactly one meaning: what two
servers could read differently (two lengths, trailers, a second request before the first is answered) is not served.
An answer has four seconds to be taken. What is refused is told by a problem where that is still possible.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import uniform
from typing import ClassVar, NoReturn

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from decision_service.http.arrival import ARRIVED
from decision_service.http.bare import bare_problem
from decision_service.http.places import Places, peer_name


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one connection may take."""

    seconds: float = 4.0
    linger_seconds: float = 0.5
    head_bytes: int = 16 * 1024
    headers: int = 64
    body_bytes: int = 4 * 1024 * 1024
    dropped_bytes: int = 8 * 1024 * 1024


class _RefusedError(Exception):
    """Ends the parser's work on a request; the text is the code of a problem."""


def guarded(places: Places, bounds: Bounds | None = None) -> type[HttpToolsProtocol]:
    """The protocol of one listener, for uvicorn."""

    class Guarded(GuardedConnection):
        pass

    Guarded.places, Guarded.bounds = places, bounds or Bounds()
    return Guarded


class GuardedConnection(HttpToolsProtocol):
    """A connection within `bounds`. Make it by `guarded`."""

    places: ClassVar[Places]
    bounds: ClassVar[Bounds]

    peer = ""
    _timer: asyncio.TimerHandle | None = None
    _write_timer: asyncio.TimerHandle | None = None
    _answers = 0
    _why = "not_http"
    _begun = False
    """The first byte of a request is there, its last is not."""
    _handed_on = False
    """Its head is whole and the service has it, while its body still comes."""
    _deaf = False
    """Nothing more is read from the peer: what still comes is dropped."""
    _has_place = False
    _head_size = _sent_bytes = _dropped_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """A peer has connected."""
        super().connection_made(transport)
        self.peer = peer_name(self.client[0] if self.client else None)
        self._has_place = self.places.take(self)
        if self._has_place:
            self._wait(self._late)
        else:
            self._deaf = True
            transport.write(bare_problem("busy"))
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._rest()
        self._rest_writing()
        if self._has_place:
            self._has_place = False
            self.places.leave(self)
        super().connection_lost(exc)

    def give_way(self) -> None:
        """Hang up at once."""
        self._deaf = True
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """More of a request."""
        if self._deaf:
            self._dropped_bytes += len(data)
            if self._dropped_bytes > self.bounds.dropped_bytes:
                self.transport.abort()
            return
        self._sent_bytes += len(data)
        super().data_received(data)
        self._watch()

    def _watch(self) -> None:
        """What has come so far is a part of a request: it must not grow too large, nor stay a part."""
        if self._deaf or (self._in_work and not self._begun):
            return
        if not self._handed_on and self._sent_bytes > self.bounds.head_bytes:
            self._refuse("head_too_large")
        elif self._sent_bytes > 2 * self.bounds.body_bytes:  # in chunks, which have a frame each
            self._refuse("too_large")
        elif self._timer is None:
            self._wait(self._late)

    def eof_received(self) -> bool | None:  # type: ignore[override]  # uvicorn's returns nothing, which asyncio reads as False
        """The peer sends no more: it may still read."""
        if self._begun and not self._deaf:
            self._refuse("body_incomplete")
        elif self._in_work:
            self._serve_no_more()
        else:
            return None
        return True

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 # uvicorn's own sentence; ours is a problem
        """What uvicorn calls when the parser stopped."""
        self._refuse(self._why)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        if self._in_work:
            self._stop("pipelined")
        self._begun, self._head_size = True, 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field of the head. One behind the body would mix with those that a proxy has vouched for: it is dropped."""
        if self._handed_on:
            return
        self._head_size += len(name) + len(value) + 4
        if self._head_size > self.bounds.head_bytes or len(self.headers) >= self.bounds.headers:
            self._stop("head_too_large")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        fault = self._fault_of_head()
        if fault:
            self._stop(fault)
        super().on_headers_complete()
        self._handed_on, self._sent_bytes = True, 0

    def on_message_complete(self) -> None:
        """The last byte of a request."""
        self._begun = self._handed_on = False
        self._sent_bytes = 0
        self.scope[ARRIVED] = time.monotonic()  # type: ignore[typeddict-unknown-key]  # ours, beside those of ASGI
        self._rest()
        if self._in_work:
            self.places.works(self)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The answer is handed to the system; whoever does not take it is not waited for."""
        super().on_response_complete()
        self._answers += 1
        if not self._deaf:
            self.places.waits(self)
        self._watch_writing()

    def pause_writing(self) -> None:
        """The peer takes less than it is sent."""
        super().pause_writing()
        self._rest_writing()
        self._watch_writing()

    def resume_writing(self) -> None:
        """The peer has taken most of it."""
        super().resume_writing()
        self._rest_writing()
        self._watch_writing()

    def _watch_writing(self) -> None:
        if self._write_timer is None and self.transport.get_write_buffer_size():
            self._write_timer = self.loop.call_later(self.bounds.seconds, self._untaken, self._answers)

    def _stop(self, why: str) -> NoReturn:
        """Ends the parser's work; uvicorn then has the request refused."""
        self._why = why
        raise _RefusedError(why)

    @property
    def _in_work(self) -> bool:
        """A request is not answered yet."""
        cycle = self._cycle()
        return cycle is not None and not cycle.response_complete

    def _cycle(self) -> RequestResponseCycle | None:
        """That of the last request; None before the first, whatever uvicorn's annotation says."""
        return self.cycle

    def _fault_of_head(self) -> str:
        """Why the request is not served, as the code of a problem; empty where it is."""
        if self._head_size + len(self.url) > self.bounds.head_bytes:
            return "head_too_large"
        is_old = self.parser.get_http_version() == "1.0"
        if len(self._values(b"host")) != 1 and not is_old:
            return "host_unclear"
        announced, coded = self._values(b"content-length"), self._values(b"transfer-encoding")
        if coded and (is_old or announced or [one.lower() for one in coded] != [b"chunked"]):
            return "length_unclear"
        return "too_large" if announced and int(announced[0]) > self.bounds.body_bytes else ""

    def _values(self, name: bytes) -> list[bytes]:
        return [value for given, value in self.headers if given == name]

    def _unsupported_upgrade_warning(self) -> None:
        """The peer wants another protocol: it gets its answer in this one, and no other."""
        self._serve_no_more()

    def _late(self) -> None:
        self._timer = None
        if self._begun:
            self._refuse("too_slow")
        else:
            self.give_way()

    def _untaken(self, answers: int) -> None:
        """Time is up for what was still here then; what is here now may be of later answers."""
        self._write_timer = None
        if self._answers != answers and not self.flow.write_paused:
            self._watch_writing()
        elif self.transport.get_write_buffer_size():
            self.places.refused("untaken")
            self.give_way()

    def _refuse(self, why: str) -> None:
        """Not served; told by a problem unless an answer is on its way already."""
        self.places.refused(why)
        if self._in_work and not self._handed_on:
            self._serve_no_more()
            return
        self._deaf = True
        answered = self._handed_on and self.cycle.response_started
        if self._in_work:
            # The service reads the end of the connection, and its answer goes nowhere: this one is given instead.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if not answered:
            self.transport.write(bare_problem(why))
        self._hang_up()

    def _serve_no_more(self) -> None:
        """The request in work is answered, and the connection closed behind the answer."""
        self._deaf = True
        if self._in_work:
            self.cycle.keep_alive = False
        else:
            self._hang_up()

    def _hang_up(self) -> None:
        """Close, but leave a slow peer a moment to read what it was told before the system cuts it off."""
        self._unset_keepalive_if_required()
        if self.transport.can_write_eof() and not self.transport.is_closing():
            self.transport.write_eof()
            self._wait(self.transport.abort, self.bounds.linger_seconds)
        else:
            self.transport.close()

    def _wait(self, then: Callable[[], None], seconds: float | None = None) -> None:
        self._rest()
        if seconds is None:  # spread a little: thousands that began together must not all end in one turn of the loop
            seconds = self.bounds.seconds * uniform(0.9, 1)  # noqa: S311 - no secret
        self._timer = self.loop.call_later(seconds, then)

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _rest_writing(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None
