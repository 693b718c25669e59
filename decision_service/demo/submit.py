"""Submits cases to a running service, a few at a time, as the platform would."""

import json
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Self, cast
from urllib.parse import urlsplit

from decision_service.demo.cases import DemoCase, difference
from decision_service.demo.processes import Running

AT_ONCE = 8

TURNED_AWAY_SECONDS = 30.0
"""How long requests that are turned away for the moment are sent again: longer than a busy service takes to recover."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """One case as it was decided. `difference` is empty if all is as expected; `late`: a register was too late."""

    case: str
    matter: str
    round: int
    outcome: str
    reasons: tuple[str, ...]
    result: str
    elapsed_ms: float
    difference: str
    late: bool


def submit_all(
    running: Running, cases: Sequence[DemoCase], rounds: int, done: Callable[[], None], *, results: bool
) -> list[Submitted]:
    """Every case `rounds` times, each as a new application. `results`: what is granted is compared as well."""
    jobs = [(number, case) for number in range(rounds) for case in cases]
    with Connections() as connections, ThreadPoolExecutor(AT_ONCE) as pool:

        def one(job: tuple[int, DemoCase]) -> Submitted:
            submitted = _submit(running, connections, *job, results=results)
            done()
            return submitted

        return list(pool.map(one, jobs))


def is_locked(running: Running) -> bool:
    """Whether a request is refused that shows no key."""
    with Connections() as connections:
        status, _ = connections.send("POST", running.service, "/v1/decisions", {}, {"Idempotency-Key": "nobody"})
    return status == 401


def _submit(running: Running, connections: "Connections", number: int, case: DemoCase, *, results: bool) -> Submitted:
    application = uuid.uuid4().hex
    control = {"Miaopi-Control": running.control_token}
    if case.needs_scenario:
        connections.send("PUT", running.sandbox, f"/control/scenarios/{application}", case.facts, control)
    body = {"application_id": application, "matter": case.matter, "channel": "mobile", "form": case.form}
    headers = {"Idempotency-Key": uuid.uuid4().hex, **running.shows}
    started = time.perf_counter()
    status, answer = connections.send("POST", running.service, "/v1/decisions", body, headers)
    elapsed = (time.perf_counter() - started) * 1000
    if status != 200:
        title = str(answer.get("title", ""))
        return Submitted(case.id, case.matter, number, f"HTTP {status}", (), "", elapsed, title or "no decision", False)
    reasons = tuple(str(reason["code"]) for reason in cast("list[dict[str, object]]", answer["reasons"]))
    wrong = difference(case.expect, answer, results=results)
    late = bool(wrong) and _late(answer, case)
    result = _plain(answer["result"])
    outcome = str(answer["outcome"])
    return Submitted(case.id, case.matter, number, outcome, reasons, result, elapsed, "" if late else wrong, late)


def _plain(value: object) -> str:
    """A result as a person reads it."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(part)}" for key, part in value.items())
    return " ".join(str(part) for part in value) if isinstance(value, list) else str(value)


def _late(answer: Mapping[str, object], case: DemoCase) -> bool:
    """Whether a register was late of itself, and the answer therefore went to an officer."""
    planned = {name for name, fact in case.facts.items() if cast("dict[str, object]", fact).get("status") == "timeout"}
    checks = cast("list[dict[str, object]]", answer["verifications"])
    late = {one["register"] for one in checks if one["status"] == "timeout"} - planned
    return bool(late) and answer["outcome"] == "REFERRED"


class Connections:
    """Keep-alive connections, one a thread and server."""

    def __init__(self) -> None:
        self._local = threading.local()
        self._opened: list[HTTPConnection] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._opened:
            connection.close()

    def send(
        self, method: str, url: str, path: str, body: Mapping[str, object], headers: Mapping[str, str]
    ) -> tuple[int, dict[str, object]]:
        """One request with a JSON body; status and JSON answer (empty where there is none). Where it is turned away for
        the moment it is sent again when that is said, as a platform does, for as long as TURNED_AWAY_SECONDS."""
        content = json.dumps(body, ensure_ascii=False).encode()
        sent = {"Content-Type": "application/json", **headers}
        try:
            return self._once(method, url, path, content, sent)
        except (ConnectionError, HTTPException):
            # A connection that idled may be closed by now. Sending again is safe: the key makes it the same request.
            self._connection(url).close()
            return self._once(method, url, path, content, sent)

    def _once(
        self, method: str, url: str, path: str, content: bytes, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, object]]:
        ends = time.monotonic() + TURNED_AWAY_SECONDS
        while True:
            connection = self._connection(url)
            connection.request(method, path, content, dict(headers))
            reply = connection.getresponse()
            text, again_after = reply.read(), reply.headers.get("Retry-After", "")
            if reply.status != HTTPStatus.SERVICE_UNAVAILABLE or not again_after.isdecimal() or time.monotonic() > ends:
                break
            time.sleep(int(again_after))
        return reply.status, cast("dict[str, object]", json.loads(text)) if text else {}

    def _connection(self, url: str) -> HTTPConnection:
        known: dict[str, HTTPConnection] = self._local.__dict__.setdefault("known", {})
        if url not in known:
            parts = urlsplit(url)
            known[url] = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
            self._opened.append(known[url])
        return known[url]
