"""What the ledger keeps of a decision to make it again: the form, every answer as it was read, day and occasion."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import cast

import orjson

from decision_service.decision import Occasion
from decision_service.forms import FormReading, read_form
from decision_service.inquiry import Answered
from decision_service.ledger.entry import canonical
from decision_service.mandate import Agent, handed_in, read_agent
from decision_service.policy.derived import Derived
from decision_service.policy.shape import Ask, Policy
from decision_service.wording import AS_THEY_ARE, as_json
from verifiers.evidence import Evidence, Origin, Status
from verifiers.frozen import quickly_made
from verifiers.kinds import BadValueError, Kind, Value, read
from verifiers.registers import Register

FORMAT = "miaopi archive v1"
_KINDS: Derived[Register, dict[tuple[str, ...], dict[str, Kind]]] = Derived(lambda _: {})
"""What a register states, by the parameters that it is asked with, as far as that was needed before."""

_OCCASION = tuple(one.name for one in fields(Occasion))


class ArchiveError(Exception):
    """An archive can't be read as what it says; the text names the part, never a value."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Archive:
    """Everything besides the policy that a decision was made from. `answers` are JSON until a policy types them."""

    form: Mapping[str, object] = field(repr=False)
    as_of: date
    policy_digest: str
    occasion: Occasion = field(repr=False)
    referred_by: str | None
    answers: Mapping[str, Mapping[str, object]] = field(repr=False)
    agent: Agent | None = field(default=None, repr=False)

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        content: dict[str, object] = {
            "format": FORMAT,
            "form": self.form,
            "as_of": str(self.as_of),
            "policy_digest": self.policy_digest,
            "occasion": {name: getattr(self.occasion, name) for name in _OCCASION},
            "referred_by": self.referred_by,
            "answers": self.answers,
        }
        if self.agent is not None:
            content["agent"] = self.agent.as_json()
        return canonical(content)


def read_archive(content: bytes) -> Archive:
    """The archive in `content`. Raises ArchiveError."""
    try:
        raw = orjson.loads(content)
        if raw["format"] != FORMAT:
            raise ArchiveError(f"archive: the format is not {FORMAT!r}")
        return Archive(
            form=raw["form"],
            as_of=date.fromisoformat(raw["as_of"]),
            policy_digest=raw["policy_digest"],
            occasion=Occasion(**raw["occasion"]),
            referred_by=raw["referred_by"],
            answers=raw["answers"],
            agent=read_agent(raw["agent"]) if "agent" in raw else None,
        )
    except (ValueError, TypeError, KeyError) as error:
        raise ArchiveError(f"archive: can't be read ({type(error).__name__})") from None


def reading_of(archive: Archive, policy: Policy, prefectures: Collection[str]) -> FormReading:
    """The form of an archive as it was read when it was decided on, with what was wrong with who handed it in."""
    form = read_form(policy, archive.form, archive.as_of, prefectures)
    return handed_in(form, archive.agent, policy.matter, archive.as_of)


def answer_to_json(ask: Ask, answered: Answered) -> dict[str, object]:
    """One answer as the archive keeps it."""
    evidence = answered.evidence
    return {
        "status": evidence.status,
        "facts": _stated(ask, evidence.facts) if evidence.status == "ok" else {},
        "data_as_of": evidence.data_as_of,
        "request_id": evidence.request_id,
        "digest": evidence.digest,
        "elapsed_ms": evidence.elapsed_ms,
        "fault": evidence.fault,
        "origin": evidence.origin,
        "credential": evidence.credential,
        "signed": evidence.signed,
        "params": dict(answered.params),
        "asked_at": answered.asked_at,
    }


def answer_from_json(ask: Ask, raw: Mapping[str, object]) -> Answered:
    """The answer that `answer_to_json` wrote. Raises ArchiveError where it is none of this register's."""
    name = ask.register.name
    try:
        if raw["status"] == "ok":
            kinds = ask.register.facts_when_asked_with(ask.asked_with)
            stated = cast("Mapping[str, object]", raw["facts"])
            facts: Mapping[str, Value] = {fact: read(kinds[fact], stated[fact]) for fact in kinds}
        else:
            facts = (ask.register.no_record or {}) if raw["status"] == "no_record" else {}
        evidence = Evidence(
            register=name,
            status=cast("Status", raw["status"]),
            facts=facts,
            data_as_of=cast("str | None", raw["data_as_of"]),
            request_id=cast("str | None", raw["request_id"]),
            digest=cast("str | None", raw["digest"]),
            elapsed_ms=cast("int", raw["elapsed_ms"]),
            fault=cast("str | None", raw["fault"]),
            origin=cast("Origin", raw["origin"]),
            credential=cast("str | None", raw["credential"]),
            signed=raw["signed"] is True,
        )
        return Answered(evidence, cast("Mapping[str, object]", raw["params"]), cast("str", raw["asked_at"]))
    except (KeyError, TypeError, BadValueError) as error:
        raise ArchiveError(f"archive: the answer of {name} can't be read ({type(error).__name__})") from None


def evidence_of(archive: Archive, policy: Policy) -> dict[str, Evidence]:
    """The answers of an archive, typed by the policy that decided. Raises ArchiveError."""
    unknown = archive.answers.keys() - policy.asks.keys()
    if unknown:
        raise ArchiveError(f"archive: the policy does not ask {', '.join(sorted(unknown))}")
    return {
        name: answer_from_json(ask, archive.answers[name]).evidence
        for name, ask in policy.asks.items()
        if name in archive.answers
    }


def _stated(ask: Ask, facts: Mapping[str, Value]) -> dict[str, object]:
    """Kinds are looked up only where a value has parts."""
    return {
        name: value
        if value.__class__ in AS_THEY_ARE
        else _plain(value, _kinds(ask)[name])
        if isinstance(value, tuple | Mapping)
        else as_json(value)
        for name, value in facts.items()
    }


def _kinds(ask: Ask) -> dict[str, Kind]:
    register, asked_with = ask.register, ask.asked_with
    known = _KINDS.of(register)
    if asked_with not in known:
        known[asked_with] = register.facts_when_asked_with(asked_with)
    return known[asked_with]


def _plain(value: Value, kind: Kind) -> object:
    """A value as the JSON that `read` takes back to the same value, decimals to the last digit."""
    if isinstance(value, tuple):
        return as_json(value) if kind.item is None else [_plain(element, kind.item) for element in value]
    if isinstance(value, Mapping):
        inside = {name: kind.field(name) or kind for name in value}
        return {
            name: _plain(part, inside[name])
            for name, part in value.items()
            if part is not None or not inside[name].optional
        }
    return as_json(value)
