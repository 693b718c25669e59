"""Key binding (RFC 9901, 4.3): the holder signs our challenge and our name over the very bytes that he shows."""

from collections.abc import Mapping

from verifiers.credentials.jwks import Publisher, published_keys
from verifiers.credentials.jws import check_signature, check_typ
from verifiers.credentials.jwt import UnverifiedJwt, check_times, time_claim
from verifiers.credentials.keys import VerificationKey
from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.suites import Suites
from verifiers.credentials.terms import LEEWAY_SECONDS, Showing
from verifiers.credentials.wire import digest_text

LONGEST_SECONDS = 300
"""How long after it was made a key binding is still taken; it is made while the applicant waits."""

_HOLDER = "holder"
_ANY_HOLDER = Publisher(_HOLDER, frozenset({"ES256", "EdDSA"}))


def check_key_binding(
    binding: UnverifiedJwt, presented: bytes, claims: Mapping[str, object], showing: Showing, suites: Suites
) -> None:
    """Return if the holder whose key the issuer put into `claims` bound the bytes `presented` to this showing.

    Raises CredentialRefused: holder (the issuer named no key that can be used, or other bytes were signed), algorithm,
    key_unknown, signature, type, claims, nonce, audience, expired, not_yet_valid, issued_in_future.
    """
    check_signature(binding.jws, _holder_key(claims), suites)
    check_typ(binding.jws, "kb+jwt")
    said = binding.claims
    made = time_claim(said, "iat")
    if made is None or not {"aud", "nonce", "sd_hash"} <= said.keys():
        raise CredentialRefused("claims")
    check_times(said, showing.now)
    if showing.now.timestamp() > made + LONGEST_SECONDS + LEEWAY_SECONDS:
        raise CredentialRefused("expired")
    if said["aud"] != showing.audience:
        raise CredentialRefused("audience")
    if showing.nonce is None or said["nonce"] != showing.nonce:
        raise CredentialRefused("nonce")
    if said["sd_hash"] != digest_text(presented):
        raise CredentialRefused("holder")


def _holder_key(claims: Mapping[str, object]) -> VerificationKey:
    """The holder's key of RFC 7800; SM2 is not offered, since no name for such a key is agreed on."""
    match claims.get("cnf"):
        case {"jwk": dict() as jwk, **others} if not others:
            found = published_keys({"keys": [{**jwk, "kid": _HOLDER}]}, _ANY_HOLDER).keys.get(_HOLDER)
            if found is not None:
                return found
    raise CredentialRefused("holder")
