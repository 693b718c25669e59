"""What the HTTP door serves from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

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
from decision_service.vitals import Vitals

PRINCIPAL: Final = "miaopi.principal"
"""Where in a request's scope the door puts who sends it."""


@dataclass(frozen=True, slots=True)
class State:
    """The desk, and what stands beside it. `doorkeeper` tells who calls, `limits` how much; staff steer by `control`
    and erase by `erasures`; `forget_kept` lets go of kept answers of registers about an ID number.
    `most_in_flight`: more requests at once are turned away with 503."""

    desk: Desk
    record: Record
    office: Office
    bundles: Mapping[str, Bundle]
    doorkeeper: Doorkeeper
    limits: Limits
    control: Control
    erasures: Erasures
    forget_kept: Callable[[str], object]
    vitals: Vitals
    most_in_flight: int = 64

    @property
    def services(self) -> Services:
        """What the desk works with."""
        return self.desk.services


def state_of(request: Request) -> State:
    """The state of the application that serves `request`."""
    state: State = request.app.state.miaopi
    return state


def principal_of(request: Request) -> Principal:
    """Who sends `request`, as the door has found him (door.enter). KeyError on a route that anybody may use."""
    principal: Principal = request.scope[PRINCIPAL]
    return principal


def caller_of(request: Request) -> str:
    """The name of who sends `request`: every look-up and record goes by it."""
    return principal_of(request).name
