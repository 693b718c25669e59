"""Releases of rules (P23): an analyst proposes what the rules folder holds, another person approves those very digests,
both engines agree on generated cases, and all of it is put in force at once, or nothing is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from decision_service.control.approvals import Release, releases
from decision_service.control.candidate import Candidate, read_candidate
from decision_service.control.copies import RulesCopies
from decision_service.control.records import RELEASE_APPROVED, RELEASE_PROPOSED, new_number, said_of, step
from decision_service.control.signs import ControlSigns
from decision_service.control.switch import SamePersonError, is_same
from decision_service.gate import GateError, pass_gate
from decision_service.givingway import giving_way
from decision_service.inforce import InForce
from decision_service.ledger.writer import Ledger
from decision_service.policy.shelf import Shelf
from decision_service.publishing import Publication, publish
from decision_service.source import PolicyProblems

Renew = Callable[[Collection[str]], Awaitable[None]]
"""Has the second engine read the rules anew; returns when it knows the versions of these digests, else raises."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where releases come from and what they must pass: copies of the rules folder, the gate's certificates and number
    of cases, and whether illustrative rules may decide."""

    copies: RulesCopies
    certificates: Path
    gate_cases: int
    takes_illustrative: bool


class NoSuchReleaseError(Exception):
    """None of that number was proposed."""


class NothingToReleaseError(Exception):
    """The rules folder holds what is in force."""


class ReleaseChangedError(Exception):
    """The rules folder, or what was sent for approval, is not what was proposed."""


class ReleaseSettledError(Exception):
    """It was approved before, and is in force or was followed by another."""


class NotTakenUpError(Exception):
    """A process that decides could not load the new rules, so what decided goes on in all of them. The text says why,
    and names no person."""


class NeedsRestartError(Exception):
    """Registers were added or changed, and they are connected at the start alone."""


class IllustrativeError(Exception):
    """In production, illustrative rules decide nothing."""


class Releases:
    """The releases of one process. Used from its event loop; files are read and versions compiled beside it."""

    def __init__(
        self, ground: Ground, in_force: InForce, ledger: Ledger, now: Callable[[], datetime], signs: ControlSigns,
        renew: Renew,
    ) -> None:  # fmt: skip
        self._ground = ground
        self._in_force = in_force
        self._ledger = ledger
        self._now = now
        self._signs = signs
        self._renew = renew
        self._turn = asyncio.Lock()

    def on_record(self) -> tuple[Release, ...]:
        """All releases, the newest first. Raises LedgerError."""
        return tuple(reversed(releases(self._ledger).values()))

    async def propose(self, by: str) -> Release:
        """`by` proposes what the rules folder holds. Raises NothingToReleaseError, NeedsRestartError,
        IllustrativeError, PolicyProblems, LedgerError."""
        async with self._turn:
            async with self._copy() as copy:
                candidate = await self._read(copy)
            if not candidate.versions:
                raise NothingToReleaseError
            number, at = new_number("REL"), self._now().isoformat(timespec="milliseconds")
            said: dict[str, object] = {
                "release": number,
                "by": by,
                "at": at,
                "content": candidate.content,
                "versions": [one.as_json() for one in candidate.versions],
                "digests": list(candidate.digests),
            }
            recorded = await self._ledger.append(step(RELEASE_PROPOSED, number, by, at, said))
            self._signs.release("proposed")
            return Release(number, said_of(recorded))

    async def approve(self, number: str, digests: Collection[str], by: str) -> Release:
        """`by`, another than who proposed, approves exactly `digests`; returns when they are in force.

        Raises as `propose`, and NoSuchReleaseError, ReleaseSettledError, SamePersonError, ReleaseChangedError,
        GateError, NotTakenUpError, and whatever the second engine raises when it can't read the rules; then what
        decided goes on.
        """
        async with self._turn:
            found = self._proposed(number, by)
            async with self._copy() as copy:
                return await self._approved(found, copy, digests, by)

    async def _approved(self, found: Release, copy: Path, digests: Collection[str], by: str) -> Release:
        candidate = await self._read(copy)
        if candidate.content != found.content or sorted(digests) != list(candidate.digests):
            raise ReleaseChangedError
        if not candidate.versions and found.approved_by is not None:
            raise ReleaseSettledError
        publication = await self._passed(copy, candidate.shelf)
        at = self._now().isoformat(timespec="milliseconds")
        said: dict[str, object] = {"release": found.number, "by": by, "at": at, "whole": candidate.whole}
        await self._ledger.append(step(RELEASE_APPROVED, new_number("APP"), by, at, said))
        with self._ground.copies.trying(copy):
            await self._renew([policy.digest for policy in candidate.shelf.policies()])
        # At once and whole: a decision took the publication before or takes it after, and mixes nothing (P12).
        self._in_force.swap(publication)
        self._signs.without_approval(())
        self._signs.release("approved")
        return Release(found.number, found.said, by, at)

    @asynccontextmanager
    async def _copy(self) -> AsyncIterator[Path]:
        """The rules folder as it is now, kept if it comes in force."""
        copies = self._ground.copies
        try:
            copy = await asyncio.to_thread(copies.take)
        except PolicyProblems:
            self._signs.release("refused")
            raise
        try:
            yield copy
        finally:
            # Hundreds of files: beside those who are being served.
            await asyncio.to_thread(copies.tidy)

    def _proposed(self, number: str, by: str) -> Release:
        """The release, if `by` may approve it: only the last proposal stands for what the folder holds."""
        known = releases(self._ledger)
        if number not in known:
            raise NoSuchReleaseError
        found = known[number]
        if is_same(found.proposed_by, by):
            raise SamePersonError
        if number != next(reversed(known)):
            raise ReleaseSettledError if found.approved_by is not None else ReleaseChangedError
        return found

    async def _read(self, copy: Path) -> Candidate:
        try:
            candidate = await giving_way(partial(read_candidate, copy, self._in_force.publication))
        except PolicyProblems:
            self._signs.release("refused")
            raise
        if candidate.shelf.catalogue.registers != self._in_force.publication.catalogue.registers:
            raise NeedsRestartError
        if not self._ground.takes_illustrative and any(one.illustrative for one in candidate.shelf.policies()):
            raise IllustrativeError
        return candidate

    async def _passed(self, copy: Path, shelf: Shelf) -> Publication:
        """The publication, once both engines agree on every version of it. Raises GateError."""
        ground = self._ground
        policies = list(shelf.policies())
        try:
            await asyncio.to_thread(pass_gate, copy, policies, ground.certificates, cases=ground.gate_cases)
        except GateError:
            self._signs.release("refused")
            raise
        return await giving_way(partial(publish, shelf, self._in_force.publication))
