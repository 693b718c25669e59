"""W3C Verifiable Credentials 2.0 with one Data Integrity proof of the cryptosuite eddsa-jcs-2022, and nothing else.

No JSON-LD is processed and no context is fetched: names mean what the issuer's terms say, and JCS (RFC 8785) makes the
bytes that are signed.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

import rfc8785

from verifiers.credentials.holder import held
from verifiers.credentials.jws import LARGEST_CREDENTIAL
from verifiers.credentials.jwt import text_claim
from verifiers.credentials.keys import VerificationKey
from verifiers.credentials.licence import check_licence
from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.status_reference import bitstring_status
from verifiers.credentials.suites import Suites
from verifiers.credentials.terms import LEEWAY_SECONDS, CredentialTerms, Showing
from verifiers.credentials.verified import VerifiedCredential
from verifiers.credentials.wire import read_object

BASE_CONTEXT = "https://www.w3.org/ns/credentials/v2"

_PROOF_MEMBERS = frozenset(
    {"@context", "id", "type", "cryptosuite", "created", "expires", "verificationMethod", "proofPurpose", "proofValue"}
)
"""What a proof may hold. Not previousProof (proof chains), nor domain and challenge, which belong to presentations."""

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PROOF_VALUE = re.compile(rf"z([{_BASE58}]{{64,88}})", re.ASCII)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})")


@dataclass(frozen=True, slots=True)
class UnverifiedDocument:
    """A W3C credential taken apart into the proof and the document without it."""

    document: Mapping[str, object] = field(repr=False)
    proof: Mapping[str, object] = field(repr=False)

    @property
    def issuer(self) -> str | None:
        """Who the document says has issued it. Raises CredentialRefused (claims) if that can't be read."""
        found = self.document.get("issuer")
        return text_claim(found if isinstance(found, dict) else {"id": found}, "id")

    @property
    def kid(self) -> str | None:
        """The verification method that the proof names. Raises CredentialRefused (claims) if that is no text."""
        return text_claim(self.proof, "verificationMethod")


def read_document(text: str) -> UnverifiedDocument:
    """Take a secured W3C credential apart. Raises CredentialRefused: too_large, malformed, proof (not exactly one)."""
    content = text.encode(errors="surrogatepass")
    if len(content) > LARGEST_CREDENTIAL:
        raise CredentialRefused("too_large")
    found = read_object(content)
    proof = found.get("proof")
    if not isinstance(proof, dict):
        raise CredentialRefused("proof")
    return UnverifiedDocument({name: value for name, value in found.items() if name != "proof"}, proof)


def verified_document(
    shown: UnverifiedDocument, key: VerificationKey, terms: CredentialTerms, showing: Showing, suites: Suites
) -> VerifiedCredential:
    """The credential in a W3C document. It has no key binding, so it is matched at best.

    Raises CredentialRefused: proof, algorithm, key_unknown, signature, context, type, issuer, claims, expired,
    not_yet_valid, issued_in_future, holder, licence_doubtful, status_unknown.
    """
    signed = signed_digest(shown)
    check_proof(shown, signed, key, suites)
    document, now = shown.document, showing.now
    _check_contexts(document, terms)
    types = document.get("type")
    if not isinstance(types, list) or "VerifiableCredential" not in types or terms.kind not in types:
        raise CredentialRefused("type")
    if shown.issuer != key.issuer:
        raise CredentialRefused("issuer")
    issued_at = _check_times(shown, now)
    expires_at = _time(document, "validUntil")
    subject = document.get("credentialSubject")
    if expires_at is None or not isinstance(subject, dict) or not terms.required <= subject.keys():
        raise CredentialRefused("claims")
    who = held(subject, terms, showing, bound=False)
    check_licence(subject, terms)
    return VerifiedCredential(
        format="eddsa-jcs-2022",
        issuer=key.issuer,
        kid=key.kid,
        credential_id=hashlib.sha256(signed).hexdigest(),
        holder=who.holder,
        issued_at=issued_at,
        expires_at=expires_at,
        subject=who.subject,
        claims={name: value for name, value in subject.items() if name != "id"},
        statuses=bitstring_status(document),
    )


def signed_digest(shown: UnverifiedDocument) -> bytes:
    """The 64 bytes that a proof signs (vc-di-eddsa 3.3.4): the hash of its own options, then that of the document.

    Raises CredentialRefused (malformed) for what JCS can't write, and context if the proof's contexts are not those of
    the document, which would let unsigned ones be added.
    """
    if "@context" in shown.proof and shown.proof["@context"] != shown.document.get("@context"):
        raise CredentialRefused("context")
    options = {name: value for name, value in shown.proof.items() if name != "proofValue"}
    return _canonical_hash(options) + _canonical_hash(shown.document)


def check_proof(shown: UnverifiedDocument, signed: bytes, key: VerificationKey, suites: Suites) -> None:
    """Return if `key` made the proof over `signed`.

    Raises CredentialRefused: proof, algorithm, key_unknown, signature.
    """
    proof = shown.proof
    expected = ("DataIntegrityProof", "assertionMethod")
    if not proof.keys() <= _PROOF_MEMBERS or (proof.get("type"), proof.get("proofPurpose")) != expected:
        raise CredentialRefused("proof")
    if proof.get("cryptosuite") != "eddsa-jcs-2022" or key.algorithm != "EdDSA" or "EdDSA" not in suites:
        raise CredentialRefused("algorithm")
    if shown.kid != key.kid:
        raise CredentialRefused("key_unknown")
    if not suites["EdDSA"].verify(key, signed, _proof_value(proof.get("proofValue"))):
        raise CredentialRefused("signature")


def _canonical_hash(value: Mapping[str, object]) -> bytes:
    try:
        # The library's type says "a JSON value", which read_object made sure of.
        return hashlib.sha256(rfc8785.dumps(cast("dict[str, None]", value))).digest()
    except rfc8785.CanonicalizationError:
        raise CredentialRefused("malformed") from None


def _proof_value(text: object) -> bytes:
    """The 64 bytes of a signature in multibase base58btc."""
    spelled = _PROOF_VALUE.fullmatch(text) if isinstance(text, str) else None
    if spelled is None:
        raise CredentialRefused("proof")
    digits = spelled.group(1)
    number = 0
    for digit in digits:
        number = number * 58 + _BASE58.index(digit)
    zeros = len(digits) - len(digits.lstrip("1"))
    found = bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)
    if len(found) != 64:
        raise CredentialRefused("proof")
    return found


def _check_contexts(document: Mapping[str, object], terms: CredentialTerms) -> None:
    found = document.get("@context")
    if not isinstance(found, list) or found[:1] != [BASE_CONTEXT]:
        raise CredentialRefused("context")
    if not all(isinstance(one, str) and one in terms.contexts for one in found):
        raise CredentialRefused("context")


def _check_times(shown: UnverifiedDocument, now: datetime) -> datetime:
    """When it was issued: the proof's `created`, or else `validFrom`. Raises CredentialRefused as verified_document."""
    created, proof_expires = _time(shown.proof, "created"), _time(shown.proof, "expires")
    valid_from, valid_until = _time(shown.document, "validFrom"), _time(shown.document, "validUntil")
    for end in (proof_expires, valid_until):
        if end is not None and (now - end).total_seconds() >= LEEWAY_SECONDS:
            raise CredentialRefused("expired")
    if valid_from is not None and (valid_from - now).total_seconds() > LEEWAY_SECONDS:
        raise CredentialRefused("not_yet_valid")
    if created is not None and (created - now).total_seconds() > LEEWAY_SECONDS:
        raise CredentialRefused("issued_in_future")
    issued_at = created or valid_from
    if issued_at is None:
        raise CredentialRefused("claims")
    return issued_at


def _time(found: Mapping[str, object], name: str) -> datetime | None:
    text = text_claim(found, name)
    if text is None:
        return None
    if not _INSTANT.fullmatch(text):
        raise CredentialRefused("claims")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):  # no such day, or one that falls off the calendar
        raise CredentialRefused("claims") from None
