"""Tokens (JWT, RFC 9068 and 8725) of the issuers that the access file lists: verified, and read as a principal."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from decision_service.access.lines import NAME
from decision_service.access.listed import Listed, TokenIssuer
from decision_service.access.principal import NotAuthenticatedError, Principal
from verifiers.credentials.jwt import JwtTerms, read_jwt, text_claim, verified_claims
from verifiers.credentials.keyset import MIN_REFRESH, Fetch, KeySet
from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.suites import signature_suites
from verifiers.deadline import Clock, Deadline

LARGEST_TOKEN: Final = 8 * 1024
KEY_SECONDS: Final = 2.0
"""How long a request waits for an issuer's keys at most."""

AGAIN_SECONDS: Final = int(MIN_REFRESH)
"""When a token that was refused is worth showing again: if its key counts, it is known by then."""

_REQUIRED: Final = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat"})


class Tokens:
    """Judges tokens. Keeps each issuer's keys, and fetches them no oftener than the key sets allow (P27)."""

    def __init__(self, listed: Listed, fetch: Fetch, now: Callable[[], datetime], monotonic: Clock) -> None:
        """`fetch` reads an issuer's pinned address; `now` is the real time."""
        self._listed = listed
        self._now = now
        self._clock = monotonic
        algorithms = {algorithm for one in listed.issuers.values() for algorithm in one.algorithms}
        self._suites = signature_suites(algorithms)
        self._members = {name.casefold(): one for name, one in listed.members.items()}
        self._keys = {name: KeySet(one.source, fetch, monotonic) for name, one in listed.issuers.items()}

    async def principal(self, text: str) -> Principal:
        """Whom a token speaks of. Raises NotAuthenticatedError, whatever is wrong with it."""
        try:
            token = read_jwt(text, LARGEST_TOKEN)
            issuer = self._listed.issuers.get(token.issuer or "")
            if issuer is None:
                raise NotAuthenticatedError(shown=True, again_after=AGAIN_SECONDS)
            key = await self._keys[issuer.identifier].key(token.kid, Deadline.after(KEY_SECONDS, self._clock))
            terms = JwtTerms(issuer.typ, self._listed.audience, _REQUIRED)
            claims = verified_claims(token, key, terms, self._suites, self._now())
            return self._principal(issuer, claims)
        except CredentialRefused:
            raise NotAuthenticatedError(shown=True, again_after=AGAIN_SECONDS) from None

    def _principal(self, issuer: TokenIssuer, claims: Mapping[str, object]) -> Principal:
        """A caller must be listed, and so must be that this issuer speaks for it: names keep callers apart. Staff need
        not be, but nobody can come by a token as somebody who is listed and does not name its issuer."""
        name = text_claim(claims, "sub") or ""
        member = self._members.get(name.casefold())
        is_his = member is not None and member.kind == issuer.kind and issuer.identifier in member.issuers
        if not (is_his or (member is None and issuer.kind == "staff")) or not NAME.fullmatch(name):
            raise NotAuthenticatedError(shown=True, again_after=AGAIN_SECONDS)
        stated = _at(claims, issuer.claim)
        values = stated if isinstance(stated, list) else [stated]
        roles = {issuer.roles[one] for one in values if isinstance(one, str) and one in issuer.roles}
        allowance = issuer.allowance if member is None else member.allowance
        return Principal(name if member is None else member.name, issuer.kind, frozenset(roles), None, allowance)


def _at(claims: Mapping[str, object], path: tuple[str, ...]) -> object:
    found: object = claims
    for part in path:
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
