"""Signing credentials, for trials: keys that live as long as the sandbox, tokens as RFC 9901 and RFC 7519 have them."""

import secrets
from collections.abc import Mapping

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from verifiers.credentials.wire import digest_text, to_base64url


class Pen:
    """A private key of ES256 that is made when it is first needed and never written down."""

    def __init__(self) -> None:
        self.kid = secrets.token_hex(8)
        self._key = ec.generate_private_key(ec.SECP256R1())

    def jwk(self) -> dict[str, object]:
        """The public half."""
        point = self._key.public_key().public_numbers()
        x, y = (to_base64url(one.to_bytes(32)) for one in (point.x, point.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}

    def jws(self, typ: str, payload: Mapping[str, object], kid: str | None = None) -> str:
        """A compact JWS."""
        header = {"alg": "ES256", "typ": typ, **({} if kid is None else {"kid": kid})}
        front = ".".join(to_base64url(orjson.dumps(part)) for part in (header, payload))
        r, s = decode_dss_signature(self._key.sign(front.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{front}.{to_base64url(r.to_bytes(32) + s.to_bytes(32))}"


def selectively(pen: Pen, typ: str, payload: Mapping[str, object], hidden: Mapping[str, Mapping[str, object]]) -> str:
    """An SD-JWT up to its last tilde, with everything disclosed: the members of each claim in `hidden` one by one."""
    disclosures: list[str] = []
    claims: dict[str, object] = {**payload, "_sd_alg": "sha-256"}
    for claim, members in hidden.items():
        written = [
            to_base64url(orjson.dumps([secrets.token_urlsafe(16), name, value])) for name, value in members.items()
        ]
        disclosures += written
        # In no order that would tell which is which.
        claims[claim] = {"_sd": sorted(digest_text(one.encode()) for one in written)}
    return "~".join([pen.jws(typ, claims, pen.kid), *disclosures, ""])


def bound(wallet: Pen, shown: str, audience: str, nonce: str, at: int) -> str:
    """`shown` with the holder's signature over the audience and the nonce, made at `at` (seconds since 1970)."""
    said = {"iat": at, "aud": audience, "nonce": nonce, "sd_hash": digest_text(shown.encode())}
    return shown + wallet.jws("kb+jwt", said)
