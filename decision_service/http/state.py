"""What the HTTP door serves from."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from starlette.requests import Request

from decision_service.access.doorkeeper import Doorkeeper
from decision_service.access.limits import Limits
from decision_service.access.principal import Principal
from decision_service.bundles import Bundle
from decision_service.casework.office import Office
from decision_service.control.erasures import Erasures
from decision_service.desk import Desk, Services
from decision_service.http.controlling import Control
from decision_service.ledger.opening import Record

PRINCIPAL: Final = "miaopi.principal"
"""Where in a request's scope the door puts who sends it."""


class VitalSigns(Protocol):
    """How the service is, for whoever probes it (`vitals.Vitals`)."""

    def lacking(self) -> list[str]:
        """What keeps it from deciding."""

    def stuck(self) -> list[str]:
        """What has stopped, so that a restart is what helps."""


@dataclass(frozen=True, slots=True)
class Staff:
    """What members of staff work with, by the control plane: they steer by `control` and erase by `erasures`;
    `forget_kept` lets go of kept answers of registers about an ID number."""

    control: Control
    erasures: Erasures
    forget_kept: Callable[[str], object]


@dataclass(frozen=True, slots=True)
class State:
    """The desk, and what stands beside it. `doorkeeper` tells who calls, `limits` how much. `staff` is None where no
    control plane is served from here. `figures` gives those of the whole service, as Prometheus reads them; None
    where they are those of this process. `most_in_flight`: more requests at once are turned away with 503."""

    desk: Desk
    record: Record
    office: Office
    bundles: Mapping[str, Bundle]
    doorkeeper: Doorkeeper
    limits: Limits
    staff: Staff | None
    vitals: VitalSigns
    most_in_flight: int = 64
    figures: Callable[[], Awaitable[bytes]] | None = None

    @property
    def services(self) -> Services:
        """What the desk works with."""
        return self.desk.services


def state_of(request: Request) -> State:
    """The state of the application that serves `request`."""
    state: State = request.scope["app"].state.miaopi
    return state


def staff_of(request: Request) -> Staff:
    """What staff work with, on a route of the control plane. RuntimeError where none is served from here."""
    staff = state_of(request).staff
    if staff is None:
        raise RuntimeError("no control plane is served from this process")
    return staff


def principal_of(request: Request) -> Principal:
    """Who sends `request`, as the door has found him (door.enter). KeyError on a route that anybody may use."""
    principal: Principal = request.scope[PRINCIPAL]
    return principal


def caller_of(request: Request) -> str:
    """The name of who sends `request`: every look-up and record goes by it."""
    return principal_of(request).name
