"""The doorkeeper: from what a request shows to who calls. Whatever is wrong, the refusal is the same."""

import hmac
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from decision_service.access.actions import Scope
from decision_service.access.certificates import read_certificate
from decision_service.access.keys import PREFIX, StoredKey, digest_of, read_key
from decision_service.access.listed import Listed, Member
from decision_service.access.principal import ANONYMOUS, NotAuthenticatedError, Principal
from decision_service.access.tokens import Tokens
from verifiers.frozen import quickly_made

_SCHEME: Final = "bearer "
_NOBODYS: Final = digest_of("")


@quickly_made
@dataclass(frozen=True, slots=True)
class Proof:
    """What a request shows: its Authorization and Client-Cert headers, and the address that it comes from."""

    authorizations: tuple[str, ...] = field(default=(), repr=False)
    certificates: tuple[str, ...] = field(default=(), repr=False)
    peer: str = ""


class Doorkeeper:
    """Knows who may come in. Without an access file everybody is the one anonymous caller of a trial."""

    def __init__(self, listed: Listed | None, tokens: Tokens | None, now: Callable[[], datetime]) -> None:
        """`now` is the real time, by which keys and certificates expire."""
        self._listed = listed
        self._tokens = tokens
        self._now = now
        members = [] if listed is None else list(listed.members.values())
        self._keys = {key.key_id: (one, key) for one in members for key in one.keys}
        self._marks = {mark: one for one in members for mark in (*one.thumbprints, *one.subjects)}

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody has to show anything."""
        return self._listed is None

    @property
    def has_staff(self) -> bool:
        """Whether anybody could use the control plane."""
        return self._listed is not None and self._listed.has_staff

    async def principal(self, proof: Proof) -> Principal:
        """Who calls. Raises NotAuthenticatedError; where two proofs are shown, both must be of the same one."""
        listed = self._listed
        if not proof.authorizations and not proof.certificates:
            if listed is None:
                return ANONYMOUS
            raise NotAuthenticatedError(shown=False)
        if listed is None or len(proof.authorizations) > 1 or len(proof.certificates) > 1:
            raise NotAuthenticatedError(shown=True)
        by_certificate = self._by_certificate(listed, proof) if proof.certificates else None
        if not proof.authorizations:
            if by_certificate is None:
                raise NotAuthenticatedError(shown=True)
            return _principal(by_certificate, None)
        found = await self._by_bearer(proof.authorizations[0])
        if by_certificate is not None and by_certificate.name != found.name:
            raise NotAuthenticatedError(shown=True)
        return found

    async def _by_bearer(self, header: str) -> Principal:
        if header[: len(_SCHEME)].lower() != _SCHEME:
            raise NotAuthenticatedError(shown=True)
        text = header[len(_SCHEME) :]
        if text.startswith(PREFIX) or self._tokens is None:
            return self._by_key(text)
        return await self._tokens.principal(text)

    def _by_key(self, text: str) -> Principal:
        shown = read_key(text)
        member, stored = self._keys.get("" if shown is None else shown.key_id, (None, None))
        # The same work for a key that is not listed as for one that is: how long it takes tells nothing.
        digest = digest_of("" if shown is None else shown.secret)
        is_right = hmac.compare_digest(digest, _NOBODYS if stored is None else stored.digest)
        if member is None or stored is None or not is_right or not self._counts(stored):
            raise NotAuthenticatedError(shown=True)
        return _principal(member, stored.scopes)

    def _counts(self, stored: StoredKey) -> bool:
        return self._now() < stored.expires

    def _by_certificate(self, listed: Listed, proof: Proof) -> Member:
        """Told by a proxy that the operator trusts; from anybody else it is a forgery, and refused whatever it says."""
        try:
            peer = ipaddress.ip_address(proof.peer)
        except ValueError:
            raise NotAuthenticatedError(shown=True) from None
        certificate = None
        if any(peer in network for network in listed.proxies):
            certificate = read_certificate(proof.certificates[0], self._now())
        if certificate is None:
            raise NotAuthenticatedError(shown=True)
        found = self._marks.get(certificate.thumbprint) or self._marks.get(certificate.subject)
        if found is None:
            raise NotAuthenticatedError(shown=True)
        return found


def _principal(member: Member, scopes: frozenset[Scope] | None) -> Principal:
    return Principal(member.name, member.kind, frozenset(member.roles), scopes, member.allowance)
