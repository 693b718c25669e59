"""An application as an address carries it: in the shape of a worked case."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import orjson

from decision_service.strictjson import JsonRefusedError, loads

MOST_BYTES: Final = 48 * 1024
"""Of the JSON; servers refuse longer addresses."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Form and facts as JSON, and the day."""

    as_of: date
    form: Mapping[str, object] = field(repr=False)
    facts: Mapping[str, object] = field(repr=False)

    @staticmethod
    def of_json(one: Mapping[str, Any]) -> "Kept":
        """An application as long work gives it: `as_of`, `form` and `facts`."""
        return Kept(date.fromisoformat(one["as_of"]), one["form"], one["facts"])

    def as_given(self) -> str:
        """What stands behind `given=` in an address; "" where it is too long for one."""
        content = orjson.dumps({"as_of": str(self.as_of), "form": self.form, "facts": self.facts})
        return base64.urlsafe_b64encode(content).decode().rstrip("=") if len(content) <= MOST_BYTES else ""


class NotKeptError(ValueError):
    """The address holds no application."""


def read_given(text: str, today: date) -> Kept:
    """The application of an address; one that states no day is of `today`. Raises NotKeptError."""
    try:
        content = loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True), MOST_BYTES)
    except (binascii.Error, ValueError, JsonRefusedError):
        raise NotKeptError from None
    if not isinstance(content, dict):
        raise NotKeptError
    form, facts, day = content.get("form"), content.get("facts", {}), content.get("as_of")
    if not isinstance(form, dict) or not isinstance(facts, dict):
        raise NotKeptError
    try:
        return Kept(today if day is None else date.fromisoformat(day), form, facts)
    except (TypeError, ValueError):
        raise NotKeptError from None
