"""What came of each request: what the sending processes hand back."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field
from typing import Any, Literal, Self

UNHEARD = frozenset({"timeout", "error"})
"""Statuses of a register that was not heard."""

UNAVAILABLE = "R01_VERIFIER_UNAVAILABLE"

Part = Literal["once", "copy", "later", "other"]
"""once: a request that is sent once. copy: one of several at once, with the same key and body. later: the same again,
once they are answered. other: their key with another body."""


@dataclass(frozen=True, slots=True)
class Told:
    """The parts of an answer by which it is judged; `heard` is each register that was asked and the status of what
    came of it, `missed` the registers that a reason names as not available. `digest` is of the answer's bytes."""

    decision_id: str
    outcome: str
    reasons: Sequence[str]
    items: Sequence[Sequence[str]]
    result: Mapping[str, object] = field(repr=False)
    heard: Mapping[str, str]
    missed: Sequence[str]
    digest: str


def told(answer: Mapping[str, Any], digest: str) -> Told:
    """What an answer says. Raises KeyError, TypeError where it is none."""
    unavailable = [one for part in ("reasons", "advice") for one in answer[part] if one["code"] == UNAVAILABLE]
    return Told(
        str(answer["decision_id"]),
        str(answer["outcome"]),
        sorted(str(one["code"]) for one in answer["reasons"]),
        sorted([str(one["item"]), str(one["outcome"])] for one in answer["items"]),
        answer["result"],
        {str(one["register"]): str(one["status"]) for one in answer["verifications"]},
        sorted({str(name) for one in unavailable for name in one["facts"]}),
        digest,
    )


@dataclass(frozen=True, slots=True)
class Sample:
    """One request and what came of it.

    `stage` is its place among the stages, `number` that of the arrival in the stage and matter. `due` is the instant at
    which it was due, in seconds from the stage's start; `lag_ms` and `ms` count from then: to its being sent, and to
    the last byte of its answer. `status` 0: no answer. `problem`: the code of a refusal in the agreed form; `retry`:
    one that says when to try again.
    """

    stage: int
    matter: str
    number: int
    application: int
    broken: str
    part: Part
    due: float
    lag_ms: float
    ms: float
    status: int
    problem: str = ""
    retry: bool = False
    told: Told | None = None

    def as_row(self) -> list[object]:
        """For the pipe between processes."""
        return list(astuple(self))

    @classmethod
    def of_row(cls, row: list[Any]) -> Self:
        """The sample that `as_row` wrote."""
        answer = row[-1]
        return cls(*(*row[:-1], None if answer is None else Told(*answer)))
