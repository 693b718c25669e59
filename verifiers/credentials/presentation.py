"""Credentials in place of registers (RQ-B3): a link of the chain of verifiers, before all that asks registers."""

from dataclasses import replace

from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.trust import Trust
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.verifier import Question, Shown, Verifier, known_of

MOST_SECONDS = 1.0
"""What judging a credential may take, fetches of keys and lists included, …"""

SHARE = 0.4
"""… and the share of the time left, so that the register can still be asked if it is refused."""


class CredentialVerifier:
    """Answers from the credential that is shown; where none is, or it is refused, the question goes on as it is.

    A credential that is taken spares the question: the register does not learn that it was needed.
    """

    def __init__(self, beyond: Verifier, trust: Trust | None) -> None:
        """`trust` is None where no issuer's credentials are taken; then each is refused as of an unknown issuer."""
        self._beyond = beyond
        self._trust = trust

    async def ask(self, question: Question, deadline: Deadline) -> Evidence:
        """What the credential or the register says, at the latest by `deadline`."""
        shown = question.credential
        if shown is None:
            return await self._beyond.ask(question, deadline)
        started = deadline.clock()
        try:
            evidence = await self._judged(shown, question, deadline)
        except CredentialRefused as refused:
            asked = await self._beyond.ask(replace(question, credential=None), deadline)
            evidence = replace(asked, credential=refused.word)
        return replace(evidence, elapsed_ms=round((deadline.clock() - started) * 1000))

    def known(self, question: Question) -> Evidence | None:
        """What those beyond know; a credential is always judged."""
        return known_of(self._beyond, question) if question.credential is None else None

    async def _judged(self, shown: Shown, question: Question, deadline: Deadline) -> Evidence:
        if self._trust is None:
            raise CredentialRefused("issuer")
        limit = deadline.at_most(min(MOST_SECONDS, deadline.remaining() * SHARE))
        return await self._trust.evidence(shown, question, limit)
