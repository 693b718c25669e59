"""The one door for all formats: take a credential apart to find its issuer's key, then verify it by our terms."""

from typing import TypeAlias, assert_never

from verifiers.credentials.data_integrity import UnverifiedDocument, read_document, verified_document
from verifiers.credentials.jwt import UnverifiedJwt, read_jwt
from verifiers.credentials.jwt_credential import verified_jwt
from verifiers.credentials.keys import VerificationKey
from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.sd_jwt import UnverifiedSdJwt, read_sd_jwt, verified_sd_jwt
from verifiers.credentials.suites import Suites
from verifiers.credentials.terms import CredentialTerms, Showing
from verifiers.credentials.verified import CredentialFormat, VerifiedCredential

Unverified: TypeAlias = UnverifiedJwt | UnverifiedSdJwt | UnverifiedDocument
"""A credential taken apart. Its `issuer` and `kid` serve to find the key, and for nothing else."""


def read_credential(form: CredentialFormat, text: str) -> Unverified:
    """Take a credential of the format that is expected apart. Raises CredentialRefused, and nothing else."""
    match form:
        case "jwt":
            return read_jwt(text)
        case "sd-jwt":
            return read_sd_jwt(text)
        case "eddsa-jcs-2022":
            return read_document(text)
        case _ as unreachable:
            assert_never(unreachable)


def verified_credential(
    shown: Unverified, key: VerificationKey, terms: CredentialTerms, showing: Showing, suites: Suites
) -> VerifiedCredential:
    """The credential, if `key` is its issuer's and all is as `terms` ask. Its status is still to be looked up.

    `shown` was read in the format of `terms`. Raises CredentialRefused with the reason, and nothing else.
    """
    if not key.issuer == terms.issuer == shown.issuer:
        raise CredentialRefused("issuer")
    match shown:
        case UnverifiedJwt():
            return verified_jwt(shown, key, terms, showing, suites)
        case UnverifiedSdJwt():
            return verified_sd_jwt(shown, key, terms, showing, suites)
        case UnverifiedDocument():
            return verified_document(shown, key, terms, showing, suites)
        case _ as unreachable:
            assert_never(unreachable)
