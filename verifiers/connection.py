"""One connection to a server: a request at a time, its answer read by a parser in C and bounded while it comes in."""

import asyncio
from typing import Final, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from verifiers.delivery import Answered, Delivery, Failed, Late
from verifiers.frozen import maker

MOST_BESIDE: Final = 64 * 1024
"""Bytes that an answer may have beside its body: head, trailers, marks of chunks, and answers that only say that
another will come."""

_USUAL: Final = (
    "Connection", "Content-Length", "Content-Type", "Date", "Miaopi-App", "Miaopi-Content-Digest", "Miaopi-Nonce",
    "Miaopi-Signature", "Miaopi-Timestamp", "Server", "Transfer-Encoding",
)  # fmt: skip
_NAMES: Final = {form.encode(): name.lower() for name in _USUAL for form in (name, name.lower())}
"""Names of headers as they usually come, and in lower case."""

_answered = maker(Answered)


class Connection(asyncio.Protocol):
    """Asks one thing after another.

    What comes after a complete answer, or before anything was asked, is nobody's answer: then the connection is shut,
    and never used again. The same after anything but a complete answer.
    """

    __slots__ = (
        "_asked", "_body", "_headers", "_loop", "_media_types", "_most", "_parser", "_raw", "_read", "_reusable",
        "_size", "_transport", "_until_end", "idle_since",
    )  # fmt: skip

    def __init__(self, loop: asyncio.AbstractEventLoop, most: int) -> None:
        """`most` bounds the bytes of a body."""
        self._loop = loop
        self._most = most
        self._transport: asyncio.Transport | None = None
        self._parser = HttpResponseParser(self)
        self._asked: asyncio.Future[Delivery] | None = None
        self._media_types: tuple[str, ...] = ()
        self._raw: list[tuple[bytes, bytes]] = []
        self._headers: tuple[tuple[str, str], ...] = ()
        self._body: list[bytes] = []
        self._read = 0
        self._reusable = True
        self.idle_since = 0.0
        self._start()

    @property
    def reusable(self) -> bool:
        """Whether something else may be asked here."""
        return self._reusable and self._asked is None

    def ask(self, request: bytes, media_types: tuple[str, ...]) -> asyncio.Future[Delivery]:
        """Sends `request`; what comes of it, but for lateness, which is for whoever waits to say by `cut`."""
        asked = self._asked = self._loop.create_future()
        self._media_types = media_types
        self._read = 0
        if self._transport is None:
            self._settle(Failed("network"))
        else:
            self._transport.write(request)
        return asked

    def cut(self) -> None:
        """The answer is late."""
        self._settle(Late())

    def shut(self) -> None:
        """Let go of it at once; whatever was asked has failed."""
        self._reusable = False
        if self._transport is not None:
            self._transport.abort()
        self._settle(Failed("network"))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """More of an answer."""
        if self._asked is None or self._asked.done():
            self.shut()
            return
        self._read += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            self._reusable = False
            self._settle(Failed("network"))
        if self._read > self._most + MOST_BESIDE:
            self._settle(Failed("too_large"))

    def eof_received(self) -> None:
        """Nothing more will come; an answer of no stated length is complete by that. (None: close.)"""
        self._reusable = False
        if self._until_end:
            self._complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._reusable = False
        self._transport = None
        if self._until_end and exc is None:
            self._complete()
        self._settle(Failed("network"))

    # --- what the parser finds ---

    def on_message_begin(self) -> None:
        """The first byte of an answer."""
        if self._asked is None:
            self._reusable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer, which is of no use."""
        self._raw.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is there: whether the body is wanted."""
        status = self._parser.get_status_code()
        if 100 <= status < 200 and status != 101:
            return
        raw, self._raw = self._raw, []
        self._headers = headers = tuple(
            [(_NAMES.get(name) or name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw]
        )
        if status != 200:
            self._settle(Failed("http_status", status))
            return
        kinds = []
        self._until_end, is_chunked = True, False
        for name, value in headers:
            if name == "content-type":
                kinds.append(value)
            elif name == "content-length":
                self._until_end = False
            elif name == "content-encoding":
                if value.strip().lower() != "identity":
                    self._settle(Failed("compressed"))
            elif name == "transfer-encoding":
                if value.strip().lower() != "chunked" or is_chunked:
                    self._settle(Failed("compressed"))
                self._until_end, is_chunked = False, True
        if len(kinds) != 1 or kinds[0].partition(";")[0].strip().lower() not in self._media_types:
            self._settle(Failed("content_type"))
        self._reusable = self._reusable and self._parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._size += len(body)
        if self._size > self._most:
            self._settle(Failed("too_large"))
        elif self._asked is not None:
            self._body.append(body)

    def on_message_complete(self) -> None:
        """The end of an answer, or of one that only says that another will come."""
        if 100 <= self._parser.get_status_code() < 200:
            self._start()
        else:
            self._complete()

    def _complete(self) -> None:
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        asked, self._asked = self._asked, None
        if asked is not None and not asked.done():
            asked.set_result(_answered(self._headers, body))
        self._start()

    def _settle(self, delivery: Failed | Late) -> None:
        asked, self._asked = self._asked, None
        if asked is not None:
            self._reusable = False
            if not asked.done():
                asked.set_result(delivery)

    def _start(self) -> None:
        self._until_end = False
        self._raw, self._headers, self._body = [], (), []
        self._size = 0
