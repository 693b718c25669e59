"""A register written from docs/registers.md alone, that can be told to leave out one duty."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field

from tests.verifiers.connections.making import SECRET
from tests.verifiers.crooked_register import Asked, http
from verifiers.conformance.sample import PEOPLE

NAMES = ("app", "timestamp", "nonce", "content-digest", "signature")
FIELDS = {"register", "matter", "application_id", "purpose", "subject", "params", "deadline_ms", "nonce"}


class RefusedError(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def signature(direction: str, path: str, stamp: str, nonce: str, body: bytes) -> str:
    digest = hashlib.sha256(body).hexdigest()
    lines = [f"miaopi-{direction}-1", "hmac-sha256", "POST", path, "miaopi", stamp, nonce, digest]
    return base64.b64encode(hmac.digest(SECRET.encode(), "\n".join(lines).encode(), "sha256")).decode()


@dataclass
class LenientRegister:
    """`leaves` names the duty that it leaves out, "" for none."""

    leaves: str = ""
    seen: set[str] = field(default_factory=set)
    numbers: int = 0

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        try:
            self.admit(asked)
            wire = self.question(asked)
        except RefusedError as refused:
            echo = asked.body if self.leaves == "discretion" else b"{}"
            status = 500 if self.leaves == "codes" else refused.status
            writer.write(http(echo, status=f"{status} Refused"))
            return
        if self.leaves == "haste":
            await asyncio.sleep(1.0)
        writer.write(self.answer(asked, wire))

    def admit(self, asked: Asked) -> None:
        if len(asked.body) > 64 * 1024 and self.leaves != "size":
            raise RefusedError(413)
        found = {name: asked.headers.get(f"miaopi-{name}", "") for name in NAMES}
        if self.leaves == "everything":
            return
        if self.leaves != "headers" and not all(found.values()):
            raise RefusedError(401)
        if self.leaves == "early noting":
            self.note(found["nonce"])
        self.check(asked, found)
        if self.leaves not in ("noting", "early noting"):
            self.note(found["nonce"])
        if asked.path != "/v1/registers/conformance":
            raise RefusedError(404)

    def check(self, asked: Asked, found: dict[str, str]) -> None:
        if found["app"] != "miaopi":
            raise RefusedError(401)
        if self.leaves != "time" and abs(int(found["timestamp"]) - time.time() * 1000) > 300_000:
            raise RefusedError(401)
        given = (found["timestamp"], found["nonce"], asked.body)
        right = {signature("request", asked.path, *given)}
        if self.leaves == "direction":
            right.add(signature("answer", asked.path, *given))
        if self.leaves == "path":
            right |= {signature("request", f"/v1/registers/{name}", *given) for name in ("another_register",)}
        if self.leaves != "signature" and found["signature"] and found["signature"] not in right:
            raise RefusedError(401)
        if found["content-digest"] and found["content-digest"] != hashlib.sha256(asked.body).hexdigest():
            raise RefusedError(401)

    def note(self, nonce: str) -> None:
        if nonce in self.seen:
            raise RefusedError(409)
        self.seen.add(nonce)

    def question(self, asked: Asked) -> dict:
        try:
            wire = json.loads(asked.body)
        except ValueError:
            raise RefusedError(400) from None
        if not isinstance(wire, dict):
            raise RefusedError(400)
        if self.leaves == "fields":
            return {"nonce": asked.headers["miaopi-nonce"], "purpose": None, **wire}
        if wire.keys() != FIELDS or set(wire["params"]) != {"id_no"} or wire["register"] != "conformance":
            raise RefusedError(400)
        if wire["nonce"] != asked.headers.get("miaopi-nonce"):
            raise RefusedError(400)
        return wire

    def answer(self, asked: Asked, wire: dict) -> bytes:
        self.numbers += self.leaves != "numbering"
        data = PEOPLE.get(wire["subject"])
        if self.leaves == "honesty":
            data = data or next(iter(PEOPLE.values()))
        fields = dict(data or {})
        if self.leaves == "completeness":
            fields.pop("months", None)
        day = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600))
        reply = {
            "status": "ok" if data else "no_record",
            "data_as_of": "2001-01-01" if self.leaves == "freshness" else day,
            "source": "conformance",
            "request_id": f"r-{self.numbers}",
            "subject": wire["subject"],
            "purpose": wire.get("purpose"),
            "nonce": wire["nonce"],
            "data": fields,
        }
        body, stamp = json.dumps(reply).encode(), str(int(time.time() * 1000))
        signed = signature("answer", asked.path, stamp, asked.headers["miaopi-nonce"], body)
        given = ("miaopi", stamp, asked.headers["miaopi-nonce"], hashlib.sha256(body).hexdigest(), signed)
        return http(body, {f"Miaopi-{name}": value for name, value in zip(NAMES, given, strict=True)})
