"""What the search for the nearest change comes to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

from decision_service.outcome import Outcome
from decision_service.policy.shape import Bilingual

Sort: TypeAlias = Literal["form", "fact", "day"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to change: a field of the form, what a register states (`register.fact`), or the day (`as_of`).
    `value` is the JSON that would stand there; `text` says what to do."""

    sort: Sort
    name: str
    value: object = field(repr=False)
    text: Bilingual


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a better outcome: all its steps together lead there. `as_of`, `form` and `facts` are the application
    that was decided again; `days` are those of waiting, 0 for none."""

    outcome: Outcome
    steps: tuple[Step, ...]
    days: int
    as_of: date
    form: Mapping[str, object] = field(repr=False)
    facts: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Nearest:
    """The ways, nearest first: of fewest steps, then of the shortest wait; no way contains all steps of an earlier one.

    `proved`: that there is no way but these, or, with `ways` empty, none at all among what can be changed; false where
    the time was over before that was known. `looked_at` are the names of what can be changed.
    """

    ways: tuple[Way, ...]
    proved: bool
    looked_at: tuple[str, ...]
