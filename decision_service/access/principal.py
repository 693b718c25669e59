"""Who calls."""

from dataclasses import dataclass
from typing import Final, Literal

from decision_service.access.actions import TABLE, Action, Column, Scope

Kind = Literal["anonymous", "caller", "staff"]


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who has shown who he is: a platform (caller) or a member of staff.

    `name` is the same whatever he showed it by, so that two keys of one person are one person. `scopes` narrow what the
    roles allow; None where nothing narrows it.
    """

    name: str
    kind: Kind
    roles: frozenset[Column]
    scopes: frozenset[Scope] | None = None

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
