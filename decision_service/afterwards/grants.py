"""What is to be looked at again after a grant, when, and what has turned since. Pure functions."""

import calendar
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from decision_service.outcome import APPROVALS
from decision_service.policy.afterwards import Afterwards
from decision_service.policy.needs import registers_read
from decision_service.policy.shape import Policy
from decision_service.verdict import State, Verdict


@dataclass(frozen=True, slots=True)
class Check:
    """The first check after a grant; from then on one every so many months, or no other where `every` is 0."""

    due_on: date
    every: int


def check_after(answer: Mapping[str, Any], granted_on: date, policy: Policy, afterwards: Afterwards) -> Check | None:
    """The check after a decision, or an officer's outcome, that answered this; None unless it granted something that
    hangs on registers."""
    if answer["outcome"] not in APPROVALS or not watched(policy, afterwards):
        return None
    every = afterwards.every_months if afterwards.running & answer["result"].keys() else 0
    return Check(months_after(granted_on, every or afterwards.once_after_months), every)


def following(granted_on: date, every: int, today: date) -> date:
    """The first day after `today` on which a check of every so many months is due: what was missed is not made up."""
    number = 1
    while months_after(granted_on, number * every) <= today:
        number += 1
    return months_after(granted_on, number * every)


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the month's last where it has none of that number."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def watched(policy: Policy, afterwards: Afterwards) -> tuple[str, ...]:
    """The registers that are asked again after a grant of this policy: those it asks, and some rule rests on."""
    read = registers_read(policy, [rule.must for rule in policy.rules])
    return tuple(name for name in policy.asks if name in afterwards.registers and name in read)


def watching(policy: Policy, registers: Collection[str]) -> frozenset[str]:
    """The rules that rest on these registers."""
    return frozenset(rule.id for rule in policy.rules if registers_read(policy, [rule.must]) & set(registers))


def turned(before: Verdict, after: Verdict, rules: Collection[str], *, by_officer: bool = False) -> tuple[str, ...]:
    """Those of `rules` that held and now are known to fail. What is not known has not turned; what was not known when
    an officer granted, he found out."""
    states = (State.HOLDS, State.UNKNOWN) if by_officer else (State.HOLDS,)
    held = {one.rule for one in before.findings if one.state in states}
    return tuple(
        one.rule for one in after.findings if one.rule in held and one.rule in rules and one.state is State.FAILS
    )


def still_open(verdict: Verdict, rules: Collection[str], registers: Collection[str]) -> frozenset[str]:
    """Registers that were not needed for the grant, and without which it is not known any more whether `rules` hold."""
    open_ones = [one for one in verdict.findings if one.rule in rules and one.state is State.UNKNOWN]
    return frozenset(cause.source for one in open_ones for cause in one.causes if cause.source in registers)
