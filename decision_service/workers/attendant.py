"""What the keeper does for one worker: its claims, its entries; and what becomes of them when it is lost."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import date
from typing import Any, assert_never

from decision_service.application import InWorkError, TurnedAwayError
from decision_service.deciding import stopped
from decision_service.decision import WORKER_LOST
from decision_service.docket import OwnDocket, Rests, SupersededError
from decision_service.http.state import State
from decision_service.ledger.entry import DECISION, Recorded
from decision_service.ledger.errors import KeyConflictError, LedgerBusyError, LedgerError, RecordTakenError
from decision_service.workers.channel import Channel
from decision_service.workers.messages import (
    Append,
    Appended,
    Asked,
    Checkpoint,
    Claim,
    Done,
    Figures,
    FiguresAre,
    Heard,
    Refused,
    Release,
    Reply,
    Standing,
    Stands,
    ToKeeper,
    Took,
    Why,
)
from decision_service.workers.records import application_of


@dataclass(frozen=True, slots=True)
class Keeping:
    """What the keeper has for all workers: `figures` are those of the whole service, `shared` tells the others what one
    has taken out of the limits, `referred` counts the applications that a lost worker left, `stands` says how things
    stand now."""

    state: State
    docket: OwnDocket
    figures: Callable[[], Awaitable[bytes]]
    shared: Callable[["Attendant", Took], None]
    referred: Callable[[], None]
    stands: Callable[[], Standing]


class Attendant:
    """The keeper's side of one worker. `heard` is the last tick that the worker's event loop has told of.

    INVARIANT: what is recorded for a worker rests on the rules, the suspensions and the clock as they are in the very
    turn in which it joins the ledger's queue (tests/workers/test_reload.py, tests/workers/test_suspending.py).
    """

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping
        self._claims: dict[int, Claim] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.heard = 0
        self.up: asyncio.Event = asyncio.Event()
        self.lost: asyncio.Event = asyncio.Event()
        self.way: Channel[ToKeeper] = Channel(ToKeeper, self._hear, self.lost.set)

    async def refer_all(self) -> None:
        """The worker is lost, and everything that it said was heard: what it was deciding goes to an officer."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        for claim in list(self._claims.values()):
            await self._refer(claim)
            self._leave(claim.number)

    async def _refer(self, claim: Claim) -> None:
        services = self._keeping.state.services
        try:
            await self._keeping.state.desk.refer(application_of(claim), WORKER_LOST)
        except TurnedAwayError as error:
            # No record, and no answer either: whoever asks again under the same key is served anew.
            services.telemetry.fault("refer", error)
        except Exception as error:  # noqa: BLE001 - one application's trouble is not that of the others
            services.telemetry.fault("refer", error)
        else:
            self._keeping.referred()

    def _hear(self, message: ToKeeper) -> None:
        match message:
            case Heard():
                self.heard = max(self.heard, message.tick)
                if message.up:
                    self.up.set()
            case Claim():
                self._claim(message)
            case Release():
                self._leave(message.claim)
            case Append():
                self._work(self._answered(message, self._append(message)))
            case Checkpoint():
                self._work(self._answered(message, self._checkpoint(message)))
            case Figures():
                self._work(self._answered(message, self._figures(message)))
            case Took():
                self._keeping.shared(self, message)
            case Done() | Refused():
                pass  # answers go to those who asked
            case _:
                assert_never(message)

    def _claim(self, claim: Claim) -> None:
        if self._keeping.state.desk.turns.is_under_way((claim.caller, claim.application_id)):
            self._work(self._answered(claim, self._claim_later(claim)))
        else:
            self._take(claim)

    async def _claim_later(self, claim: Claim) -> None:
        if await self._keeping.state.desk.turns.landed((claim.caller, claim.application_id)):
            self._take(claim)
        else:
            self._refuse(claim.number, "in_work", "a check for this application is under way")

    def _take(self, claim: Claim) -> None:
        try:
            self._keeping.docket.take(claim.caller, claim.key, claim.application_id)
        except InWorkError as error:
            self._refuse(claim.number, "in_work", str(error))
        else:
            self._claims[claim.number] = claim
            self.way.tell(Done(claim.number))

    def _leave(self, number: int) -> None:
        claim = self._claims.pop(number, None)
        if claim is not None:
            self._keeping.docket.leave(claim.caller, claim.key, claim.application_id)

    async def _append(self, message: Append) -> None:
        state, entry = self._keeping.state, message.entry
        forbidden = self._forbidden(message)
        if forbidden is not None:
            # First what it does not know yet: the clock may have lost trust since the last tick.
            self.way.tell(self._keeping.stands())
            self._refuse(message.number, forbidden, "what it rests on is no more")
            return
        try:
            # From the look above to the ledger's queue nothing is waited for.
            recorded = await state.services.ledger.append(entry)
        except LedgerError as error:
            self._refuse(message.number, _why(error), str(error))
            return
        self._leave(message.claim)
        state.desk.turns.wake()
        self.way.tell(_reply(message, recorded))

    def _forbidden(self, message: Append) -> Why | None:
        """Why an entry may not be recorded as it is, in this very turn."""
        services, entry = self._keeping.state.services, message.entry
        if entry.kind != DECISION:
            return None
        as_of = date.fromisoformat(message.as_of) if message.as_of else None
        try:
            self._keeping.docket.require_version(entry, Rests(as_of, message.referred))
        except SupersededError:
            return "superseded"
        return "stopped" if not message.referred and stopped(services, entry.matter) is not None else None

    async def _checkpoint(self, message: Checkpoint) -> None:
        try:
            await asyncio.to_thread(self._keeping.state.record.checkpoints.advance)
        except (LedgerError, ValueError) as error:
            self._keeping.state.services.telemetry.fault("checkpoint", error)
            self._refuse(message.number, "fault", "a checkpoint can't be made")
        else:
            self.way.tell(Done(message.number))

    async def _figures(self, message: Figures) -> None:
        self.way.tell(FiguresAre(message.number, await self._keeping.figures()))

    async def _answered(self, message: Asked, doing: Coroutine[Any, Any, None]) -> None:
        """Whatever happens, the worker does not wait for ever."""
        try:
            await doing
        except Exception as error:  # noqa: BLE001 - it is counted here and told there
            self._keeping.state.services.telemetry.fault("attend", error)
            self._refuse(message.number, "fault", type(error).__name__)

    def _refuse(self, number: int, why: Why, text: str) -> None:
        self.way.tell(Refused(number, why, text))

    def _work(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _reply(message: Append, recorded: Recorded) -> Reply:
    if recorded.entry is not message.entry:
        return Stands(message.number, recorded)
    link = (recorded.log, recorded.index, recorded.previous, recorded.leaf, recorded.signature, recorded.public_key)
    return Appended(message.number, *link, recorded.envelope)


def _why(error: LedgerError) -> Why:
    match error:
        case KeyConflictError():
            return "key_conflict"
        case RecordTakenError():
            return "record_taken"
        case LedgerBusyError():
            return "busy"
        case _:
            return "fault"
