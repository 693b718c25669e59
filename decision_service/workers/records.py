"""The record as a worker has it: read from where it lies, written by the keeper alone."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import assert_never, cast

import orjson

from decision_service.application import Application, InWorkError
from decision_service.docket import Key, Rests, StoppedError, SupersededError
from decision_service.ledger.checkpoints import Checkpoints
from decision_service.ledger.entry import Entry, Recorded, canonical
from decision_service.ledger.errors import KeyConflictError, LedgerBusyError, LedgerFaultError, RecordTakenError
from decision_service.ledger.keys import Signer
from decision_service.ledger.store import BothStores, Query, Refusal, StoredCheckpoint
from decision_service.mandate import read_agent
from decision_service.workers.channel import Channel, LostError
from decision_service.workers.messages import (
    Append,
    Appended,
    Asked,
    Checkpoint,
    Claim,
    Done,
    Refused,
    Release,
    Reply,
    Stands,
    ToWorker,
    Why,
)

Way = Channel[ToWorker]
"""The worker's end of the way to the keeper."""


class FarDocket:
    """The docket of a worker: the keeper's."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self._claims: dict[Key, int] = {}
        self._open: set[int] = set()

    @asynccontextmanager
    async def taking(self, application: Application) -> AsyncIterator[bool]:
        """See `Docket.taking`: another worker may have had it until a moment ago."""
        claim = _claim(self._way.next_number(), application)
        place = (application.caller, application.key)
        self._open.add(claim.number)
        try:
            await self._take(claim)
            self._claims[place] = claim.number
            yield True
        finally:
            if self._claims.get(place) == claim.number:
                del self._claims[place]
            if claim.number in self._open:  # refused and recorded ones are over already
                self._open.remove(claim.number)
                self._way.tell(Release(claim.number))

    async def _take(self, claim: Claim) -> None:
        try:
            reply = await self._way.asking(claim)
        except LostError:
            raise InWorkError("this application can't be decided just now; ask again with the same key") from None
        if isinstance(reply, Refused):
            self._open.discard(claim.number)
            raise InWorkError("this application is being decided; ask again with the same key")

    def is_deciding(self, key: Key) -> bool:  # noqa: ARG002 - asked where late checks are made: in the keeper alone
        """See `Docket.is_deciding`."""
        return False

    async def record(self, entry: Entry, rests: Rests) -> Recorded:
        """See `Docket.record`."""
        claim = self._claims.get((entry.caller, entry.key), 0)
        as_of = "" if rests.as_of is None else rests.as_of.isoformat()
        recorded = await appended(self._way, entry, claim, as_of, referred=rests.referred)
        self._open.discard(claim)
        return recorded


async def appended(way: Way, entry: Entry, claim: int = 0, as_of: str = "", *, referred: bool = False) -> Recorded:
    """As `Docket.record`, by the keeper."""
    try:
        reply = await way.ask(lambda number: Append(number, entry, claim, as_of, referred))
    except LostError:
        raise LedgerFaultError("ledger: whoever writes it is gone") from None
    match reply:
        case Appended():
            link = (reply.log, reply.index, reply.previous, reply.leaf, reply.signature, reply.public_key)
            return Recorded(*link, entry, reply.envelope)
        case Stands():
            return reply.recorded
        case Refused():
            raise _refusal(reply.why, reply.text)
        case _:
            raise LedgerFaultError("ledger: whoever writes it said what it must not say")


class FarStore:
    """A `Store` and `TreeStore` whose entries the keeper writes; `near` is where they lie, for looking up."""

    def __init__(self, near: BothStores, way: Way) -> None:
        """Belongs to the running event loop, and is written to from other threads."""
        self._near, self._way = near, way
        self._loop = asyncio.get_running_loop()

    def append(self, entries: Sequence[Entry]) -> list[Recorded | Refusal]:
        """See `Store.append`."""
        return [self._append(one) for one in entries]

    def _append(self, entry: Entry) -> Recorded | Refusal:
        try:
            return asyncio.run_coroutine_threadsafe(appended(self._way, entry), self._loop).result()
        except KeyConflictError:
            return Refusal.KEY_CONFLICT
        except RecordTakenError:
            return Refusal.RECORD_TAKEN
        except LedgerBusyError as error:
            raise LedgerFaultError(*error.args) from None

    def find(self, query: Query) -> tuple[Recorded, ...]:
        """See `Store.find`."""
        return self._near.find(query)

    def read(self, start: int, count: int) -> tuple[Recorded, ...]:
        """See `Store.read`."""
        return self._near.read(start, count)

    def subjects_before(self, before: str, after: bytes, most: int) -> list[bytes]:
        """See `Store.subjects_before`."""
        return self._near.subjects_before(before, after, most)

    def close(self) -> None:
        """See `Store.close`."""
        self._near.close()


class FarCheckpoints(Checkpoints):
    """Checkpoints that the keeper makes."""

    def __init__(self, near: BothStores, log: str, signer: Signer, way: Way) -> None:
        """Belongs to the running event loop, and is asked from other threads."""
        super().__init__(near, log, signer)
        self._near, self._way = near, way
        self._loop = asyncio.get_running_loop()

    def advance(self) -> StoredCheckpoint | None:
        """See `Checkpoints.advance`."""
        asked = asyncio.run_coroutine_threadsafe(self._ask(), self._loop)
        if not isinstance(asked.result(), Done):
            raise LedgerFaultError("ledger: a checkpoint can't be made")
        return self._near.last_checkpoint()

    async def _ask(self) -> Reply:
        try:
            return await self._way.ask(lambda number: cast("Asked", Checkpoint(number)))
        except LostError:
            raise LedgerFaultError("ledger: whoever writes it is gone") from None


def _claim(number: int, application: Application) -> Claim:
    agent = None if application.agent is None else application.agent.as_json()
    return Claim(
        number,
        application.caller,
        application.key,
        application.application_id,
        application.matter,
        application.channel,
        canonical({"form": application.form, "agent": agent}),
        dict(application.credentials),
    )


def application_of(claim: Claim) -> Application:
    """The application that was claimed."""
    content = orjson.loads(claim.content)
    agent = None if content["agent"] is None else read_agent(content["agent"])
    who = (claim.caller, claim.key, claim.application_id, claim.matter, claim.channel)
    return Application(*who, content["form"], claim.credentials, agent)


def _refusal(why: Why, text: str) -> Exception:
    match why:
        case "stopped":
            return StoppedError()
        case "superseded":
            return SupersededError()
        case "key_conflict":
            return KeyConflictError(text)
        case "record_taken":
            return RecordTakenError(text)
        case "busy":
            return LedgerBusyError(text)
        case "fault" | "in_work":
            return LedgerFaultError(text)
        case _:
            assert_never(why)
