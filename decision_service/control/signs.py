"""What operators see of what staff do: metrics, and a log line of each step. A step's reason is in the ledger alone."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from operator import attrgetter
from typing import Final, Literal

from prometheus_client import Counter, Gauge

from decision_service.policy.shape import Budget
from decision_service.publishing import Publication
from decision_service.telemetry import Telemetry

Step = Literal["proposed", "refused", "approved"]
_STEPS: Final[tuple[Step, ...]] = ("proposed", "refused", "approved")
_BUDGETS: Final[Mapping[str, Callable[[Budget], int]]] = {
    "0.5": attrgetter("p50"),
    "0.95": attrgetter("p95"),
    "1": attrgetter("deadline"),
}


class ControlSigns:
    """The signs of the control plane of one process."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        register = telemetry.registry
        self._suspended = Gauge(
            "miaopi_suspended", "1: no machine decides it; * is every matter", ["matter"], registry=register
        )
        self._releases = Counter("miaopi_releases", "releases of rules, by step", ["step"], registry=register)
        self._unapproved = Gauge(
            "miaopi_rule_packs_without_approval",
            "versions left out, as they are not what was approved",
            registry=register,
        )
        self._budget = Gauge(
            "miaopi_budget_seconds", "within what so many of 100 decisions are to be told", ["matter", "quantile"],
            registry=register,
        )  # fmt: skip
        self._suspended.labels("*").set(0)
        for one in _STEPS:
            self._releases.labels(one)

    def budgets(self, publication: Publication, today: Callable[[], date]) -> None:
        """From now on these are the matters whose budgets are told, each by the version in force on the day when
        somebody reads the metrics."""
        self._budget.clear()
        for matter in publication.versions:
            for quantile, milliseconds in _BUDGETS.items():
                seconds = partial(_seconds, publication, matter, today, milliseconds)
                self._budget.labels(matter, quantile).set_function(seconds)

    def suspended(self, matter: str, *, stands: bool) -> None:
        """A matter, or * for every one, was suspended or goes on."""
        self._suspended.labels(matter).set(int(stands))
        if stands:
            self._telemetry.alarm("suspended", {"matter": matter})
        else:
            self._telemetry.note("resumed", {"matter": matter})

    def unrecorded(self, error: BaseException) -> None:
        """A suspension holds, but could not be put on record."""
        self._telemetry.fault("suspend", error)

    def release(self, step: Step) -> None:
        """A release of rules went a step on, or did not."""
        self._releases.labels(step).inc()
        self._telemetry.note("release", {"status": step})

    def without_approval(self, versions: tuple[tuple[str, str], ...]) -> None:
        """These versions (matter, day) do not decide: nobody approved them, or the approved file is not there."""
        self._unapproved.set(len(versions))
        for matter, day in versions:
            self._telemetry.alarm("rule_pack_without_approval", {"matter": matter, "version": day})


def _seconds(
    publication: Publication, matter: str, today: Callable[[], date], milliseconds: Callable[[Budget], int]
) -> float:
    """Of a matter that is not in force yet, what its first version says."""
    found = publication.in_force(matter, today()) or publication.versions[matter][0]
    return milliseconds(found.policy.budget) / 1000
