"""Who calls."""

from dataclasses import dataclass, field
from typing import Final, Literal

from decision_service.access.actions import TABLE, Action, Column, Scope

Kind = Literal["anonymous", "caller", "staff"]

DAY_SECONDS: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Rate:
    """How much may be asked: so many a second in the long run, so many at once."""

    per_second: float
    at_once: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """What somebody may ask in all, and about one person in one matter."""

    requests: Rate
    per_person: Rate


def a_day(count: int) -> Rate:
    """So many at once, and as many again in the course of a day."""
    return Rate(count / DAY_SECONDS, count)


USUAL: Final = Allowance(Rate(50.0, 200), a_day(20))
"""Where the access file says nothing else: a second's work of a small city, and more tries than a form ever takes."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who has shown who he is: a platform (caller) or a member of staff.

    `name` is the same whatever he showed it by, so that two keys of one person are one person. `scopes` narrow what the
    roles allow; None where nothing narrows it. Without an `allowance` nothing is counted.
    """

    name: str
    kind: Kind
    roles: frozenset[Column]
    scopes: frozenset[Scope] | None = None
    allowance: Allowance | None = field(default=None, compare=False)

    def may(self, action: Action) -> bool:
        """Whether the table gives him that action, and what he showed is good for it."""
        row = TABLE[action]
        return bool(row.whose & self.roles) and (self.scopes is None or row.scope in self.scopes)


ANONYMOUS: Final = Principal("platform", "anonymous", frozenset({"trial"}))
"""The one caller of a trial on a loopback address without an access file."""


class NotAuthenticatedError(Exception):
    """Nobody was shown to call. `shown`: something was, and it does not count; what of it was wrong is not told.

    `again_after`: seconds after which the same may count, since the keys of tokens are fetched no oftener; 0 for never.
    """

    def __init__(self, *, shown: bool, again_after: int = 0) -> None:
        super().__init__("what was shown does not count" if shown else "nothing was shown")
        self.shown = shown
        self.again_after = again_after
