"""What comes of sending something over HTTP: a whole answer, lateness, or a failure in a word."""

from dataclasses import dataclass, field
from typing import Literal

from verifiers.frozen import quickly_made

TransportFault = Literal["network", "http_status", "compressed", "content_type", "too_large"]


@quickly_made
@dataclass(frozen=True, slots=True)
class Answered:
    """A complete answer of status 200 and a media type asked for: its headers, names in lower case and repeated ones
    too, and its body."""

    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Late:
    """The deadline passed first."""


@dataclass(frozen=True, slots=True)
class Failed:
    """No usable answer, and why in a word; with its status code where that was not 200."""

    fault: TransportFault
    status: int | None = None


Delivery = Answered | Late | Failed
