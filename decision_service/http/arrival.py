"""When a request was there, to its last byte: what it waits for from then on, it waits for here."""

from typing import Final

from starlette.requests import Request

ARRIVED: Final = "miaopi.arrived"
"""Where in a request's scope the connection puts it, in seconds of `time.monotonic`, by which the service counts."""


def arrived(request: Request) -> float | None:
    """When `request` was there; None where no connection has said so."""
    at: float | None = request.scope.get(ARRIVED)
    return at


def begins_now(request: Request) -> None:
    """A further part of `request` is begun: it has waited for the parts before it, as whoever sent them together
    wanted, and for nothing else."""
    request.scope.pop(ARRIVED, None)
