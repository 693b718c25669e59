"""The short-lived session key of a `gateway_*` gateway: fetched once for all who wait, kept until before its end."""

import asyncio
import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, assert_never

import orjson
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from verifiers.deadline import Deadline
from verifiers.delivery import Answered, Failed, Late
from verifiers.signing import SigningKey
from verifiers.transport import Transport

IV: Final = b"AESCBCPKCS5Paddi"
"""The fixed initialisation vector of the gateways' own samples; a fixed one is a weakness of the form."""

_LOGIN_SECONDS: Final = 5.0
"""How long a login may take. Whoever waits for it waits no longer than the own deadline."""

_USED: Final = 0.9
"""The share of a session's life for which its key is used: past it, calls in flight could meet its end."""

SessionFaultWord = Literal["late", "session_network", "session_login", "session_token", "session_refused"]


@dataclass(frozen=True, slots=True)
class SessionFault:
    """There is no session, and why in a word. session_login: the login was refused (key, or a clock that is off);
    session_token: its answer is no token of ours; session_refused: calls are refused even in a new session."""

    fault: SessionFaultWord


@dataclass(frozen=True, slots=True)
class _Open:
    key: SigningKey
    ends_at: float


Sign = Callable[[SigningKey], Mapping[str, str]]


class Session:
    """Holds the session of one application. Its life is counted on our own clock from before the login was sent, so a
    gateway whose clock differs changes nothing."""

    def __init__(self, key: SigningKey, url: str, transport: Transport, sign: Sign, seconds: float) -> None:
        """`seconds`: how long a session lasts, unless the login's `expires_in` says less."""
        self._key, self._url, self._transport, self._sign, self._seconds = key, url, transport, sign, seconds
        self._open: _Open | None = None
        self._login: asyncio.Task[_Open | SessionFault] | None = None

    async def key(self, limit: Deadline) -> SigningKey | SessionFault:
        """The key for a call now. All who come while it is fetched wait for the same login, each until its `limit`."""
        if self._open is not None and limit.clock() < self._open.ends_at:
            return self._open.key
        if self._login is None or self._login.done():
            self._login = asyncio.create_task(self._fetch(Deadline.after(_LOGIN_SECONDS, limit.clock)))
        login = self._login
        # Waited for and not awaited: one who gives up must not take the login away from the others.
        await asyncio.wait({login}, timeout=limit.remaining())
        if not login.done() or login.cancelled():
            return SessionFault("late")
        found = login.result()
        return found.key if isinstance(found, _Open) else found

    def forget(self, key: SigningKey) -> None:
        """The gateway refused `key`. A newer one stays."""
        if self._open is not None and self._open.key is key:
            self._open = None

    async def close(self) -> None:
        """Stop a login that is under way."""
        if self._login is not None:
            self._login.cancel()
            await asyncio.wait({self._login})

    async def _fetch(self, limit: Deadline) -> _Open | SessionFault:
        asked_at = limit.clock()
        delivery = await self._transport.post(self._url, self._sign(self._key), b"{}", limit)
        match delivery:
            case Answered(_, body):
                token = _token(body, self._key.secret)
                if token is None:
                    return SessionFault("session_token")
                secret, seconds = token
                lasts = min(self._seconds, seconds or self._seconds) * _USED
                self._open = _Open(SigningKey(self._key.app, secret), asked_at + lasts)
                return self._open
            case Late():
                return SessionFault("session_network")
            case Failed(_, status):
                return SessionFault("session_network" if status is None or status >= 500 else "session_login")
            case _:
                assert_never(delivery)


def token_cipher(secret: bytes) -> Cipher[CBC]:
    """AES-128-CBC as the gateways use it: the key is what Java's SHA1PRNG yields first when seeded with the secret,
    the first 16 bytes of SHA-1 of SHA-1."""
    inner = hashlib.sha1(secret, usedforsecurity=False).digest()
    return Cipher(AES(hashlib.sha1(inner, usedforsecurity=False).digest()[:16]), CBC(IV))


def _token(body: bytes, secret: bytes) -> tuple[bytes, float | None] | None:
    """The session key and, where told, its life in seconds, from the login's answer
    `{"body": {"access_token": …, "expires_in": …}}`; None where that is none."""
    try:
        found = orjson.loads(body)["body"]
        sealed = base64.b64decode(found["access_token"], validate=True)
        decryptor, padding = token_cipher(secret).decryptor(), PKCS7(128).unpadder()
        key = padding.update(decryptor.update(sealed) + decryptor.finalize()) + padding.finalize()
        seconds = found.get("expires_in")
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    told = isinstance(seconds, int | float) and not isinstance(seconds, bool) and seconds > 0
    return (key, float(seconds) if told else None) if key else None
