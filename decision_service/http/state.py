"""What the HTTP door serves from."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from decision_service.application import PLATFORM
from decision_service.bundles import Bundle
from decision_service.desk import Desk, Services
from decision_service.reviews import ReviewStore


@dataclass(frozen=True, slots=True)
class State:
    """The desk, and what stands beside it. `most_in_flight`: more requests at once are turned away with 503."""

    desk: Desk
    reviews: ReviewStore
    bundles: Mapping[str, Bundle]
    most_in_flight: int = 64

    @property
    def services(self) -> Services:
        """What the desk works with."""
        return self.desk.services


def state_of(request: Request) -> State:
    """The state of the application that serves `request`."""
    state: State = request.app.state.miaopi
    return state


def caller_of(_: Request) -> str:
    """Who calls. One platform so far; every look-up and record already goes by caller."""
    return PLATFORM
