"""One request to a service or a sandbox, over http or https, apart from the load."""

from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

import orjson

SECONDS = 30.0


class NobodyThereError(Exception):
    """Nothing answers at that address, or what it answers is no HTTP."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where something listens, such as http://127.0.0.1:8080."""

    url: str

    def send(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> "Answer":
        """One request, its body (if any) as JSON, on a connection of its own. Raises NobodyThereError."""
        content = None if body is None else orjson.dumps(body)
        sent = {"Content-Type": "application/json", **(headers or {})}
        try:
            parts = urlsplit(self.url)
            kind = {"http": HTTPConnection, "https": HTTPSConnection}[parts.scheme]
            connection = kind(parts.hostname or "", parts.port, timeout=SECONDS)
            try:
                connection.request(method, path, content, sent)
                reply = connection.getresponse()
                return Answer(reply.status, reply.read())
            finally:
                connection.close()
        except (KeyError, ValueError, OSError, HTTPException) as error:
            raise NobodyThereError(type(error).__name__) from None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    content: bytes

    def json(self) -> dict[str, object]:
        """The object that it holds, an empty one where it holds none."""
        try:
            found = orjson.loads(self.content)
        except orjson.JSONDecodeError:
            return {}
        return found if isinstance(found, dict) else {}
