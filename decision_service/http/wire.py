"""The envelopes of requests. What is inside a form is read by the desk, and told in a decision."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from decision_service.control.erasures import Ground
from decision_service.http.problems import Fault, ProblemError
from decision_service.mandate import Agent, Mandate

Form = dict[str, object]
ApplicationId = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9_.:\-]{1,64}$", description="the platform's number of the application 申请编号"),
]
Channel = Annotated[
    Literal["counter", "pc", "mobile", "self_service"],
    Field(description="where the application was made (GB/T 39046-2020 A.5) 办理渠道"),
]
_Key = Annotated[str, Field(pattern=r"^[ -~]{1,255}$")]
_Name = Annotated[str, Field(min_length=1, max_length=64)]


class Envelope(BaseModel):
    """Shows nothing of itself: what is sent is personal, whatever a log or a trace makes of it."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    def __repr_args__(self) -> tuple[()]:
        return ()


class CredentialIn(Envelope):
    """A credential that the applicant shows in place of a register 出示的电子证照 (docs/credentials.md)."""

    # Called otherwise here, as every class has a `register` of its own.
    stands_for: Annotated[str, Field(alias="register", pattern=r"^[a-z][a-z_]{0,63}$")]
    token: Annotated[str, Field(min_length=1, max_length=32 * 1024, repr=False)]


Credentials = Annotated[
    list[CredentialIn],
    Field(default_factory=list, max_length=16, description="credentials shown in place of registers 亮证"),
]


def _a_day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("no_such_day", "no such day") from None
    return text


_Day = Annotated[
    str,
    Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", json_schema_extra={"format": "date"}),
    AfterValidator(_a_day),
]
_Word = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,63}$")]


class MandateIn(Envelope):
    """What the agent may do for the applicant 委托书: both days are included, `scope` are matters."""

    number: Annotated[_Name, Field(repr=False)]
    given_on: _Day
    ends_on: _Day
    scope: Annotated[list[_Word], Field(min_length=1, max_length=64)]


class AgentIn(Envelope):
    """Who hands the application in for the applicant 代办人. The decision binds and is notified to the applicant."""

    name: Annotated[str, Field(min_length=1, max_length=64, pattern=r"\S", repr=False)]
    id_type: Annotated[str, Field(pattern=r"^[0-9]{3}$")]
    id_no: Annotated[_Name, Field(repr=False)]
    mandate: MandateIn


class ApplicationIn(Envelope):
    """An application. `form` has the fields of the matter's guide (`GET /v1/matters/{matter}`)."""

    application_id: ApplicationId
    matter: _Name
    channel: Channel
    form: Form
    credentials: Credentials
    agent: AgentIn | None = None


class BatchItemIn(Envelope):
    """One application of a batch, under a key of its own."""

    idempotency_key: _Key
    application: ApplicationIn


class BatchIn(Envelope):
    """Several applications; each is decided and answered by itself."""

    items: Annotated[list[BatchItemIn], Field(min_length=1, max_length=100)]


class BundleIn(Envelope):
    """An application for a bundle: the fields of all its matters, each filled in once."""

    application_id: ApplicationId
    channel: Channel
    form: Form
    credentials: Credentials
    agent: AgentIn | None = None


class PrecheckIn(Envelope):
    """A form to look at before it is submitted."""

    form: Form


class PrefillIn(Envelope):
    """Who is about to apply: of `form`, only applicant_name, id_type and id_no are looked at."""

    application_id: ApplicationId
    form: Form


class ReviewIn(Envelope):
    """A request that an officer looks at a decision again."""

    human_review_key: Annotated[str, Field(min_length=1, max_length=64)]
    statement: Annotated[str, Field(max_length=2000)] = ""


class SuspensionIn(Envelope):
    """What no machine shall decide from now on: a matter, or `*` for every one; and why."""

    matter: _Name
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class PersonIn(Envelope):
    """A person, by identity document."""

    id_type: Annotated[str, Field(pattern=r"^[0-9]{3}$")]
    id_no: Annotated[_Name, Field(repr=False)]


class ApplicationOfIn(Envelope):
    """An application that names no person whose number can be read."""

    platform: _Name
    application_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:\-]{1,64}$")]


class ErasureIn(Envelope):
    """Whose facts are to be made unreadable (a person, or who made an application), and why (PIPL art. 47)."""

    person: PersonIn | None = None
    application: ApplicationOfIn | None = None
    ground: Ground
    note: Annotated[str, Field(min_length=1, max_length=500)]


class ApprovalIn(Envelope):
    """The versions that are approved, each by its digest: all that the release puts in force."""

    digests: Annotated[
        list[Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]], Field(min_length=1, max_length=10_000)
    ]


def _with_offset(text: str) -> str:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("an offset is needed")
    try:
        found.astimezone(UTC)
    except OverflowError:  # at an end of the calendar, the same instant elsewhere lies beyond it
        raise ValueError("no such instant") from None
    return text


class DeliveryIn(Envelope):
    """That a notice reached the person: when, and by which way 送达回证."""

    received_at: Annotated[
        str,
        # Also said by its format: no pattern tells the days of a calendar, nor the offset that is needed.
        Field(
            pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}",
            max_length=40,
            json_schema_extra={"format": "date-time"},
        ),
        AfterValidator(_with_offset),
    ]
    way: Literal["app", "message", "counter", "post", "public"]


_CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown_member",
    "literal_error": "not_allowed",
    "string_pattern_mismatch": "malformed",
    "string_too_short": "too_short",
    "string_too_long": "too_long",
    "too_short": "too_short",
    "too_long": "too_long",
    "no_such_day": "malformed",
}


def agent_of(sent: AgentIn | None) -> Agent | None:
    """The agent of an envelope, if there is one."""
    if sent is None:
        return None
    given_on, ends_on = (date.fromisoformat(day) for day in (sent.mandate.given_on, sent.mandate.ends_on))
    mandate = Mandate(sent.mandate.number, given_on, ends_on, tuple(sent.mandate.scope))
    return Agent(sent.name, sent.id_type, sent.id_no, mandate)


_SHOWN = re.compile(r"[a-z][a-z_]{0,39}", re.ASCII)

Model = TypeVar("Model", bound=BaseModel)


def envelope(model: type[Model], value: object) -> Model:
    """`value` as an envelope. Raises ProblemError with every fault and its place."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        faults = tuple(
            Fault(pointer(one["loc"]), _CODES.get(one["type"], "wrong_type"))
            for one in error.errors(include_url=False, include_context=False, include_input=False)
        )
    raise ProblemError("envelope", faults)


def pointer(location: tuple[int | str, ...]) -> str:
    """A JSON pointer; a member's name is shown only if it looks like one, as it may be anything that was sent."""
    return "".join(f"/{part}" if isinstance(part, int) or _SHOWN.fullmatch(part) else "/?" for part in location)
