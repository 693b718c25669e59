"""The issuers' routes: what they publish for all, and the control routes that issue, revoke and rotate."""

import re
from collections.abc import Callable, Mapping
from typing import cast

import orjson

from verifiers.credentials.token_status import TYP
from verifiers.registers import Register
from verifiers.sandbox.answering import IncompleteError, Registrars
from verifiers.sandbox.config import Asked, Send
from verifiers.sandbox.issuing.file import issuer_file, may_stand
from verifiers.sandbox.issuing.issuer import SandboxIssuer, Wanted
from verifiers.sandbox.replies import Receive, Refused, Scope, body_of, send_bytes, send_json

PUBLIC = "/issuers/"
CONTROL = "/control/credentials"
FILE = "/control/issuers"
_MAX_BODY = 64 * 1024
_TEXTS = ("register", "subject", "application_id", "audience")
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_NAMES = {*_TEXTS, "params", "format", "nonce", "valid_seconds"}


class IssuingDesk:
    """All issuers of a sandbox, one a register; each comes to be when it is first needed."""

    def __init__(self, registers: Mapping[str, Register], registrars: Registrars, now: Callable[[], int]) -> None:
        """`now` gives seconds since 1970."""
        self._registers = {name: one for name, one in registers.items() if may_stand(one)}
        self._registrars = registrars
        self._now = now
        self._issuers: dict[str, SandboxIssuer] = {}

    async def serve_public(self, scope: Scope, send: Send) -> None:
        """Answer `/issuers/{register}/jwks.json` and `/issuers/{register}/status/1`. Raises Refused."""
        name, _, what = scope["path"].removeprefix(PUBLIC).partition("/")
        issuer = self._issuer(name)
        if scope["method"] != "GET":
            raise Refused(405, "method", "what issuers publish is read with GET")
        if what == "jwks.json":
            content = orjson.dumps(issuer.jwks())
            await send_bytes(send, content, content_type=b"application/jwk-set+json")
        elif what == "status/1":
            content = issuer.status_list(_status_uri(scope, name), self._now()).encode()
            await send_bytes(send, content, content_type=f"application/{TYP}".encode())
        else:
            raise Refused(404, "path", "an issuer publishes jwks.json and status/1")

    async def serve_control(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the control routes below `/control/credentials`, and `/control/issuers`. Raises Refused."""
        path, method = scope["path"], scope["method"]
        if path == FILE and method == "GET":
            content = issuer_file(self._registers.values(), _base(scope)).encode()
            return await send_bytes(send, content, content_type=b"application/toml")
        if path == CONTROL and method == "POST":
            return await send_json(send, self._issued(await _object(receive), scope))
        match method, path.removeprefix(f"{CONTROL}/").split("/"):
            case "POST", [name, "keys"]:
                return await send_json(send, {"kid": self._issuer(name).rotate()})
            case "DELETE", [name, "keys", kid]:
                if not self._issuer(name).withdraw(kid):
                    raise Refused(404, "kid", "this issuer has no such key")
                return await send_bytes(send, b"", status=204)
            case "PUT", [name, "statuses", index]:
                self._set_status(self._issuer(name), index, await _object(receive))
                return await send_bytes(send, b"", status=204)
            case _:
                raise Refused(404, "path", "docs/credentials.md lists the control routes of issuers")

    def _issued(self, raw: Mapping[str, object], scope: Scope) -> dict[str, object]:
        wanted = self._wanted(raw)
        name = str(raw["register"])
        issuer = self._issuer(name)
        uri = _status_uri(scope, name)
        kid = issuer.kid
        token, index = issuer.issue(wanted, uri, self._now())
        return {"token": token, "issuer": issuer.identifier, "kid": kid, "status_list": uri, "status_index": index}

    def _wanted(self, raw: Mapping[str, object]) -> Wanted:
        if raw.keys() - _NAMES:
            raise Refused(400, "unknown", f"a name is not known here; these are: {', '.join(sorted(_NAMES))}")
        texts = {name: _text(raw, name) for name in _TEXTS}
        register = self._registers.get(texts["register"])
        if register is None:
            raise Refused(404, "register", "no credential can stand for such a register")
        params, form, seconds = raw.get("params"), raw.get("format", "sd-jwt"), raw.get("valid_seconds", 300)
        if not isinstance(params, dict) or form not in ("sd-jwt", "jwt"):
            raise Refused(400, "params", "`params` is what the register is asked with, `format` sd-jwt or jwt")
        if not isinstance(seconds, int) or isinstance(seconds, bool) or abs(seconds) > 366 * 86_400:
            raise Refused(400, "valid_seconds", "`valid_seconds` is a whole number within a year, below 0 for expired")
        asked = Asked("control", register.name, "-", texts["application_id"], "-", texts["subject"], params, 0, "-")
        try:
            said = self._registrars.say(asked)
        except IncompleteError as error:
            raise Refused(409, "incomplete", f"the scenario leaves fields open: {error}; write them in it") from None
        if said.status != "ok":
            raise Refused(409, "no_record", "this register has nothing on the subject that could be certified")
        nonce = _text(raw, "nonce") if "nonce" in raw else texts["application_id"]
        return Wanted(
            form=form,
            subject=texts["subject"],
            params=params,
            facts=said.data,
            data_as_of=said.data_as_of,
            audience=texts["audience"],
            nonce=nonce,
            valid_seconds=seconds,
        )

    def _issuer(self, name: str) -> SandboxIssuer:
        if name not in self._registers:
            raise Refused(404, "register", "no credential can stand for such a register")
        return self._issuers.setdefault(name, SandboxIssuer(name))

    @staticmethod
    def _set_status(issuer: SandboxIssuer, index: str, raw: Mapping[str, object]) -> None:
        value = raw.get("status")
        if (
            not isinstance(value, int)
            or isinstance(value, bool)
            or value not in (0, 1, 2)
            or not _NUMBER.fullmatch(index)
        ):
            raise Refused(400, "status", "`status` is 0 (valid), 1 (revoked) or 2 (suspended)")
        if not issuer.set_status(int(index), value):
            raise Refused(404, "index", "the list has no such entry")


async def _object(receive: Receive) -> dict[str, object]:
    try:
        raw = orjson.loads(await body_of(receive, _MAX_BODY))
    except orjson.JSONDecodeError:
        raw = None
    if not isinstance(raw, dict):
        raise Refused(400, "json", "the body must be one JSON object in UTF-8")
    return cast("dict[str, object]", raw)


def _text(raw: Mapping[str, object], name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 256 or not value.isprintable():
        raise Refused(400, name, f"`{name}` must be text of 1 to 256 printable characters")
    return value


def _status_uri(scope: Scope, name: str) -> str:
    return f"{_base(scope)}{PUBLIC}{name}/status/1"


def _base(scope: Scope) -> str:
    """The address by which the sandbox was called, which is the one that others call it by in a trial."""
    host = next((value for name, value in scope["headers"] if name == b"host"), b"127.0.0.1")
    return f"http://{host.decode('latin-1')}"
