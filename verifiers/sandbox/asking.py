"""A request to a register, from bytes to a question: who signed it, is it complete, does it ask what may be asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import orjson

from verifiers.nonces import NonceBook
from verifiers.registers import Register
from verifiers.sandbox.config import Asked
from verifiers.sandbox.replies import Refused
from verifiers.signing import NONCE, Received, Refusal, SigningKey, check_request

_TEXTS = ("register", "matter", "application_id", "purpose", "subject", "nonce")
_NAMES = {*_TEXTS, "params", "deadline_ms"}
_MAX_TEXT = 200
_MAX_DEADLINE_MS = 600_000


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets questions in: signed by one of `keys`, once, for one of `registers`."""

    registers: Mapping[str, Register]
    keys: Mapping[str, SigningKey]
    book: NonceBook

    def admit(self, name: str, received: Received) -> tuple[Asked, SigningKey]:
        """The question, and the key that signed it. Raises Refused (400, 401, 404, 409, 503)."""
        key = check_request(self.keys, self.book, received)
        if isinstance(key, Refusal):
            if key.word == "busy":
                raise Refused(503, "busy", "too many questions within ten minutes; try again later")
            if key.word == "replay":
                raise Refused(409, "nonce_used", "a nonce is good once; ask again with a new one")
            raise Refused(401, f"signature_{key.word}", "sign as docs/registers.md describes")
        register = self.registers.get(name)
        if register is None:
            raise Refused(404, "register", "no such register; the catalogue names those there are")
        nonce = next(value for header, value in received.headers if header.lower() == NONCE.lower())
        return _asked(_object(received.body), register, key.app, nonce), key


def _object(body: bytes) -> dict[str, object]:
    try:
        raw = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused(400, "json", "the body must be one JSON object in UTF-8") from None
    if not isinstance(raw, dict):
        raise Refused(400, "json", "the body must be one JSON object in UTF-8")
    return cast("dict[str, object]", raw)


def _asked(raw: Mapping[str, object], register: Register, app: str, nonce: str) -> Asked:
    for name in sorted(_NAMES - raw.keys()):
        raise Refused(400, "missing", f"`{name}` is missing")
    if raw.keys() - _NAMES:
        raise Refused(400, "unknown", f"a name is not known here; these are: {', '.join(sorted(_NAMES))}")
    texts = {name: _text(name, raw[name]) for name in _TEXTS}
    if texts["register"] != register.name:
        raise Refused(400, "register", "`register` is not that of the path")
    if texts["nonce"] != nonce:
        raise Refused(400, "nonce", "`nonce` is not that of the header")
    deadline = raw["deadline_ms"]
    if not isinstance(deadline, int) or isinstance(deadline, bool) or not 0 <= deadline <= _MAX_DEADLINE_MS:
        raise Refused(400, "deadline_ms", f"`deadline_ms` must be a whole number from 0 to {_MAX_DEADLINE_MS}")
    params = raw["params"]
    if not isinstance(params, dict):
        raise Refused(400, "params", "`params` must be an object")
    _check_params(params, register)
    return Asked(app=app, params=cast("dict[str, object]", params), deadline_ms=deadline, **texts)


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_TEXT or not value.isprintable():
        raise Refused(400, name, f"`{name}` must be text of 1 to {_MAX_TEXT} printable characters")
    return value


def _check_params(params: Mapping[str, object], register: Register) -> None:
    """One of the sets that the register is asked with, whole and without blanks; beside it only what is optional."""
    asked_with = next(
        (names for names in (register.asked_with, *register.alternatives) if params.keys() >= set(names)), None
    )
    if asked_with is None:
        sets = " or ".join(", ".join(names) for names in (register.asked_with, *register.alternatives))
        raise Refused(400, "param_missing", f"{register.name} is asked with {sets}")
    if params.keys() - {*asked_with, *register.optional_parameters}:
        raise Refused(400, "param_unknown", f"{register.name} is asked with nothing but {', '.join(asked_with)}")
    for name in asked_with:
        if params[name] is None or params[name] in ("", []):
            raise Refused(400, "param_empty", f"`{name}` is empty")
