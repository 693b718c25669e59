"""Who sits before the pages: signed in by a key that the service knows, or by the link that a workbench on this desk
alone prints."""

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from decision_service.access.principal import Principal

COOKIE: Final = "miaopi_workbench"

SIGN_IN: Final = "/sign-in"
"""Where one comes in."""

LONGEST: Final = timedelta(hours=10)
"""A working day; after it one signs in anew."""

IDLE: Final = timedelta(hours=2)

_NONCE_BYTES: Final = 12


@dataclass(slots=True)
class Session:
    """Somebody at work. `key` is what the service knows him by, "" where there is no service; it is kept in memory
    alone, and neither shown nor sent to a browser."""

    person: Principal
    key: str = field(repr=False)
    began: datetime
    seen: datetime
    _seal: AESGCM = field(default_factory=lambda: AESGCM(AESGCM.generate_key(256)), repr=False)

    def sealed(self, words: str, about: str) -> str:
        """`words` for his browser to hold: they are read by this session alone, and as what they are `about`."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return base64.b64encode(nonce + self._seal.encrypt(nonce, words.encode(), about.encode())).decode()

    def unsealed(self, sealed: str, about: str) -> str | None:
        """What was sealed so, None where it was not, or by another session."""
        try:
            content = base64.b64decode(sealed, validate=True)
            return self._seal.decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], about.encode()).decode()
        except (InvalidTag, ValueError):
            return None


class Sessions:
    """The open sessions of this process, by what their cookies hold."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._open: dict[bytes, Session] = {}

    def begin(self, person: Principal, key: str) -> str:
        """Opens one; what its cookie is to hold."""
        now = self._now()
        self._open = {mark: one for mark, one in self._open.items() if _counts(one, now)}
        token = secrets.token_urlsafe(32)
        self._open[_mark(token)] = Session(person, key, now, now)
        return token

    def of(self, token: str) -> Session | None:
        """The session of a cookie, None where it is none or has ended. To be looked up keeps none open: pages that
        renew themselves would never let one end."""
        found = self._open.get(_mark(token))
        return found if found is not None and _counts(found, self._now()) else None

    def used(self, token: str) -> Session | None:
        """The same, where its person does something: that keeps it open."""
        found = self.of(token)
        if found is not None:
            found.seen = self._now()
        return found

    def end(self, token: str) -> None:
        """Closes it."""
        self._open.pop(_mark(token), None)


def _mark(token: str) -> bytes:
    # Looked up by digest: how long a look-up takes tells nothing of tokens that are good.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _counts(session: Session, now: datetime) -> bool:
    return now - session.began < LONGEST and now - session.seen < IDLE
