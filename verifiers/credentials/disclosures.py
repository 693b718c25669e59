"""Selective disclosure (RFC 9901): puts what was disclosed back where the issuer left its digest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.wire import MOST_DEPTH, digest_text, from_base64url, read_json

MOST_DISCLOSURES = 256

NEVER_HIDDEN = frozenset({"iss", "aud", "exp", "nbf", "iat", "jti", "cnf", "vct", "status"})
"""Claims that decide whether a credential is good. An issuer who lets a holder leave them out has made it worthless
(RFC 9901, 9.7), so a disclosure of one is refused."""

_DIGESTS = "_sd"
_PLACEHOLDER = "..."
_ALGORITHM = "_sd_alg"
_RESERVED = frozenset({_DIGESTS, _PLACEHOLDER, _ALGORITHM})


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One disclosed value; `name` is None for an element of an array."""

    name: str | None = field(repr=False)
    value: object = field(repr=False)


def processed_claims(claims: Mapping[str, object], disclosed: Sequence[str]) -> dict[str, object]:
    """The claims with every disclosure in its place and no trace of digests (RFC 9901, 7.1, steps 3 to 5).

    `disclosed` are the disclosures as they were sent. Raises CredentialRefused: too_large if they are too many,
    algorithm if the issuer hashed with anything but SHA-256, malformed if one is no disclosure or nests too deep,
    disclosure if one is sent twice, is not asked for, clashes, or takes a reserved name or one of NEVER_HIDDEN.
    """
    if len(disclosed) > MOST_DISCLOSURES:
        raise CredentialRefused("too_large")
    if claims.get(_ALGORITHM, "sha-256") != "sha-256":
        raise CredentialRefused("algorithm")
    waiting = {digest_text(text.encode()): _read(text) for text in disclosed}
    if len(waiting) != len(disclosed):
        raise CredentialRefused("disclosure")
    opening = _Opening(waiting, set())
    opened = opening.opened_object({name: value for name, value in claims.items() if name != _ALGORITHM}, 1)
    # What stood openly is there twice over if it was disclosed too, which is a clash: so these names were hidden.
    if waiting or (opened.keys() - claims.keys()) & NEVER_HIDDEN:
        raise CredentialRefused("disclosure")
    return opened


def _read(text: str) -> Disclosure:
    match read_json(from_base64url(text)):
        case [str(), str() as name, value]:
            if name in _RESERVED:
                raise CredentialRefused("disclosure")
            return Disclosure(name, value)
        case [str(), value]:
            return Disclosure(None, value)
        case _:
            raise CredentialRefused("malformed")


@dataclass(slots=True)
class _Opening:
    """The work on one credential: the disclosures that still wait for their digest, and the digests met so far."""

    waiting: dict[str, Disclosure]
    met: set[str]

    def opened(self, value: object, depth: int) -> object:
        if depth > MOST_DEPTH:
            raise CredentialRefused("malformed")
        match value:
            case dict():
                return self.opened_object(value, depth)
            case list():
                return [item for element in value for item in self._opened_element(element, depth)]
            case _:
                return value

    def opened_object(self, node: Mapping[str, object], depth: int) -> dict[str, object]:
        digests = node.get(_DIGESTS, [])
        if _PLACEHOLDER in node or not isinstance(digests, list):
            raise CredentialRefused("disclosure")
        found = {name: self.opened(value, depth + 1) for name, value in node.items() if name != _DIGESTS}
        for digest in digests:
            disclosure = self._taken(digest)
            if disclosure is None:
                continue
            if disclosure.name is None or disclosure.name in found:
                raise CredentialRefused("disclosure")
            found[disclosure.name] = self.opened(disclosure.value, depth + 1)
        return found

    def _opened_element(self, element: object, depth: int) -> list[object]:
        """The element, or what its placeholder stands for: nothing, unless that was disclosed."""
        if not isinstance(element, dict) or _PLACEHOLDER not in element:
            return [self.opened(element, depth + 1)]
        if len(element) != 1:
            raise CredentialRefused("disclosure")
        disclosure = self._taken(element[_PLACEHOLDER])
        if disclosure is None:
            return []
        if disclosure.name is not None:
            raise CredentialRefused("disclosure")
        return [self.opened(disclosure.value, depth + 1)]

    def _taken(self, digest: object) -> Disclosure | None:
        if not isinstance(digest, str) or digest in self.met:
            raise CredentialRefused("disclosure")
        self.met.add(digest)
        return self.waiting.pop(digest, None)
