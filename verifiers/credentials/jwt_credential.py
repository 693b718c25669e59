"""Credentials that are tokens, plain or selectively disclosed, once their signature has been found right."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

from verifiers.credentials.holder import held
from verifiers.credentials.jws import check_signature, check_typ
from verifiers.credentials.jwt import JwtTerms, UnverifiedJwt, check_claims, time_claim
from verifiers.credentials.keys import VerificationKey
from verifiers.credentials.licence import check_licence
from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.status_reference import token_status
from verifiers.credentials.suites import Suites
from verifiers.credentials.terms import CredentialTerms, Showing
from verifiers.credentials.verified import VerifiedCredential

REGISTERED = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "vct", "status"})
"""What tokens keep for themselves, so that no fact can be read there."""

_NEEDED = frozenset({"iss", "iat", "exp", "vct"})


def verified_jwt(
    token: UnverifiedJwt, key: VerificationKey, terms: CredentialTerms, showing: Showing, suites: Suites
) -> VerifiedCredential:
    """The credential in a plain token. It has no key binding, so it is matched at best.

    Raises CredentialRefused: algorithm, key_unknown, signature, disclosure (an SD-JWT without its tilde), and as
    token_credential does.
    """
    check_signature(token.jws, key, suites)
    check_typ(token.jws, terms.typ)
    if token.claims.keys() & {"_sd", "_sd_alg"}:
        raise CredentialRefused("disclosure")
    return token_credential(token, token.claims, key, terms, showing, bound=False)


def token_credential(
    token: UnverifiedJwt,
    claims: Mapping[str, object],
    key: VerificationKey,
    terms: CredentialTerms,
    showing: Showing,
    *,
    bound: bool,
) -> VerifiedCredential:
    """The credential that the claims of a token make whose signature was found right.

    Raises CredentialRefused: claims, issuer, audience, expired, not_yet_valid, issued_in_future, type, holder,
    licence_doubtful, status_unknown.
    """
    check_claims(claims, key, JwtTerms(terms.typ, terms.audience, _NEEDED | terms.required), showing.now)
    if claims["vct"] != terms.kind:
        raise CredentialRefused("type")
    who = held(claims, terms, showing, bound=bound)
    check_licence(claims, terms)
    return VerifiedCredential(
        format=terms.format,
        issuer=key.issuer,
        kid=key.kid,
        credential_id=hashlib.sha256(token.jws.signing_input).hexdigest(),
        holder=who.holder,
        issued_at=_instant(claims, "iat"),
        expires_at=_instant(claims, "exp"),
        subject=who.subject,
        claims={name: value for name, value in claims.items() if name not in REGISTERED},
        statuses=token_status(claims),
    )


def _instant(claims: Mapping[str, object], name: str) -> datetime:
    return datetime.fromtimestamp(time_claim(claims, name) or 0, UTC)
