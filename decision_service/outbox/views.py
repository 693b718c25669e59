"""What each class of subscriber is told of a record: as little as its purpose needs (PIPL art. 6, RQ-H1)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from decision_service.ledger.entry import Recorded
from decision_service.outbox.reading import Said
from decision_service.outcome import REMEDIED
from decision_service.policy.shape import Policy

Share = Literal["result", "applicant"]
SHARES: Final[tuple[Share, ...]] = ("result", "applicant")
"""What the exchange may be entitled to besides: the values granted, and who applied."""

SHARED_KINDS: Final = frozenset({"decision", "officer_outcome"})
"""What the exchange gets: results, and nothing of what people ask or say of them."""

INTERNAL_KINDS: Final = frozenset(
    {
        "case_claim", "case_release", "task", "task_answer", "sampling", "sample", "blind_finding", "drift_alarm",
        "overdue_alarm", "post_check",
    }
)  # fmt: skip
"""What an authority does with its cases inside, of which platforms are not told."""

SAID_WHOLE: Final = frozenset(
    {
        "drift_alarm", "overdue_alarm", "sampling", "suspension", "resume_request", "resumed", "release_proposed",
        "release_approved",
    }
)  # fmt: skip
"""What supervision is told all of: steps and alarms that are about matters and rules, never about a person."""

HANDLE_FORMS: Final[Mapping[str, str]] = {"counter": "1", "pc": "2", "mobile": "3", "self_service": "9"}
"""GB/T 39046-2020 table A.5."""

PolicyOf = Callable[[str], Policy | None]
"""The rules of that digest, None where they are not here any more."""


class View(Protocol):
    """One subscriber's view of the ledger."""

    @property
    def name(self) -> str:
        """The class of the subscriber; it names the schema of the data."""

    def is_for(self, recorded: Recorded, decision: Recorded | None) -> bool:
        """Whether a record, of the case of `decision`, is any of the subscriber's business."""

    def details(self, said: Said) -> dict[str, object]:
        """What it is told of such a record besides which it is. Any error means that the record can't be told."""


@dataclass(frozen=True, slots=True)
class ExchangeView:
    """The data-sharing exchange (RQ-E3): results, with personal facts only where the operator says it is entitled."""

    share: frozenset[Share] = frozenset()
    name: str = "exchange"

    def is_for(self, recorded: Recorded, decision: Recorded | None) -> bool:  # noqa: ARG002 - as the protocol has it
        """Decisions and officers' outcomes."""
        return recorded.entry.kind in SHARED_KINDS

    def details(self, said: Said) -> dict[str, object]:
        """The result, and what the exchange is entitled to."""
        if said.answer is None:
            return {}
        told = _taken(said.answer, ("outcome", "policy", "as_of", "decided_at", "licence", "replaces"))
        if "result" in self.share:
            told |= _taken(said.answer, ("result", "items"))
        if "applicant" in self.share and said.is_decision and said.archive is not None:
            form = said.archive["form"]
            told["applicant"] = {name: form.get(name) for name in ("applicant_name", "id_type", "id_no")}
        return told


@dataclass(frozen=True, slots=True)
class PlatformView:
    """A platform (RQ-B6): what happened to its own cases, so that it can notify the principal, agent or not."""

    platform: str
    name: str = "platform"

    def is_for(self, recorded: Recorded, decision: Recorded | None) -> bool:
        """Records of the cases that this platform handed in."""
        own = decision is not None and decision.entry.caller == self.platform
        return own and recorded.entry.kind not in INTERNAL_KINDS

    def details(self, said: Said) -> dict[str, object]:
        """The outcome and where the notice is; the rest the platform reads with its own key."""
        told: dict[str, object] = {"notify": "principal"}
        if said.decided is not None:
            told["handed_in_by_agent"] = "parties" in said.decided
        if said.answer is not None and said.recorded.entry.kind in SHARED_KINDS:
            told |= _taken(said.answer, ("outcome", "outcome_text", "decided_at", "next_step", "replaces"))
            told["adverse"] = said.answer["outcome"] in REMEDIED
            told["notice"] = f"/v1/decisions/{said.recorded.entry.decision_id}/notice"
        return told


@dataclass(frozen=True, slots=True)
class SupervisionView:
    """Electronic supervision (RQ-D5): time limits, anomalies and overrides of every record, and no personal value.

    The members follow what GB/T 39046-2020 table 11 is for and the code tables of its annex A; the table itself was not
    at hand, so the names of the members are our own.
    """

    policy_of: PolicyOf
    name: str = "supervision"

    def is_for(self, recorded: Recorded, decision: Recorded | None) -> bool:  # noqa: ARG002 - as the protocol has it
        """Every record."""
        return True

    def details(self, said: Said) -> dict[str, object]:
        """How the case was handled."""
        entry = said.recorded.entry
        told: dict[str, object] = {}
        policy = self.policy_of(entry.policy_digest.removeprefix("sha256:")) if entry.policy_digest else None
        if policy is not None:
            told |= {
                "item_code": policy.item_code,
                "item_type": policy.item_type,
                "case_type": policy.handle_type,
                "implementing_body": policy.office,
            }
        if said.answer is None:
            return told
        if said.is_decision:
            return told | _handled(said.answer, policy)
        if entry.kind == "officer_outcome":
            return told | _overridden(said.answer, said)
        whole = entry.kind in SAID_WHOLE and not entry.subject
        return told | {"said": dict(said.answer)} if whole else told


def told_of(said: Said, view: View) -> dict[str, object]:
    """The data of an event: which record of which case it is, whatever else can be told of it."""
    entry = said.recorded.entry
    told: dict[str, object] = {"kind": entry.kind, "record_id": entry.record_id, "record": _place(said.recorded)}
    named = {"decision_id": entry.decision_id, "application_id": entry.application_id, "matter": entry.matter}
    told |= {name: value for name, value in named.items() if value}
    if entry.is_erased:
        told["erased"] = True
    if said.unreadable:
        return told | {"unreadable": True}
    try:
        return told | view.details(said)
    except (KeyError, TypeError, AttributeError, ValueError):
        return told | {"unreadable": True}


def _place(recorded: Recorded) -> dict[str, object]:
    return {"log": recorded.log, "index": recorded.index, "leaf": f"sha256:{recorded.leaf.hex()}"}


def _taken(answer: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, object]:
    return {name: answer[name] for name in names if answer.get(name) is not None}


def _handled(decided: Mapping[str, Any], policy: Policy | None) -> dict[str, object]:
    elapsed = decided["elapsed_ms"]
    limit = None if policy is None else policy.budget.deadline
    anomalies = [
        f"register_{one['status']}:{one['register']}" for one in decided["verifications"] if one["status"] not in _GOOD
    ]
    if not decided["engines"]["agree"]:
        anomalies.append("engines_differ")
    if limit is not None and elapsed > limit:
        anomalies.append("over_time")
    return {
        "handle_form": HANDLE_FORMS.get(decided["channel"]),
        "outcome": decided["outcome"],
        "reasons": sorted({one["code"] for one in decided["reasons"]}),
        "time_limit": {
            "limit_ms": limit,
            "elapsed_ms": elapsed,
            "in_time": None if limit is None else elapsed <= limit,
        },
        "next_on": (decided.get("next_step") or {}).get("on"),
        "anomalies": anomalies,
    }


_GOOD: Final = frozenset({"ok", "no_record"})


def _overridden(answer: Mapping[str, Any], said: Said) -> dict[str, object]:
    """What an officer decided beside what the machine had come to. His reasons are his own and not told here."""
    machine = None if said.decided is None else said.decided["outcome"]
    counts = None if said.archive is None else said.archive.get("counts")
    override = {"machine": machine, "officer": answer["outcome"], "overridden": counts == "override"}
    return {"outcome": answer["outcome"], "override": override}
