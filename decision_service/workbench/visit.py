"""What a page is made for: the workbench it belongs to, who looks at it, and in which language."""

from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, Protocol
from urllib.parse import urlencode

from starlette.requests import Request

from decision_service.access.actions import Action
from decision_service.access.principal import Principal
from decision_service.workbench.drafts import Drafts
from decision_service.workbench.elsewhere import Elsewhere
from decision_service.workbench.jobs import Jobs
from decision_service.workbench.service import Door, Service
from decision_service.workbench.sessions import Session
from decision_service.workbench.store import Store
from decision_service.workbench.trust import Trust

Language = Literal["zh", "en"]

LANGUAGE: ContextVar[Language] = ContextVar("LANGUAGE", default="zh")
"""Of the request in work."""

LANGUAGE_COOKIE: Final = "miaopi_language"
DARK_COOKIE: Final = "miaopi_dark"


class Both(Protocol):
    """Any text in both languages (`policy.parts.Bilingual`, and whatever else has the two)."""

    @property
    def zh(self) -> str:
        """In Chinese."""

    @property
    def en(self) -> str:
        """In English."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What all pages work on. `service` is None where the workbench stands alone; `now` is China's time; `trust` is
    whom it believes of the record. `ledger`: the record of decisions on this machine that the operator named, None
    where he named none; it is only read."""

    rules: Path
    data: Path
    store: Store
    drafts: Drafts
    jobs: Jobs
    elsewhere: Elsewhere
    service: Service | None
    now: Callable[[], datetime]
    trust: Trust = field(default_factory=Trust)
    ledger: Path | None = None


class SignedOutError(Exception):
    """Whoever acts on the page is no longer signed in."""


class NotAllowedError(Exception):
    """The table of roles (access/actions.py) does not give him that."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at one page. `current` gives the session as it is now, None once it has ended; `used` the same, and
    keeps it open."""

    bench: Bench
    person: Principal
    language: Language
    request: Request
    current: Callable[[], Session | None]
    used: Callable[[], Session | None]

    def say(self, zh: str, en: str) -> str:
        """The text in the reader's language."""
        return zh if self.language == "zh" else en

    def tell(self, text: Both) -> str:
        """The text in the reader's language."""
        return text.zh if self.language == "zh" else text.en

    def joined(self, words: Iterable[str]) -> str:
        """Several words in a row, as the reader's language parts them."""
        return self.say("、", ", ").join(words)

    def aside(self, words: str) -> str:
        """What is added to a word, in the brackets of the reader's language."""
        return self.say(f"（{words}）", f" ({words})")

    def asked(self, name: str) -> str:
        """What the address says of `name`, in its path or its query; "" where it says nothing."""
        return str(self.request.path_params.get(name) or self.request.query_params.get(name) or "")

    def may(self, action: Action) -> bool:
        """Whether he may, by the table of roles."""
        return self.person.may(action)

    def require(self, action: Action) -> str:
        """The name of who acts, if he is still signed in and may. To be called first in whatever a click or a key press
        sets off and that changes something. Raises SignedOutError, NotAllowedError."""
        session = self.used()
        if session is None:
            raise SignedOutError
        if not session.person.may(action):
            raise NotAllowedError
        return session.person.name

    async def get(self, door: Door, path: str, query: Mapping[str, str] | None = None) -> Any:
        """Asks the service with his key. Raises ServiceError, SignedOutError; RuntimeError where there is none."""
        return await self._service().get(door, path, self._key(), query)

    async def post(self, door: Door, path: str, body: object = None, once: str = "") -> Any:
        """Has the service do something with his key; under `once` (an idempotency key) one time, however often it is
        sent. Raises as `get`."""
        return await self._service().post(door, path, self._key(), body, once)

    def _service(self) -> Service:
        if self.bench.service is None:
            raise RuntimeError("this workbench stands alone")
        return self.bench.service

    def _key(self) -> str:
        session = self.current()
        if session is None:
            raise SignedOutError
        return session.key


def address(path: str, **query: str) -> str:
    """An address within the workbench."""
    return f"{path}?{urlencode(query)}" if query else path
