"""The bodies that applicants' platforms and officers send about a case."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from decision_service.casework.handling import Step
from decision_service.casework.outcomes import Written
from decision_service.http.wire import Envelope
from decision_service.outcome import Outcome


def _is_day(text: str) -> str:
    date.fromisoformat(text)
    return text


def _is_outcome(text: str) -> str:
    return Outcome(text).value


_Text = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"\S")]
_MaybeText = Annotated[str, Field(max_length=4000)]
_Key = Annotated[str, Field(min_length=1, max_length=96, repr=False)]
_Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_is_day)]
_Outcome = Annotated[str, Field(max_length=32), AfterValidator(_is_outcome)]


class RatingIn(Envelope):
    """A rating: level 1 very satisfied, 2 satisfied, 3 fairly satisfied, 4 dissatisfied, 5 very dissatisfied
    (好差评)."""

    rating_key: _Key
    level: Annotated[int, Field(ge=1, le=5)]
    comment: Annotated[str, Field(max_length=2000)] = ""


class ComplaintIn(Envelope):
    """A complaint 投诉."""

    complaint_key: _Key
    text: _Text


class ComplaintKeyIn(Envelope):
    """The key with which somebody complains, for an officer to find the case."""

    complaint_key: _Key


class OutcomeIn(Envelope):
    """What an officer decides. Nothing is filled in for him: the outcome and at least one reason in Chinese and one
    entry of the matter's legal basis are his to name."""

    outcome: _Outcome
    reasons_zh: _Text
    reasons_en: _MaybeText = ""
    basis: Annotated[list[int], Field(min_length=1, max_length=32)]
    result: dict[str, Any] = Field(default_factory=dict)
    false_commitment: bool = False

    def written(self) -> Written:
        """As casework takes it."""
        basis = tuple(dict.fromkeys(self.basis))
        outcome = Outcome(self.outcome)
        return Written(outcome, self.reasons_zh, self.reasons_en, basis, self.result, self.false_commitment)


class HearingIn(Envelope):
    """A step of a hearing: `told` names the day until which the person may answer; `statement` is what was said."""

    step: Step
    text: _Text
    respond_by: _Day | None = None

    def until(self) -> date | None:
        """The day until which the person may answer."""
        return None if self.respond_by is None else date.fromisoformat(self.respond_by)


class AnswerIn(Envelope):
    """What ends a task: the reply to a rating or complaint, or why nothing changes."""

    zh: _Text
    en: _MaybeText = ""


class DoubtIn(Envelope):
    """Why a grant may be wrong. Nothing in it may name a person, as events may carry it."""

    zh: Annotated[str, Field(min_length=1, max_length=400, pattern=r"\S")]
    en: Annotated[str, Field(max_length=400)] = ""


MODELS: tuple[type[BaseModel], ...] = (
    RatingIn, ComplaintIn, ComplaintKeyIn, OutcomeIn, HearingIn, AnswerIn, DoubtIn,
)  # fmt: skip

Asked = Mapping[str, object]
