"""From a token to evidence: format, issuer, key, holder, facts, status, reuse, in this order, by our own terms."""

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime

from verifiers.credentials.checker import Checker
from verifiers.credentials.checking import Unverified, read_credential
from verifiers.credentials.issuers import Issuers, Standing
from verifiers.credentials.keys import VerificationKey
from verifiers.credentials.keyset import Fetch, KeySet
from verifiers.credentials.presentations import PresentationBook
from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.standing import answer_of
from verifiers.credentials.statuses import StatusLists
from verifiers.credentials.suites import Suites
from verifiers.credentials.terms import Showing
from verifiers.credentials.verified import CredentialFormat, VerifiedCredential
from verifiers.deadline import Clock, Deadline
from verifiers.evidence import Evidence
from verifiers.verifier import Question, Shown


@dataclass(frozen=True, slots=True)
class Clocks:
    """The real time, with an offset, for signatures and status; the time of freshness, whose day may be pinned for a
    trial; and the seconds that deadlines are counted in."""

    real: Callable[[], datetime]
    judged_at: Callable[[], datetime]
    monotonic: Clock


@dataclass(frozen=True, slots=True)
class Ground:
    """What trust rests on: the operator's issuers, our name as wallets are told it, what we can verify, what was shown
    before."""

    issuers: Issuers
    our_name: str
    suites: Suites
    book: PresentationBook = field(repr=False)


class Trust:
    """Judges credentials. Its key sets and status lists are kept between them; one for a service."""

    def __init__(self, ground: Ground, fetch: Fetch, clocks: Clocks) -> None:
        """`fetch` reads an issuer's addresses."""
        self._ground = ground
        self._checker = Checker(ground.suites)
        # Of its own: while the book's disk hangs, the service's other threads have work to do.
        self._noting = ThreadPoolExecutor(1, "presentations")
        self._clocks = clocks
        self._keys = {
            name: KeySet(issuer.keys, fetch, clocks.monotonic) for name, issuer in ground.issuers.by_identifier.items()
        }
        self._statuses = StatusLists(fetch, ground.suites, clocks.real, clocks.monotonic)

    def close(self) -> None:
        """End what it has started."""
        self._checker.close()
        self._noting.shutdown(wait=True, cancel_futures=True)

    async def evidence(self, shown: Shown, question: Question, deadline: Deadline) -> Evidence:
        """What the credential states in answer to the question; it is used up by that, but for the same application.

        Raises CredentialRefused with the reason, and nothing else.
        """
        form = format_of(shown.token)
        unverified = read_credential(form, shown.token)
        issuer = self._ground.issuers.by_identifier.get(unverified.issuer or "")
        if issuer is None:
            raise CredentialRefused("issuer")
        standings = issuer.standings_for(question.register.name, form)
        if not standings:
            raise CredentialRefused("type")
        keys = self._keys[issuer.identifier]
        key = await keys.key(unverified.kid, deadline)
        credential, standing = await self._verified(unverified, key, standings, shown, question, deadline)
        evidence = answer_of(credential, standing, question, self._clocks.judged_at())
        await self._statuses.check(credential, issuer, keys, deadline)
        await self._take(credential, shown, deadline)
        digest = hashlib.sha256(shown.token.encode()).hexdigest()
        return replace(evidence, origin="credential", request_id=credential.credential_id, digest=digest)

    async def _verified(
        self,
        unverified: Unverified,
        key: VerificationKey,
        standings: tuple[Standing, ...],
        shown: Shown,
        question: Question,
        deadline: Deadline,
    ) -> tuple[VerifiedCredential, Standing]:
        """The credential as the one of the issuer's kinds that it is."""
        now = self._clocks.real()
        showing = Showing(now, self._ground.our_name, shown.challenge, question.subject)
        for standing in standings:
            try:
                found = await self._checker.verified(unverified, key, standing.terms, showing, deadline)
            except CredentialRefused as refused:
                if refused.word == "type" and standing is not standings[-1]:
                    continue  # of another kind of the same issuer
                raise
            if now - found.issued_at > standing.max_age:
                raise CredentialRefused("expired")
            # The issuer's clock may be a little ahead; what he said was right by now at the latest.
            return replace(found, issued_at=min(found.issued_at, now)), standing
        raise CredentialRefused("type")

    async def _take(self, credential: VerifiedCredential, shown: Shown, deadline: Deadline) -> None:
        # A bound one may be shown again over another challenge, which its holder must sign anew; any other is used up.
        used = credential.credential_id
        if credential.holder == "bound":
            used += f" {shown.challenge}"
        take, noted = self._ground.book.take, (used, shown.by, credential.expires_at, self._clocks.real())
        noting = asyncio.get_running_loop().run_in_executor(self._noting, take, *noted)
        try:
            await asyncio.wait_for(noting, deadline.remaining())
        except TimeoutError:
            raise CredentialRefused("reuse_unknown") from None


def format_of(token: str) -> CredentialFormat:
    """The format that a token is written in; whether it is well written is for that format to say."""
    if token.lstrip().startswith("{"):
        return "eddsa-jcs-2022"
    return "sd-jwt" if "~" in token else "jwt"
