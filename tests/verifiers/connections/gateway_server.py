"""A provincial gateway on a real socket: logins, sessions, and a register behind it that can misbehave."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.padding import PKCS7

from tests.verifiers.connections.making import SECRET
from tests.verifiers.crooked_register import Asked, CrookedRegister, crooked_register, http
from verifiers.adapters.session import token_cipher

APP = "miaopi"
Behind = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


def signature(key: str, asked: Asked) -> str:
    """By the text of the form alone: Base64(HMAC-SHA256(key, appid + rtime))."""
    text = asked.headers["gateway_appid"] + asked.headers["gateway_rtime"]
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha256)).decode()


def token(session: str, secret: str = SECRET) -> str:
    padder, encryptor = PKCS7(128).padder(), token_cipher(secret.encode()).encryptor()
    padded = padder.update(session.encode()) + padder.finalize()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


@dataclass
class Gateway:
    """`logins` counts them, `live` are the sessions that are taken, `login` may answer in another way."""

    behind: Behind
    logins: int = 0
    refused: int = 0
    live: set[str] = field(default_factory=set)
    login: Callable[[Asked, "Gateway"], Awaitable[bytes]] | None = None
    expires_in: object = None
    hold: asyncio.Event | None = None
    """While it is there and not set, the first call that is refused waits for it."""

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.path == "/auth/token":
            self.logins += 1
            writer.write(await self.login(asked, self) if self.login else self.opened(asked))
        elif any(asked.headers["gateway_sig"] == signature(session, asked) for session in self.live):
            await self.behind(asked, writer)
        else:
            self.refused += 1
            if self.hold is not None and self.refused == 1:
                await self.hold.wait()
            writer.write(http(b"{}", status="401 Unauthorized"))

    def opened(self, asked: Asked) -> bytes:
        if asked.headers["gateway_sig"] != signature(SECRET, asked):
            return http(b"{}", status="401 Unauthorized")
        session = f"session-{self.logins}"
        self.live.add(session)
        body = {"access_token": token(session), "expires_in": self.expires_in}
        return http(json.dumps({"head": {}, "body": body}).encode())


@asynccontextmanager
async def gateway(behind: Behind) -> AsyncIterator[tuple[Gateway, CrookedRegister]]:
    found = Gateway(behind)
    async with crooked_register(found) as register:
        yield found, register
