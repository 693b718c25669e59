"""Signatures on what a register is asked and on what it answers (docs/registers.md is the text for integrators).

Both ways one key is used, HMAC-SHA256 or HMAC-SM3. A canonical string binds method, path, application, time, nonce and
the body's SHA-256; its first line says which way the message goes, so that a request can't be played back as an answer.
The gateways that provinces run sign neither body nor path; this one signs both (domain.md 5.3).
"""

import hashlib
import hmac
import re
from binascii import b2a_base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from verifiers.frozen import quickly_made
from verifiers.keyed import Digest, keyed
from verifiers.nonces import NonceBook

Algorithm = Literal["hmac-sha256", "hmac-sm3"]
Direction = Literal["request", "answer"]
RefusalWord = Literal["headers", "app", "time", "digest", "nonce", "signature", "replay", "busy"]

APP = "Miaopi-App"
TIMESTAMP = "Miaopi-Timestamp"
NONCE = "Miaopi-Nonce"
DIGEST = "Miaopi-Content-Digest"
SIGNATURE = "Miaopi-Signature"
HEADERS = (APP, TIMESTAMP, NONCE, DIGEST, SIGNATURE)
"""The headers of a signed message; their names are compared without regard to case, as always in HTTP."""

_BY_LOWER = {name.lower(): name for name in HEADERS}

WINDOW_MS = 5 * 60 * 1000
"""How far, in milliseconds either way, the clocks of the two sides may differ."""

_APP = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)
_TIMESTAMP = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)
_DIGEST_NAMES: Mapping[Algorithm, Digest] = {"hmac-sha256": "sha256", "hmac-sm3": "sm3"}


class SigningKeyError(ValueError):
    """A key that can't be used; the text says why and what to configure, never the secret."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A secret shared with the exchange, under the name of the application that asks.

    Bound to one algorithm, so that a message can't choose a weaker one. Raises SigningKeyError when the name or
    secret can't be used, or when HMAC-SM3 is asked of a Python whose OpenSSL has no SM3.
    """

    app: str
    secret: bytes = field(repr=False)
    algorithm: Algorithm = "hmac-sha256"

    def __post_init__(self) -> None:
        if not _APP.fullmatch(self.app):
            raise SigningKeyError("signing key: `app` must be 1 to 64 letters, digits, dots, hyphens or underscores")
        if not self.secret:
            raise SigningKeyError("signing key: the secret is empty; configure the one agreed with the exchange")
        if self.algorithm not in _DIGEST_NAMES:
            raise SigningKeyError("signing key: `algorithm` must be hmac-sha256 or hmac-sm3")
        if self.algorithm == "hmac-sm3" and not sm3_available():
            raise SigningKeyError(
                "signing key: this Python's OpenSSL has no SM3; use an OpenSSL of 1.1.1 or later built with it, "
                "or agree on hmac-sha256 with the exchange"
            )


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message was not accepted, in a word."""

    word: RefusalWord


def sm3_available() -> bool:
    """Whether this Python can compute SM3 (GB/T 32905)."""
    return "sm3" in hashlib.algorithms_available


def mac(key: SigningKey, text: bytes) -> bytes:
    """The raw HMAC of `text`."""
    return keyed(key.secret, text, _DIGEST_NAMES[key.algorithm])


def content_digest(body: bytes) -> str:
    """SHA-256 of a body, in lower-case hex."""
    return hashlib.sha256(body).hexdigest()


@quickly_made
@dataclass(frozen=True, slots=True)
class Message:
    """What is signed. `path` is that of the request for both directions; `nonce` too: an answer repeats it."""

    direction: Direction
    method: str
    path: str
    timestamp_ms: int
    nonce: str
    body: bytes = field(repr=False)

    def canonical(self, key: SigningKey) -> bytes:
        """The bytes that are signed: eight lines joined by line feeds, with none at the end."""
        return self.with_digest(key, content_digest(self.body))

    def with_digest(self, key: SigningKey, digest: str) -> bytes:
        """As `canonical`, where the digest of the body is known."""
        first = f"miaopi-{self.direction}-1\n{key.algorithm}\n{self.method}\n{self.path}\n{key.app}"
        return f"{first}\n{self.timestamp_ms}\n{self.nonce}\n{digest}".encode()


def sign(key: SigningKey, message: Message) -> dict[str, str]:
    """The five headers that make `message` a signed one."""
    digest = content_digest(message.body)
    return {
        APP: key.app,
        TIMESTAMP: str(message.timestamp_ms),
        NONCE: message.nonce,
        DIGEST: digest,
        SIGNATURE: _signature(key, message, digest),
    }


def _signature(key: SigningKey, message: Message, digest: str) -> str:
    return b2a_base64(
        keyed(key.secret, message.with_digest(key, digest), _DIGEST_NAMES[key.algorithm]), newline=False
    ).decode("ascii")


def signed_headers(pairs: Iterable[tuple[str, str]]) -> dict[str, str] | Refusal:
    """The five headers of a message, by their names above. One that is missing or repeated refuses the message."""
    found: dict[str, str] = {}
    for raw_name, value in pairs:
        name = _BY_LOWER.get(raw_name.lower())
        if name is None:
            continue
        if name in found:
            return Refusal("headers")
        found[name] = value
    return found if len(found) == len(HEADERS) else Refusal("headers")


@quickly_made
@dataclass(frozen=True, slots=True)
class Received:
    """A message as it came in: where it was sent, all its headers, its body, and the clock (ms since 1970) by then."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    now_ms: int


def check_request(keys: Mapping[str, SigningKey], book: NonceBook, received: Received) -> SigningKey | Refusal:
    """The key of the application that asks, if it signed this request, in time and never before. Never raises."""
    headers = signed_headers(received.headers)
    if isinstance(headers, Refusal):
        return headers
    key = keys.get(headers[APP])
    if key is None:
        return Refusal("app")
    fault = _fault("request", key, headers, received)
    if fault is not None:
        return fault
    # Only a nonce that was really signed is remembered: else anyone could fill the book or burn another's nonce.
    match book.note(f"{key.app} {headers[NONCE]}", received.now_ms):
        case "new":
            return key
        case "seen":
            return Refusal("replay")
        case "full":
            return Refusal("busy")


def check_answer(key: SigningKey, nonce: str, received: Received) -> Refusal | None:
    """None if this is the exchange's signed answer to the request that carried `nonce`. Never raises.

    `received.method` and `.path` are those of the request. No book is needed: a nonce waits for one answer only.
    """
    headers = signed_headers(received.headers)
    if isinstance(headers, Refusal):
        return headers
    if headers[APP] != key.app:
        return Refusal("app")
    if not _same(headers[NONCE], nonce):
        return Refusal("nonce")
    return _fault("answer", key, headers, received)


def _fault(direction: Direction, key: SigningKey, headers: Mapping[str, str], received: Received) -> Refusal | None:
    stamp, nonce = headers[TIMESTAMP], headers[NONCE]
    if not _TIMESTAMP.fullmatch(stamp) or abs(int(stamp) - received.now_ms) > WINDOW_MS:
        return Refusal("time")
    if not _NONCE.fullmatch(nonce):
        return Refusal("nonce")
    digest = content_digest(received.body)
    if not _same(headers[DIGEST], digest):
        return Refusal("digest")
    message = Message(direction, received.method, received.path, int(stamp), nonce, received.body)
    if not _same(headers[SIGNATURE], _signature(key, message, digest)):
        return Refusal("signature")
    return None


def _same(one: str, other: str) -> bool:
    """Compared in constant time; what is not ASCII, which compare_digest does not take as text, as bytes."""
    if one.isascii() and other.isascii():
        return hmac.compare_digest(one, other)
    return hmac.compare_digest(one.encode(errors="surrogatepass"), other.encode(errors="surrogatepass"))
