"""What a platform sends. Nothing of it stands in a `repr`."""

import re
import secrets
from datetime import date
from typing import Any, Literal

import msgspec

Channel = Literal["counter", "pc", "mobile", "self_service"]
Form = dict[str, Any]

_KEY = re.compile(r"[ -~]{1,255}", re.ASCII)


class _Sent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:  # or a traceback of rich would print every field
        return []


class Credential(_Sent, frozen=True, kw_only=True):
    """A credential that is shown in place of a register (电子证照)."""

    register: str
    token: str


class Mandate(_Sent, frozen=True, kw_only=True):
    """What an agent may do: both days are within it, `scope` are matters."""

    number: str
    given_on: date
    ends_on: date
    scope: list[str]


class Agent(_Sent, frozen=True, kw_only=True):
    """Who hands an application in for the applicant (帮代办)."""

    name: str
    id_type: str
    id_no: str
    mandate: Mandate


class Application(_Sent, frozen=True, kw_only=True):
    """An application. `form` has the fields of the matter's guide; money and decimals are strings."""

    application_id: str
    matter: str
    channel: Channel
    form: Form
    credentials: list[Credential] = []
    agent: Agent | None = None


class BundleApplication(_Sent, frozen=True, kw_only=True):
    """An application for a bundle (一件事): the fields of all its matters, each once."""

    application_id: str
    channel: Channel
    form: Form
    credentials: list[Credential] = []
    agent: Agent | None = None


def new_key() -> str:
    """A new idempotency key. Write it down before the first try, and a crash of yours is as safe as one of ours."""
    return secrets.token_hex(16)


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """An application and the key that it is submitted under, at every try."""

    application: Application
    idempotency_key: str = msgspec.field(default_factory=new_key)


def checked_key(key: str | None) -> str:
    """`key`, or a new one. Raises ValueError where it can't be one."""
    if key is None:
        return new_key()
    if not _KEY.fullmatch(key):
        raise ValueError("an idempotency key has 1 to 255 printable ASCII characters")
    return key
