"""The kill switch and the releases, put together from the settings and what is on record."""

from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from decision_service.agreement import SecondJudge
from decision_service.clock import ServiceClock
from decision_service.control.approvals import approved_alone
from decision_service.control.copies import RulesCopies
from decision_service.control.releases import Ground, Releases, Renew
from decision_service.control.signs import ControlSigns
from decision_service.control.switch import KillSwitch
from decision_service.inforce import InForce
from decision_service.ledger.writer import Ledger
from decision_service.publishing import Publication
from decision_service.readings.rete.process import SecondEngine
from decision_service.settings import Settings
from decision_service.telemetry import Telemetry

Beside = Callable[[Collection[str]], AbstractAsyncContextManager[None]]
"""Has other processes of the service load the versions of these digests, to take them up when they are put in force;
when the block raises they let go of them. Raises NotTakenUpError where one of them can't."""


@dataclass(frozen=True, slots=True)
class Control:
    """What staff steer the service by; `rules` is the folder of the rules in force."""

    switch: KillSwitch
    releases: Releases
    rules: Path


@dataclass(frozen=True, slots=True)
class Recording:
    """Where steps of staff are recorded, by which clock, and who tells operators."""

    ledger: Ledger
    clock: ServiceClock
    telemetry: Telemetry


def controlled(
    settings: Settings,
    publication: Publication,
    second: SecondJudge,
    copies: RulesCopies,
    recording: Recording,
    beside: Beside | None = None,
) -> tuple[InForce, Control]:
    """What is in force by the record, and what steers it: in production the approved versions alone decide, and what is
    suspended stays so. `beside` has other processes take up new rules. Raises LedgerError."""
    signs = ControlSigns(recording.telemetry)
    is_production = settings.profile == "production"
    if is_production:
        publication, left_out = approved_alone(publication, recording.ledger)
        signs.without_approval(left_out)
    in_force, now = InForce(publication), recording.clock.now

    def tell_budgets() -> None:
        signs.budgets(in_force.publication, recording.clock.day)

    tell_budgets()
    in_force.listen(tell_budgets)
    switch = KillSwitch(in_force, recording.ledger, now, signs)
    ground = Ground(copies, settings.certificates, settings.gate_cases, takes_illustrative=not is_production)
    releases = Releases(ground, in_force, recording.ledger, now, signs, _renewing(in_force, second, beside))
    return in_force, Control(switch, releases, copies.path)


def _renewing(in_force: InForce, second: SecondJudge, beside: Beside | None) -> Renew:
    """How the second engine comes by new rules; one that is no process of its own (in trials) has nothing to read."""

    async def renew(digests: Collection[str]) -> None:
        async with nullcontext() if beside is None else beside(digests):
            if isinstance(second, SecondEngine):
                await second.reload(digests, [one.policy.digest for one in in_force.publication])

    return renew
