"""The docket (收件登记): which applications are in work just now, and how what was decided comes onto the record."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from decision_service.application import Application, InWorkError
from decision_service.inforce import InForce
from decision_service.ledger.entry import Entry, Recorded
from decision_service.ledger.writer import Ledger

Key = tuple[str, str]
"""An application: its caller and its number."""


@dataclass(frozen=True, slots=True)
class Rests:
    """What a decision rests on, and must still rest on when it comes onto the record: the day whose version of the
    rules decided, None where it is the version of an earlier decision, which holds whatever is in force; whether it is
    `referred` whatever was found, which nothing that is stopped forbids."""

    as_of: date | None
    referred: bool


class StoppedError(Exception):
    """What was stopped since the decision was made may not be decided by a machine: it is to be referred."""


class SupersededError(Exception):
    """Another version of the rules decides by now: the application is to be decided anew."""


class Docket(Protocol):
    """Which applications are in work.

    INVARIANT: an application, and a key, is before one desk at a time (tests/http/test_idempotency.py,
    tests/workers/test_together.py).
    """

    def taking(self, application: Application) -> AbstractAsyncContextManager[bool]:
        """The application and its key are before the desk for as long as the block runs. True where that had to be
        waited for: then look again for a record under its key. Raises InWorkError where they are before one already."""
        ...

    def is_deciding(self, key: Key) -> bool:
        """Whether that application is before a desk."""
        ...

    async def record(self, entry: Entry, rests: Rests) -> Recorded:
        """As `Ledger.append`; raises StoppedError or SupersededError where what the decision rests on is no more."""
        ...


class OwnDocket:
    """The docket of a process that has the ledger.

    INVARIANT: what is recorded rests on the version of the rules that is in force in the very turn of the event loop in
    which it joins the ledger's queue (tests/http/test_superseded.py, tests/workers/test_reload.py).
    """

    def __init__(self, ledger: Ledger, in_force: InForce) -> None:
        self._ledger = ledger
        self._in_force = in_force
        self._in_work: set[tuple[str, str, str]] = set()

    def taking(self, application: Application) -> AbstractAsyncContextManager[bool]:
        """See `Docket.taking`; nothing has to be waited for."""
        return _Taken(self, (application.caller, application.key, application.application_id))

    def take(self, caller: str, key: str, application_id: str) -> None:
        """From now on it is before a desk. Raises InWorkError."""
        claims = _claims(caller, key, application_id)
        if claims & self._in_work:
            raise InWorkError("this application is being decided; ask again with the same key")
        self._in_work |= claims

    def leave(self, caller: str, key: str, application_id: str) -> None:
        """It is before no desk any more."""
        self._in_work -= _claims(caller, key, application_id)

    def is_deciding(self, key: Key) -> bool:
        """See `Docket.is_deciding`."""
        return ("application", *key) in self._in_work

    def require_version(self, entry: Entry, rests: Rests) -> None:
        """Raises SupersededError where another version of the rules decides than that of an entry."""
        if rests.as_of is None:
            return
        published = self._in_force.publication.in_force(entry.matter, rests.as_of)
        if published is None or published.policy.digest != entry.policy_digest:
            raise SupersededError

    async def record(self, entry: Entry, rests: Rests) -> Recorded:
        """See `Docket.record`; what is stopped the desk has looked at in this very turn."""
        self.require_version(entry, rests)
        return await self._ledger.append(entry)


class _Taken(AbstractAsyncContextManager[bool]):
    """By hand: a generator's takes five times as long to go through."""

    def __init__(self, docket: OwnDocket, claimed: tuple[str, str, str]) -> None:
        self._docket, self._claimed = docket, claimed

    async def __aenter__(self) -> bool:
        self._docket.take(*self._claimed)
        return False

    async def __aexit__(self, *_: object) -> None:
        self._docket.leave(*self._claimed)


def _claims(caller: str, key: str, application_id: str) -> set[tuple[str, str, str]]:
    return {("key", caller, key), ("application", caller, application_id)}
