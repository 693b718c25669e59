"""Issuers and wallets of the tests: they sign whatever they are told to, right or wrong."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import gmssl_pyx
import rfc8785
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from verifiers.credentials.checking import read_credential, verified_credential
from verifiers.credentials.keys import KeyAlgorithm, VerificationKey
from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.suites import ALL_ALGORITHMS, signature_suites
from verifiers.credentials.terms import CredentialTerms, Showing
from verifiers.credentials.verified import VerifiedCredential

ISSUER = "https://licences.example"
VERIFIER = "https://miaopi.example"
APPLICANT = "210100193505208826"
KIND = "https://licences.example/disability-certificate"
NONCE = "n-0S6_WzA2Mj"
NOW = datetime(2026, 3, 16, 10, 0, tzinfo=UTC)
SECOND = int(NOW.timestamp())
SUITES = signature_suites(ALL_ALGORITHMS)

HEADER: dict[str, object] = {"alg": "ES256", "typ": "dc+sd-jwt", "kid": "k1"}
CLAIMS: dict[str, object] = {
    "iss": ISSUER,
    "iat": SECOND - 3600,
    "exp": SECOND + 3600,
    "vct": KIND,
    "sub": APPLICANT,
    "category": 4,
    "level": 1,
}
SHOWING = Showing(NOW, VERIFIER, NONCE, APPLICANT)
JWT_TERMS = CredentialTerms("jwt", ISSUER, KIND, typ="licence+jwt")
SD_TERMS = CredentialTerms("sd-jwt", ISSUER, KIND)
DI_TERMS = CredentialTerms("eddsa-jcs-2022", ISSUER, "DisabilityCertificate", subject_at=("id",))


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def text(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


@dataclass(frozen=True)
class Signer:
    """A private key, as a function that signs, and the public one as it is pinned or published."""

    sign: Callable[[bytes], bytes]
    key: VerificationKey
    jwk: Mapping[str, str]

    def jws(self, header: object, payload: object) -> str:
        """A compact JWS over two JSON values, or over bytes as they are."""
        parts = [b64(one if isinstance(one, bytes) else text(one)) for one in (header, payload)]
        front = ".".join(parts)
        return f"{front}.{b64(self.sign(front.encode()))}"


def es256(issuer: str = ISSUER, kid: str = "k1") -> Signer:
    private = ec.generate_private_key(ec.SECP256R1())

    def sign(message: bytes) -> bytes:
        r, s = decode_dss_signature(private.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)

    public = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    jwk = {"kty": "EC", "crv": "P-256", "x": b64(public[1:33]), "y": b64(public[33:])}
    return Signer(sign, VerificationKey(issuer, kid, "ES256", public), jwk)


def ed25519(issuer: str = ISSUER, kid: str = "k1") -> Signer:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": b64(public)}
    return Signer(private.sign, VerificationKey(issuer, kid, "EdDSA", public), jwk)


def sm2(issuer: str = ISSUER, kid: str = "k1", signer: bytes = b"1234567812345678") -> Signer:
    public, private = gmssl_pyx.sm2_key_generate()

    def sign(message: bytes) -> bytes:
        r, s = decode_dss_signature(gmssl_pyx.sm2_sign(private, public, message, signer))
        return r.to_bytes(32) + s.to_bytes(32)

    key = VerificationKey(issuer, kid, "SM2", b"\x04" + public, sm2_signer=signer)
    jwk = {"kty": "EC", "crv": "SM2", "x": b64(public[:32]), "y": b64(public[32:])}
    return Signer(sign, key, jwk)


SIGNERS: Mapping[KeyAlgorithm, Callable[[], Signer]] = {"ES256": es256, "EdDSA": ed25519, "SM2": sm2}


def without(claims: Mapping[str, object], *names: str) -> dict[str, object]:
    return {name: value for name, value in claims.items() if name not in names}


def disclosure(*parts: object) -> str:
    return b64(text(list(parts)))


def digest(disclosed: str) -> str:
    return b64(hashlib.sha256(disclosed.encode()).digest())


def sd_jwt(signer: Signer, claims: object, disclosed: Sequence[str] = (), header: object = HEADER) -> str:
    """The issuer's token and the disclosures, up to the last tilde."""
    return "~".join([signer.jws(header, claims), *disclosed, ""])


def bound(wallet: Signer, shown: str, header: object = None, /, **changes: object) -> str:
    """`shown` with the holder's signature; a claim that is changed to None is left out."""
    said: dict[str, object] = {"iat": SECOND, "aud": VERIFIER, "nonce": NONCE, "sd_hash": digest(shown)}
    said = {name: value for name, value in (said | changes).items() if value is not None}
    return shown + wallet.jws(header or {"alg": wallet.key.algorithm, "typ": "kb+jwt"}, said)


def document(**changes: object) -> dict[str, object]:
    """A W3C credential without its proof; a member that is changed to None is left out."""
    found: dict[str, object] = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential", "DisabilityCertificate"],
        "issuer": ISSUER,
        "validFrom": (NOW - timedelta(hours=1)).isoformat(),
        "validUntil": (NOW + timedelta(hours=1)).isoformat(),
        "credentialSubject": {"id": APPLICANT, "category": 4, "level": 1},
    }
    return {name: value for name, value in (found | changes).items() if value is not None}


def proved(signer: Signer, unsigned: Mapping[str, object], **changes: object) -> dict[str, object]:
    """`unsigned` with a proof; a member of the proof that is changed to None is left out."""
    options: dict[str, object] = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "created": (NOW - timedelta(hours=1)).isoformat(),
        "verificationMethod": signer.key.kid,
        "proofPurpose": "assertionMethod",
    }
    options = {name: value for name, value in (options | changes).items() if value is not None}
    hashed = b"".join(hashlib.sha256(rfc8785.dumps(dict(one))).digest() for one in (options, unsigned))
    return {**unsigned, "proof": {**options, "proofValue": "z" + base58(signer.sign(hashed))}}


def base58(content: bytes) -> str:
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    number, digits = int.from_bytes(content), ""
    while number:
        number, rest = divmod(number, 58)
        digits = alphabet[rest] + digits
    return "1" * (len(content) - len(content.lstrip(b"\0"))) + digits


def check(shown: str, key: VerificationKey, terms: CredentialTerms, showing: Showing = SHOWING) -> VerifiedCredential:
    """Through the public door, as the service does it."""
    return verified_credential(read_credential(terms.format, shown), key, terms, showing, SUITES)


def word(shown: str, key: VerificationKey, terms: CredentialTerms, showing: Showing = SHOWING) -> str:
    """Why it is refused, or "taken"."""
    try:
        check(shown, key, terms, showing)
    except CredentialRefused as refused:
        return refused.word
    return "taken"


def at(moment: datetime) -> Showing:
    return replace(SHOWING, now=moment)
