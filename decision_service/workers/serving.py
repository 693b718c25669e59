"""A worker's service: what one process would serve from, with the keeper in the place of what it may not have alone."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import orjson

from decision_service.access.limits import Limits
from decision_service.casework.file import CaseworkFile
from decision_service.casework.office import Office
from decision_service.casework.projection import Projection, Reading
from decision_service.clock import ServiceClock
from decision_service.desk import Desk, Services
from decision_service.followups.checks import Checks
from decision_service.followups.file import FollowupFile
from decision_service.followups.turns import Turns
from decision_service.givingway import giving_way
from decision_service.http.admitting import admitting
from decision_service.http.asking import asking
from decision_service.http.following import late_answers
from decision_service.http.keeping import journal_store
from decision_service.http.service import second_engine
from decision_service.http.state import State
from decision_service.http.trusting import trusting
from decision_service.inforce import InForce
from decision_service.ledger.keyring import KeyRing
from decision_service.ledger.keys import load_or_create_key, load_or_create_master
from decision_service.ledger.opening import Record, open_store
from decision_service.ledger.writer import Ledger
from decision_service.policy.shelf import read_shelf
from decision_service.publishing import Publication, publish
from decision_service.readings.rete.process import SecondEngine
from decision_service.settings import Settings, read_settings
from decision_service.telemetry import Telemetry
from decision_service.workers.channel import LostError
from decision_service.workers.messages import Begin, Figures, FiguresAre
from decision_service.workers.records import FarCheckpoints, FarDocket, FarStore, Way
from decision_service.workers.sharing import Sharing
from decision_service.workers.told import Told
from verifiers.guard.guarded import GuardedVerifier
from verifiers.journal.journal import Journal


class OtherRulesError(Exception):
    """The rules folder does not hold the versions that are to decide."""


def published_alone(rules: Path, digests: Collection[str], before: Publication | None = None) -> Publication:
    """The versions of `digests` in a rules folder; what says the same as in `before` is taken from there. Raises
    PolicyProblems, OtherRulesError."""
    whole = publish(read_shelf(rules, before=None if before is None else before.shelf), before)
    versions = {
        matter: tuple(one for one in found if one.policy.digest in digests) for matter, found in whole.versions.items()
    }
    found = Publication(whole.catalogue, {matter: some for matter, some in versions.items() if some}, whole.marks)
    if {one.policy.digest for one in found} != set(digests):
        raise OtherRulesError("the rules folder does not hold the versions that are to decide")
    return found


@dataclass(slots=True)
class Served:
    """What a worker serves from. `prepared`: rules that are loaded and do not decide yet."""

    settings: Settings
    state: State
    verifier: GuardedVerifier
    engine: SecondEngine
    rules: Path
    prepared: Publication | None = field(default=None, init=False)
    _preparing: object = field(default=None, init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def prepare(self, digests: Collection[str]) -> None:
        """Load the versions of `digests`. Raises PolicyProblems, OtherRulesError, EngineUnavailable."""
        async with self._turn:
            await self._prepare(digests)

    async def _prepare(self, digests: Collection[str]) -> None:
        mine, now = object(), self.state.services.in_force.publication
        self.prepared, self._preparing = None, mine
        publication = await giving_way(partial(published_alone, self.rules, digests, now))
        await self.engine.reload(digests, [one.policy.digest for one in now])
        if self._preparing is mine:
            self.prepared = publication

    def switch(self) -> None:
        """What was prepared decides from now on."""
        if self.prepared is not None:
            publication, self.prepared = self.prepared, None
            self.state.services.in_force.swap(publication)

    def abandon(self) -> None:
        """Let go of what was prepared, or is being prepared."""
        self.prepared = self._preparing = None


@asynccontextmanager
async def served(begin: Begin, way: Way, told: Told) -> AsyncIterator[Served]:
    """What the worker serves from, for as long as the block runs. Raises what `http.service.opened` raises, and
    OtherRulesError."""
    settings = read_settings(orjson.loads(begin.settings), {})
    rules = Path(begin.rules)
    telemetry = Telemetry()
    publication = await asyncio.to_thread(published_alone, rules, begin.digests)
    registers = publication.catalogue.registers
    clock = ServiceClock(settings.as_of, told.now, is_trusted=told.is_trusted)
    in_force = InForce(publication)
    told.put(in_force)
    async with AsyncExitStack() as stack:
        record = _record(settings, way, stack)
        doorkeeper = await stack.enter_async_context(admitting(settings, clock))
        journal = Journal(journal_store(settings))
        stack.push_async_callback(asyncio.to_thread, journal.close)
        verifier = await stack.enter_async_context(asking(settings, registers, clock, telemetry, journal))
        counter = await stack.enter_async_context(trusting(settings, registers, clock, verifier))
        engine = await stack.enter_async_context(second_engine(rules))
        services = Services(
            in_force, record.ledger, record.ring.mark, counter, engine, clock, telemetry,
            verifier.measured, journal, told.has_room,
        )  # fmt: skip
        desk = _desk(settings, services, way, stack)
        office = _office(settings, services, stack)
        limits = Limits(clock.monotonic, begin.key, Sharing(way.tell).taken)

        async def figures() -> bytes:
            return await _figures(way)

        state = State(
            desk, record, office, begin.bundles, doorkeeper, limits, None, told, settings.most_in_flight, figures
        )
        yield Served(settings, state, verifier, engine, rules)


def _record(settings: Settings, way: Way, stack: AsyncExitStack) -> Record:
    files = settings.ledger_files
    signer = load_or_create_key(files.key)
    # A key that it remembered would outlive the person's erasure, which is the keeper's.
    ring = KeyRing(files.ring, load_or_create_master(files.master), remembered=0)
    stack.callback(ring.close)
    near = open_store(files, settings.log, signer, ring)
    ledger = Ledger(FarStore(near, way))
    stack.push_async_callback(asyncio.to_thread, ledger.close)
    return Record(ledger, FarCheckpoints(near, settings.log, signer, way), ring)


def _desk(settings: Settings, services: Services, way: Way, stack: AsyncExitStack) -> Desk:
    file = FollowupFile(FollowupFile.beside(settings.ledger))
    stack.callback(file.close)
    turns = Turns(late_answers(Checks(file), services))
    return Desk(services, turns, FarDocket(way), settings.most_in_flight)


def _office(settings: Settings, services: Services, stack: AsyncExitStack) -> Office:
    """For the cases of platforms; the lists are the keeper's, and staff's."""
    in_force = services.in_force
    file = CaseworkFile(CaseworkFile.beside(settings.ledger))
    stack.callback(file.close)
    reading = Reading(services.ledger, lambda: in_force.publication, b"", services.telemetry.fault)
    return Office(services.ledger, Projection(file, reading), lambda: in_force.publication, services.clock)


async def _figures(way: Way) -> bytes:
    """Raises LostError, which ends this process a moment later."""
    found = await way.ask(Figures)
    if not isinstance(found, FiguresAre):
        raise LostError("the keeper has no figures")
    return found.text
