"""JSON Web Tokens (RFC 7519, 8725): the signature, the type, and the registered claims, by terms that we set."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from verifiers.credentials.jws import LARGEST_CREDENTIAL, CompactJws, check_signature, check_typ, read_jws
from verifiers.credentials.keys import VerificationKey
from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.suites import Suites
from verifiers.credentials.terms import LEEWAY_SECONDS
from verifiers.credentials.wire import read_object

_LAST_SECOND = 253_402_300_799
"""The end of the year 9999, which no calendar here goes beyond."""


@dataclass(frozen=True, slots=True)
class UnverifiedJwt:
    """A token taken apart. `issuer` and `kid` serve to find the key, and for nothing else before verification."""

    jws: CompactJws
    claims: Mapping[str, object] = field(repr=False)

    @property
    def issuer(self) -> str | None:
        """Who the token says has issued it, if it does. Raises CredentialRefused (claims) if that is no text."""
        return text_claim(self.claims, "iss")

    @property
    def kid(self) -> str | None:
        """The key that the token says has signed it, if it does. Raises CredentialRefused (header)."""
        return self.jws.kid


@dataclass(frozen=True, slots=True)
class JwtTerms:
    """What is asked of a token besides its signature.

    `typ` is the header's media type without "application/". `audience` must be among `aud`; None if the token may
    address nobody. `required` claims must be there. Who may issue it is not said here: it is the key's issuer.
    """

    typ: str
    audience: str | None = None
    required: frozenset[str] = frozenset({"iss", "iat", "exp"})


def read_jwt(text: str, largest: int = LARGEST_CREDENTIAL) -> UnverifiedJwt:
    """Take a token of at most `largest` characters apart. Raises CredentialRefused: too_large, malformed, header."""
    jws = read_jws(text, largest)
    return UnverifiedJwt(jws, read_object(jws.payload))


def verified_claims(
    token: UnverifiedJwt, key: VerificationKey, terms: JwtTerms, suites: Suites, now: datetime
) -> Mapping[str, object]:
    """The claims of a token that `key` signed and that meets `terms` at `now`.

    Raises CredentialRefused: algorithm, key_unknown, signature, type, issuer, audience, claims, expired, not_yet_valid,
    issued_in_future.
    """
    check_signature(token.jws, key, suites)
    check_typ(token.jws, terms.typ)
    check_claims(token.claims, key, terms, now)
    return token.claims


def check_claims(claims: Mapping[str, object], key: VerificationKey, terms: JwtTerms, now: datetime) -> None:
    """Return if the registered claims meet `terms`. Raises CredentialRefused as verified_claims does."""
    if not terms.required <= claims.keys():
        raise CredentialRefused("claims")
    if text_claim(claims, "iss") not in {None, key.issuer}:
        raise CredentialRefused("issuer")
    _check_audience(claims, terms.audience)
    check_times(claims, now)


def _check_audience(claims: Mapping[str, object], audience: str | None) -> None:
    found = claims.get("aud")
    addressed = [found] if isinstance(found, str) else found
    if addressed is None and audience is None:
        return
    # A token for somebody is not for us unless it says so, even if we expected one for nobody (RFC 7519, 4.1.3).
    if not isinstance(addressed, list) or audience is None or audience not in addressed:
        raise CredentialRefused("audience")


def check_times(claims: Mapping[str, object], now: datetime) -> None:
    """Return if `now` lies within `exp`, `nbf` and `iat`, give or take a minute, as far as they are there.

    Raises CredentialRefused: claims, expired, not_yet_valid, issued_in_future.
    """
    instant = now.timestamp()
    expires, not_before, issued = (time_claim(claims, name) for name in ("exp", "nbf", "iat"))
    if expires is not None and instant >= expires + LEEWAY_SECONDS:
        raise CredentialRefused("expired")
    if not_before is not None and instant < not_before - LEEWAY_SECONDS:
        raise CredentialRefused("not_yet_valid")
    if issued is not None and instant < issued - LEEWAY_SECONDS:
        raise CredentialRefused("issued_in_future")


def time_claim(claims: Mapping[str, object], name: str) -> float | None:
    """Seconds since 1970 that the claim states, or None if it is not there. Raises CredentialRefused (claims)."""
    found = claims.get(name)
    if found is None and name not in claims:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found <= _LAST_SECOND:
        raise CredentialRefused("claims")
    return found


def text_claim(claims: Mapping[str, object], name: str) -> str | None:
    """The text of a claim, or None if it is not there. Raises CredentialRefused (claims) if it is anything else."""
    found = claims.get(name)
    if name in claims and not isinstance(found, str):
        raise CredentialRefused("claims")
    return found if isinstance(found, str) else None
