"""Platforms to examine: ours, and one that is bad at one thing at a time."""

import http.client
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from decision_service.client import Application, Client, Pace
from decision_service.client.errors import DecidedBeforeError, ReceiptRefusedError

PACE = Pace(deadline=4.0, one_try=2.0, first_pause=0.02, longest_pause=0.1)


def ours(url: str, application: dict[str, Any]) -> str:
    """A platform on our client."""
    with Client(url, pace=PACE) as client:
        try:
            return client.decide(Application(**application)).outcome
        except DecidedBeforeError as error:
            return client.decision(error.decision_id).outcome


def our_acceptance(url: str, decision_id: str, public_key: str) -> bool:
    with Client(url, pace=PACE) as client:
        try:
            client.verify(client.receipt(decision_id), public_key, client.decision(decision_id))
        except ReceiptRefusedError:
            return False
        return True


@dataclass
class Plain:
    """A careful platform without our client; each attribute takes one care away."""

    new_key: Callable[[dict[str, Any], int], str] = lambda *_: uuid.uuid4().hex
    keeps_key: bool = True
    retries: bool = True
    waits: bool = True
    deadline: float = 4.0
    resubmits: bool = False
    strict_members: bool = False
    believes: bool = False
    retries_refusals: bool = False
    makes_up: str | None = None
    query: str = ""
    spells_anew: bool = False
    sent: list[str] = field(default_factory=list)

    def submit(self, url: str, application: dict[str, Any]) -> str | None:
        started, tries = time.monotonic(), 0
        key = self.new_key(application, 0)
        while time.monotonic() - started < self.deadline:
            status, headers, body = self.post(url, application, key)
            tries += 1
            if status == 200:
                return self.read(body)
            if not self.retries:
                break
            if status in (404, 409, 422):
                code = json.loads(body)["type"].rsplit(":", 1)[1]
                if code == "decided_before" and self.resubmits:
                    key = self.new_key(application, tries)
                    if tries > 3:
                        break
                elif code != "in_work" and not (self.retries_refusals and tries < 3):
                    break
            if not self.keeps_key:
                key = self.new_key(application, tries)
            time.sleep(float(headers.get("Retry-After", 0)) if self.waits else 0.01)
        return self.makes_up

    def post(self, url: str, application: dict[str, Any], key: str) -> tuple[int, dict[str, str], bytes]:
        address = urlsplit(url)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=5)
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        path = "/v1/decisions" + quote(self.query.format(**application["form"]), safe="?=")
        try:
            self.sent.append(key)
            told = dict(reversed(application.items())) if self.spells_anew and len(self.sent) % 2 else application
            connection.request("POST", path, json.dumps(told, indent=len(self.sent) % 3).encode(), headers)
            reply = connection.getresponse()
            return reply.status, dict(reply.getheaders()), reply.read()
        except (OSError, http.client.HTTPException):
            return 0, {}, b""
        finally:
            connection.close()

    def read(self, body: bytes) -> str | None:
        told = json.loads(body)
        if self.strict_members and "seal" in told:
            raise ValueError("a member that I do not know")
        if not self.believes and told["outcome"] == "APPROVED_IN_PRINCIPLE":
            raise ValueError("an outcome that I do not know")
        return str(told["outcome"])
