"""Bytes over a socket, as no HTTP client sends them, and what came back until the service hung up."""

import re
import socket
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

HOST = b"Host: x\r\n"
SENT = b"Content-Type: application/json\r\nIdempotency-Key: wire\r\n"
DECIDE = b"POST /v1/decisions HTTP/1.1\r\n" + HOST + SENT
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Heard:
    """All bytes that came back, after how many seconds the end came, and whether it came at all."""

    raw: bytes
    seconds: float
    ended: bool

    @property
    def statuses(self) -> list[int]:
        return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", self.raw)]

    @property
    def code(self) -> str:
        """The last part of a problem's type."""
        return self.raw.partition(b'"type":"urn:miaopi:problem:')[2].partition(b'"')[0].decode()

    @property
    def fields(self) -> dict[str, str]:
        """The header fields of the first answer."""
        lines = self.raw.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def connect(url: str) -> socket.socket:
    address = urlsplit(url)
    found = socket.create_connection((address.hostname or "", address.port or 0), PATIENCE)
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return found


def exchange(url: str, *parts: bytes, pause: float = 0.05, half_close: bool = False, in_turn: bool = False) -> Heard:
    """Sends `parts` one after the other, `in_turn` each once there is an answer to the one before; and reads until the
    end."""
    began, raw = time.monotonic(), b""
    with connect(url) as wire:
        try:
            for number, part in enumerate(parts):
                if number and in_turn:
                    raw += wire.recv(65536)
                elif number:
                    time.sleep(pause)
                wire.sendall(part)
            if half_close:
                wire.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it hung up on us; what it said first may still be there
        try:
            while chunk := wire.recv(65536):
                raw += chunk
        except TimeoutError:
            return Heard(raw, time.monotonic() - began, ended=False)
        except OSError:
            pass
    return Heard(raw, time.monotonic() - began, ended=True)
