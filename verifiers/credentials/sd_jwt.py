"""SD-JWT (RFC 9901) in its compact form, with or without key binding. Which of the two is asked for is ours to say."""

from dataclasses import dataclass, field

from verifiers.credentials.disclosures import processed_claims
from verifiers.credentials.jws import LARGEST_CREDENTIAL, check_signature, check_typ
from verifiers.credentials.jwt import UnverifiedJwt, read_jwt
from verifiers.credentials.jwt_credential import token_credential
from verifiers.credentials.key_binding import check_key_binding
from verifiers.credentials.keys import VerificationKey
from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.suites import Suites
from verifiers.credentials.terms import CredentialTerms, Showing
from verifiers.credentials.verified import VerifiedCredential


@dataclass(frozen=True, slots=True)
class UnverifiedSdJwt:
    """An SD-JWT taken apart: the issuer's token, the disclosures as sent, and the holder's token if there is one.

    `presented` are the bytes that key binding must cover: all up to and with the last tilde.
    """

    issued: UnverifiedJwt
    disclosed: tuple[str, ...] = field(repr=False)
    presented: bytes = field(repr=False)
    binding: UnverifiedJwt | None

    @property
    def issuer(self) -> str | None:
        """Who the token says has issued it, if it does. Raises CredentialRefused (claims) if that is no text."""
        return self.issued.issuer

    @property
    def kid(self) -> str | None:
        """The key that the token says has signed it, if it does. Raises CredentialRefused (header)."""
        return self.issued.kid


def read_sd_jwt(text: str) -> UnverifiedSdJwt:
    """Take an SD-JWT apart. Raises CredentialRefused: too_large, malformed, header."""
    if len(text) > LARGEST_CREDENTIAL:
        raise CredentialRefused("too_large")
    front, tilde, last = text.rpartition("~")
    if not tilde or not text.isascii():
        raise CredentialRefused("malformed")
    issued, *disclosed = front.split("~")
    return UnverifiedSdJwt(
        issued=read_jwt(issued),
        disclosed=tuple(disclosed),
        presented=(front + tilde).encode(),
        binding=read_jwt(last) if last else None,
    )


def verified_sd_jwt(
    shown: UnverifiedSdJwt, key: VerificationKey, terms: CredentialTerms, showing: Showing, suites: Suites
) -> VerifiedCredential:
    """The credential with the claims that were disclosed.

    Key binding that was sent is judged in full even where the terms could do without: a wrong one is a warning sign.
    Raises CredentialRefused: algorithm, key_unknown, signature, and as processed_claims, check_key_binding and
    token_credential do.
    """
    check_signature(shown.issued.jws, key, suites)
    check_typ(shown.issued.jws, terms.typ)
    claims = processed_claims(shown.issued.claims, shown.disclosed)
    if shown.binding is not None:
        check_key_binding(shown.binding, shown.presented, claims, showing, suites)
    return token_credential(shown.issued, claims, key, terms, showing, bound=shown.binding is not None)
