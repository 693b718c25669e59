"""Agents (帮代办, RQ-B6): who hands in an application for another, by which mandate, and what is wrong with that.

An agent changes who stood at the counter, never whose matter it is: the decision is made on the principal's facts,
binds the principal and is notified to the principal. So a sound mandate changes no outcome. While something is wrong
with it nobody is known to act for the principal: the application goes back for correction, and no register is asked
about the principal meanwhile, or anybody could learn of others by applying in their name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import cast

from decision_service.forms import CHECK_CHARACTER, RESIDENT_CARD, WRONG, FormDefect, FormReading
from decision_service.policy.parts import Bilingual
from verifiers.identifiers import Defect, citizen_id

FIELDS: Mapping[str, Bilingual] = {
    "agent.name": Bilingual("代办人姓名", "Name of the agent"),
    "agent.id_type": Bilingual("代办人证件类型", "Type of the agent's document"),
    "agent.id_no": Bilingual("代办人证件号码", "Number of the agent's document"),
    "agent.mandate.number": Bilingual("委托书编号", "Number of the mandate"),
    "agent.mandate.given_on": Bilingual("委托起始日期", "First day of the mandate"),
    "agent.mandate.ends_on": Bilingual("委托终止日期", "Last day of the mandate"),
    "agent.mandate.scope": Bilingual("委托办理的事项", "Matters that the mandate covers"),
}
"""What is asked of an agent, as the guide publishes it and a correction names it."""

BINDS = Bilingual(
    "本决定对申请人本人有效并通知其本人；申请由代办人提交",
    "This decision binds the applicant and is notified to the applicant; an agent handed the application in",
)

_NOT_BEGUN = Bilingual("委托尚未开始", "the mandate has not begun")
_ENDED = Bilingual("委托已经到期，请使用有效的委托书", "the mandate has ended; a current one is needed")
_ENDS_FIRST = Bilingual("终止日期早于起始日期", "the last day lies before the first")
_NOT_COVERED = Bilingual("委托书没有写明本事项", "the mandate does not cover this matter")
_SAME_PERSON = Bilingual("代办人应是申请人以外的人", "the agent must be somebody else than the applicant")


@dataclass(frozen=True, slots=True)
class Mandate:
    """The mandate (委托书) that an agent states, valid from `given_on` to `ends_on`, both included, for `scope`."""

    number: str = field(repr=False)
    given_on: date
    ends_on: date
    scope: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agent:
    """Who hands in an application for its principal. That the person is who is named, and the paper real, is for the
    platform to see: no register is asked about an agent."""

    name: str = field(repr=False)
    id_type: str
    id_no: str = field(repr=False)
    mandate: Mandate

    def as_json(self) -> dict[str, object]:
        """The `agent` of an envelope."""
        mandate = self.mandate
        return {
            "name": self.name,
            "id_type": self.id_type,
            "id_no": self.id_no,
            "mandate": {
                "number": mandate.number,
                "given_on": str(mandate.given_on),
                "ends_on": str(mandate.ends_on),
                "scope": list(mandate.scope),
            },
        }


def read_agent(raw: Mapping[str, object]) -> Agent:
    """The agent that `as_json` wrote. Raises KeyError, TypeError or ValueError where it is none."""
    mandate = cast("Mapping[str, object]", raw["mandate"])
    given_on, ends_on = (date.fromisoformat(cast("str", mandate[name])) for name in ("given_on", "ends_on"))
    scope = tuple(cast("list[str]", mandate["scope"]))
    name, id_type, id_no = (cast("str", raw[part]) for part in ("name", "id_type", "id_no"))
    return Agent(name, id_type, id_no, Mandate(cast("str", mandate["number"]), given_on, ends_on, scope))


def handed_in(reading: FormReading, agent: Agent | None, matter: str, as_of: date) -> FormReading:
    """A form as read, with what is wrong with the agent who handed it in."""
    if agent is None:
        return reading
    defects = tuple(_defects(agent, reading, matter, as_of))
    return replace(reading, defects=reading.defects + defects, stopped=True) if defects else reading


def parties(reading: FormReading, agent: Agent) -> dict[str, object]:
    """Whom a decision binds and who handed it in, masked."""
    values = reading.values
    return {
        "principal": _party(values.get("applicant_name"), values.get("id_no")),
        "agent": _party(agent.name, agent.id_no),
        "notify": "principal",
        "zh": BINDS.zh,
        "en": BINDS.en,
    }


def _party(name: object, number: object) -> dict[str, str | None]:
    """Of a name the first character can be read, of a number the first and the last; null for what is not known."""
    return {
        "name": name[0] + "*" * max(1, len(name) - 1) if isinstance(name, str) and name else None,
        "id_no": _masked(number) if isinstance(number, str) else None,
    }


def _masked(number: str) -> str:
    return number[0] + "*" * (len(number) - 2) + number[-1] if len(number) > 4 else "*" * len(number)


def _defects(agent: Agent, reading: FormReading, matter: str, as_of: date) -> Iterator[FormDefect]:
    if agent.id_type == RESIDENT_CARD:
        yield from _number_defects(agent, reading, as_of)
    mandate = agent.mandate
    if as_of < mandate.given_on:
        yield _wrong("agent.mandate.given_on", _NOT_BEGUN)
    if mandate.ends_on < mandate.given_on:
        yield _wrong("agent.mandate.ends_on", _ENDS_FIRST)
    elif mandate.ends_on < as_of:
        yield _wrong("agent.mandate.ends_on", _ENDED)
    if matter not in mandate.scope:
        yield _wrong("agent.mandate.scope", _NOT_COVERED)


def _number_defects(agent: Agent, reading: FormReading, as_of: date) -> Iterator[FormDefect]:
    number = citizen_id(agent.id_no, as_of)
    if isinstance(number, Defect):
        code = CHECK_CHARACTER if number.kind == "check" else WRONG
        yield FormDefect(code, "agent.id_no", FIELDS["agent.id_no"], Bilingual(number.hint_zh, number.hint_en))
    elif number.text == reading.values.get("id_no"):
        yield _wrong("agent.id_no", _SAME_PERSON)


def _wrong(name: str, hint: Bilingual) -> FormDefect:
    return FormDefect(WRONG, name, FIELDS[name], hint)
