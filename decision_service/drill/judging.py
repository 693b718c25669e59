"""Whether one cell of the drill held: nothing granted by the fault, an answer, the cause named, the fault seen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, cast

from decision_service.drill.cells import Cell, Told
from decision_service.facts import REFERRALS, Why
from decision_service.outcome import APPROVALS, FAVOURABLE
from decision_service.policy.needs import deciding, registers_read
from decision_service.policy.shape import Policy

Trouble = Literal["approved", "no_answer", "outcome", "evidence", "cause", "others", "unseen"]
"""approved: something was granted by the fault. no_answer: no decision, or one without a receipt. outcome: another one
than it must be. evidence: the register's answer was judged otherwise than the table says. cause: no reason names the
fault's cause and the register. others: another register's answer suffered. unseen: the proxy did not see the fault."""

GRAVE: frozenset[Trouble] = frozenset({"approved", "no_answer"})
"""What may never be, however busy the machine is."""

_CAUSES = {"timeout": Why.LATE, "error": Why.FAULTY, "stale": Why.STALE}
_DEFERRED = "I05_DEFERRED_CHECK"


@dataclass(frozen=True, slots=True)
class Tried:
    """One cell and what came of it; it held if there is no trouble. `wire`: the proxy's lines for its register,
    `played` the sandbox's notes. `again`: tried a second time, the machine was too busy the first time."""

    cell: Cell
    told: Told
    wire: Sequence[Mapping[str, object]] = field(default=(), repr=False)
    played: Sequence[Mapping[str, object]] = field(default=(), repr=False)
    again: bool = False

    @property
    def troubles(self) -> list[Trouble]:
        """What did not hold."""
        return list(_troubles(self))


def by_fault(tried: Tried) -> bool:
    """Whether something was granted although what the register says was not known, or was taken from a faulty answer.

    A good answer may stand beside the fault: of a harmless one, or kept from before while the fault was never met.
    """
    cell, told = tried.cell, tried.told
    if told.outcome not in FAVOURABLE:
        return False
    known = told.statuses.get(cell.register) in ("ok", "no_record")
    if known and (cell.variant.harmless or not seen(tried)):
        return False
    policy = cell.ground.policy
    if told.outcome == "PARTIALLY_APPROVED":
        granted = {str(one["item"]) for one in told.told("items") if one["outcome"] in APPROVALS}
        return any(cell.register in _reads(policy, item) for item in granted)
    return cell.register in registers_read(policy, deciding(policy))


def _reads(policy: Policy, item: str) -> frozenset[str]:
    """The registers that can move the outcome or the amount of one item."""
    nodes = [rule.must for rule in policy.rules if rule.item in (None, item)]
    nodes += [one.amount for one in policy.items if one.name == item]
    return registers_read(policy, nodes)


def _troubles(tried: Tried) -> Iterator[Trouble]:
    cell, told = tried.cell, tried.told
    if told.status != 200 or not _received(told):
        yield "no_answer"
        return
    granted = by_fault(tried)
    if granted:
        yield "approved"
    status = told.statuses.get(cell.register)
    if cell.variant.harmless:
        if (told.outcome, told.codes("reasons")) != (cell.ground.well.outcome, cell.ground.well.codes("reasons")):
            yield "outcome"
        if status != cell.ground.well.statuses[cell.register]:
            yield "evidence"
    else:
        if told.outcome in FAVOURABLE and not granted:
            if told.outcome != "PARTIALLY_APPROVED" and _DEFERRED not in told.codes("notes"):
                yield "cause"
        elif not _named(cell, told):
            yield "cause"
        if status != cell.variant.comes_to:
            yield "evidence"
    if any(_suffered(cell, name, one) for name, one in told.statuses.items()):
        yield "others"
    if not seen(tried):
        yield "unseen"


def _received(told: Told) -> bool:
    record = told.body.get("record")
    return isinstance(record, dict) and {"index", "leaf", "signature"} <= record.keys()


def _named(cell: Cell, told: Told) -> bool:
    """A reason of the fault's kind that names the register in its facts and in the sentence that people read."""
    code = REFERRALS[_CAUSES[cell.variant.comes_to]]
    register = cell.ground.policy.asks[cell.register].register
    return any(
        one["code"] == code and register.zh in str(one["zh"]) and cell.register in cast("list[str]", one["facts"])
        for one in (*told.told("reasons"), *told.told("advice"))
        if told.outcome == "REFERRED"
    )


def _suffered(cell: Cell, register: str, status: str) -> bool:
    well = cell.ground.well.statuses.get(register, status)
    return register != cell.register and (status != well or status not in ("ok", "no_record"))


def seen(tried: Tried) -> bool:
    """Whether the proxy's own log shows the fault: as played by itself, or the very bytes that the sandbox spoilt."""
    fault, variant = tried.cell.fault, tried.cell.variant
    if fault.layer != "answer":
        return any((one["fault"], one["variant"]) == (fault.name, variant.name) for one in tried.wire)
    spoilt = {
        (one["status"], one["digest"])
        for one in tried.played
        if (one["fault"], one["variant"], one["register"]) == (fault.name, variant.name, tried.cell.register)
    }
    return any((one["status"], one["digest"]) in spoilt for one in tried.wire)
