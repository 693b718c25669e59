"""A service that misbehaves on purpose. Which trial an application belongs to is told by its number: `lost_answer-1` is
the first application of the trial `lost_answer`. It remembers all that a platform sent."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from decision_service.client.contract.logbook import Logbook, canonical

APPLICATION: dict[str, Any] = {
    "matter": "elderly_allowance",
    "channel": "mobile",
    "form": {
        "applicant_name": "赵示甲一",
        "id_type": "111",
        "id_no": "210100193505208826",
        "notice_read": True,
        "city": "210100",
        "pay_to": "social_security_card",
    },
}
"""What is submitted in trials, besides its number. The person is fictitious."""

Receipts = Literal["true", "altered", "another's"]
Act = Literal["answer", "lose the request", "lose the answer", "half the answer"]


@dataclass(frozen=True, slots=True)
class Refuse:
    """A problem in place of an answer."""

    status: int
    code: str
    retry_after: int | None = None
    decision_id: str | None = None


@dataclass(frozen=True, slots=True)
class Play:
    """What the stand-in does in a trial: an act for each POST in turn, then `ever`. `more` is added to its decisions,
    `first` to the first alone."""

    acts: tuple[Act | Refuse, ...] = ()
    ever: Act | Refuse = "answer"
    more: dict[str, Any] = field(default_factory=dict)
    first: dict[str, Any] = field(default_factory=dict)
    receipts: Receipts = "true"


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it came, and when on a clock that never goes back."""

    at: float
    method: str
    path: str
    key: str | None = None
    body: bytes = b""
    application_id: str = ""


class StandIn:
    """The state of the stand-in, shared by the threads that serve."""

    def __init__(self, plays: dict[str, Play]) -> None:
        self.url = ""
        self.plays = plays
        self.log = Logbook()
        self._lock = threading.Lock()
        self._seen: list[Seen] = []
        self._kept: dict[str, tuple[bytes, bytes]] = {}
        self._answers: dict[str, bytes] = {}
        self._trials: dict[str, str] = {}

    def seen(self, trial: str) -> list[Seen]:
        """All POSTs of a trial so far, in their order."""
        with self._lock:
            return [one for one in self._seen if one.method == "POST" and _trial(one.application_id) == trial]

    def everything(self) -> list[Seen]:
        """All requests so far."""
        with self._lock:
            return list(self._seen)

    def recorded(self, application_id: str) -> list[str]:
        """The decisions on an application, by their numbers."""
        with self._lock:
            found = [json.loads(one) for one in self._answers.values()]
        return [one["decision_id"] for one in found if one["application_id"] == application_id]

    def note(self, method: str, path: str, key: str | None = None, body: bytes = b"") -> Seen:
        """Remember a request; JSON as one spells it, as equal JSON is the same application."""
        try:
            sent = json.loads(body) if body else {}
            application_id, body = str(sent["application_id"]), canonical(sent)
        except (ValueError, TypeError, KeyError):
            application_id = ""
        seen = Seen(time.monotonic(), method, path, key, body, application_id)
        with self._lock:
            self._seen.append(seen)
        return seen

    def act(self, seen: Seen) -> Act | Refuse:
        """What to do with a POST that was noted."""
        play = self.plays.get(_trial(seen.application_id), Play())
        number = self.seen(_trial(seen.application_id)).index(seen)
        return play.acts[number] if number < len(play.acts) else play.ever

    def decide(self, seen: Seen) -> bytes | Refuse:
        """The decision of a request, the same for the same key; its answer's bytes."""
        if not seen.key:
            return Refuse(400, "key_missing")
        with self._lock:
            if seen.key in self._kept:
                body, answer = self._kept[seen.key]
                return answer if body == seen.body else Refuse(422, "key_reused")
            trial = _trial(seen.application_id)
            earlier = [
                one for one in self._answers.values() if json.loads(one)["application_id"] == seen.application_id
            ]
            if earlier and json.loads(earlier[-1])["outcome"] != "CORRECTION_REQUIRED":
                return Refuse(409, "decided_before", decision_id=json.loads(earlier[-1])["decision_id"])
            play = self.plays.get(trial, Play())
            answer = self.log.append(_decision(len(self._kept), seen, play.more if earlier else play.more | play.first))
            decision_id = json.loads(answer)["decision_id"]
            self._kept[seen.key] = (seen.body, answer)
            self._answers[decision_id] = answer
            self._trials[decision_id] = trial
            return answer

    def answer(self, decision_id: str) -> bytes | None:
        """A decision on record."""
        with self._lock:
            return self._answers.get(decision_id)

    def receipt(self, decision_id: str) -> bytes | None:
        """The receipt of a decision; in some trials one that does not hold."""
        with self._lock:
            if decision_id not in self._answers:
                return None
            match self.plays.get(self._trials[decision_id], Play()).receipts:
                case "true":
                    return self.log.receipt(decision_id)
                case "altered":
                    return self.log.altered(decision_id)
                case "another's":
                    return self.log.receipt(next(one for one in self._answers if one != decision_id))


def _trial(application_id: str) -> str:
    return application_id.partition("-")[0]


def _decision(number: int, seen: Seen, more: dict[str, Any]) -> dict[str, Any]:
    sent = json.loads(seen.body)
    decision = {
        "decision_id": f"01980000-0000-7000-8000-{number:012d}",
        "application_id": seen.application_id,
        "matter": sent["matter"],
        "channel": sent["channel"],
        "policy": {"version": "2026-01-01", "digest": "sha256:" + "0" * 64, "effective_from": "2026-01-01"},
        "as_of": "2026-03-16",
        "decided_at": "2026-03-16T10:00:00.000+08:00",
        "outcome": "APPROVED",
        "outcome_text": {"zh": "予以批准", "en": "approved"},
        "reasons": [],
        "advice": [],
        "notes": [],
        "result": {},
        "items": [],
        "obligations": [],
        "remedies": None,
        "next_step": None,
        "verifications": [],
        "engines": {"agree": True},
        "elapsed_ms": 12,
    }
    return decision | more


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stand_in: StandIn

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the base class has
        """Silent."""

    def do_GET(self) -> None:
        self.stand_in.note("GET", self.path)
        parts = self.path.partition("?")[0].strip("/").split("/")
        found = None
        if parts[:2] == ["v1", "decisions"] and len(parts) == 3:
            found = self.stand_in.answer(parts[2])
        elif parts[:2] == ["v1", "decisions"] and parts[3:] == ["receipt"]:
            found = self.stand_in.receipt(parts[2])
        self._refuse(Refuse(404, "unknown_decision")) if found is None else self._answer(200, found)

    def do_POST(self) -> None:
        body = self._body()
        seen = self.stand_in.note("POST", self.path, self.headers.get("Idempotency-Key"), body)
        if self.path.partition("?")[0] != "/v1/decisions" or not seen.application_id:
            self._refuse(Refuse(404, "not_found"))
            return
        act = self.stand_in.act(seen)
        if isinstance(act, Refuse):
            self._refuse(act)
        elif act == "lose the request":
            self._hang_up()
        else:
            self._decide(seen, act)

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(length) if length.isascii() and length.isdigit() else 0)
        body = b""
        while size := int(self.rfile.readline().partition(b";")[0].strip() or b"0", 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _decide(self, seen: Seen, act: Act) -> None:
        answer = self.stand_in.decide(seen)
        if isinstance(answer, Refuse):
            self._refuse(answer)
        elif act == "answer":
            self._answer(200, answer)
        else:
            if act == "half the answer":
                self._answer(200, answer[: len(answer) // 2], length=len(answer))
            self._hang_up()

    def _refuse(self, one: Refuse) -> None:
        body = {
            "type": f"urn:miaopi:problem:{one.code}",
            "title": one.code,
            "title_zh": one.code,
            "status": one.status,
            "detail": "the stand-in's own",
            "detail_zh": "替身服务",
            "errors": [],
        }
        if one.decision_id is not None:
            body["decision_id"] = one.decision_id
        headers = {} if one.retry_after is None else {"Retry-After": str(one.retry_after)}
        self._answer(one.status, json.dumps(body).encode(), "application/problem+json", headers)

    def _answer(
        self,
        status: int,
        body: bytes,
        media_type: str = "application/json",
        headers: dict[str, str] | None = None,
        length: int | None = None,
    ) -> None:
        self.send_response_only(status)
        for name, value in {"Content-Type": media_type, **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(body)
            self.wfile.flush()

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(2)


@contextmanager
def standing_in(plays: dict[str, Play], port: int = 0) -> Iterator[StandIn]:
    """The stand-in on a loopback port, for as long as the block runs."""
    stand_in = StandIn(plays)
    handler = type("Handler", (_Handler,), {"stand_in": stand_in})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    stand_in.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, name="stand-in", daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
