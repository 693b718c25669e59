"""P17: what the descriptions say can be answered can be: each status of each operation, produced.

What depends on the contents of a case (done, in conflict, gone) is produced by the tests of each operation.
"""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from decision_service.access.actions import Action, is_open
from decision_service.access.limits import LimitReached
from decision_service.access.principal import Rate
from decision_service.http import door
from decision_service.http.places import Places
from tests.http.members import STAFF_SCOPES, Guarded, Members, guarded
from tests.http.sockets import HOST, exchange

BY_CONTENTS = frozenset({200, 201, 202, 409, 410})
BY_OTHER_CONTENTS = {
    ("POST", "/v1/decisions", 404): "an unknown matter: test_broken_requests",
    ("POST", "/control/v1/suspensions", 404): "an unknown matter: tests/requirements/test_rq_h4",
    ("POST", "/control/v1/erasures", 404): "an unknown person: tests of erasure",
    ("POST", "/staff/v1/complaints:find", 404): "an unknown key: tests/casework",
    ("POST", "/control/v1/releases", 422): "a wrong rule file: test_releases",
    ("GET", "/staff/v1/queue/{item_id}/file", 404): "with a purpose: tests/casework",
    ("GET", "/staff/v1/queue", 422): "a wrong filter: tests/casework",
    ("GET", "/staff/v1/decisions", 422): "a wrong filter: tests/casework/test_auditing",
    ("GET", "/staff/v1/decisions/{decision_id}/file", 404): "with a purpose: tests/casework/test_auditing",
    ("GET", "/v1/decisions/{decision_id}/notice", 422): "an unknown language: tests of the notice",
}
"""What takes more than an unknown number in the address, or a body of nothing."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a description, and who may do it."""

    method: str
    path: str
    action: Action
    statuses: frozenset[int]
    has_body: bool
    control: bool

    @property
    def target(self) -> str:
        """Its address with numbers of nothing in it."""
        parts = (f"none-{place}" if part.startswith("{") else part for place, part in enumerate(self.path.split("/")))
        return "/".join(parts)


@pytest.fixture(scope="module")
def service(registers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """With somebody of every role at once, and somebody who may do nothing at all."""
    members = Members().caller("platform").staff("all", "analyst", "approver", "auditor", "operator", "officer")
    members.caller("idle", scopes=["rate"]).staff("idler", "officer", scopes=["switch"])
    with guarded(tmp_path_factory.mktemp("statuses"), registers, members) as found:
        yield found


@pytest.fixture(scope="module")
def operations(service: Guarded) -> list[Operation]:
    found = []
    for who, url in (("platform", service.stage.url), ("all", service.stage.control)):
        described = service.stage.send("GET", "/openapi.json", headers=service.members.shows(who), url=url).json
        for path, methods in described["paths"].items():
            for method, told in methods.items():
                statuses = frozenset(int(status) for status in told["responses"])
                action, body = Action(told["x-action"]), "requestBody" in told
                found.append(Operation(method.upper(), path, action, statuses, body, who == "all"))
    assert len(found) > 30
    return found


def asked(
    service: Guarded, one: Operation, body: bytes = b"{}", kind: str = "application/json", query: str = ""
) -> int:
    who = "all" if one.control or one.action is Action.READ_METRICS else "platform"
    headers = {**service.members.shows(who), "Idempotency-Key": "statuses"}
    if one.has_body:
        headers["Content-Type"] = kind
    return plain(service, one, headers, body if one.has_body else None, query)


def plain(service: Guarded, one: Operation, headers: dict, body: bytes | None = None, query: str = "") -> int:
    url = service.stage.control if one.control else service.stage.url
    got = service.stage.send(one.method, one.target + query, body, headers, url)
    assert got.status < 400 or json.loads(got.body)["status"] == got.status
    return got.status


def raw(service: Guarded, one: Operation, *parts: bytes) -> int:
    url = service.stage.control if one.control else service.stage.url
    line = f"{one.method} {one.target} HTTP/1.1\r\n".encode()
    return exchange(url, line + parts[0], *parts[1:]).statuses[-1]


def not_allowed(service: Guarded, one: Operation) -> int:
    names = ("idle", "idler") if one.action is not Action.RATE else ("idler",)
    return next((s for name in names if (s := plain(service, one, service.members.shows(name))) == 403), 0)


PRODUCED: dict[int, Callable[[Guarded, Operation], int]] = {
    400: lambda service, one: raw(service, one, b"\r\n"),
    401: lambda service, one: plain(service, one, {}),
    403: not_allowed,
    404: asked,
    408: lambda service, one: raw(service, one, HOST + b"A: "),
    413: lambda service, one: raw(service, one, HOST + b"Content-Length: 1073741824\r\n\r\n"),
    415: lambda service, one: asked(service, one, kind="text/plain"),
    422: asked,
    431: lambda service, one: raw(service, one, HOST + b"A: b\r\n" * 70 + b"\r\n"),
}


def test_every_status_that_anybody_can_bring_about_is_produced(service: Guarded, operations: list[Operation]) -> None:
    wanted = [
        (one, status) for one in operations for status in sorted(one.statuses)
        if status in PRODUCED and (one.method, one.path, status) not in BY_OTHER_CONTENTS
    ]  # fmt: skip
    # A body of nothing is refused before anything is looked up: those 404 are shown by the tests of each operation.
    wanted = [(one, status) for one, status in wanted if not (status == 404 and one.has_body)]
    with ThreadPoolExecutor(32) as pool:
        got = list(pool.map(lambda pair: PRODUCED[pair[1]](service, pair[0]), wanted))
    wrong = [
        (one.method, one.path, status, told) for (one, status), told in zip(wanted, got, strict=True) if status != told
    ]
    assert wrong == []


def test_too_many_requests_failures_and_full_places_are_told_everywhere(
    service: Guarded, operations: list[Operation], monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_many(*_: object) -> None:
        raise LimitReached("caller", Rate(1.0, 1), 1)

    def failing(*_: object) -> bool:
        raise ZeroDivisionError("a text with 210100193505208826 in it")

    with monkeypatch.context() as patch:
        patch.setattr(type(service.stage.state.limits), "request", too_many)
        told = {one: asked(service, one) for one in operations if 429 in one.statuses}
        assert set(told.values()) == {429}
        assert {one for one in operations if not is_open(one.action)} == told.keys()
    with monkeypatch.context() as patch:
        patch.setattr(door, "is_open", failing)
        assert {asked(service, one) for one in operations} == {500}
    with monkeypatch.context() as patch:
        patch.setattr(Places, "take", lambda *_: False)
        assert {raw(service, one, HOST + b"\r\n") for one in operations} == {503}
    assert all({500, 503} <= one.statuses for one in operations)


def test_no_documented_status_is_left_out(operations: list[Operation]) -> None:
    known = BY_CONTENTS | PRODUCED.keys() | {429, 500, 503}
    assert [(one.path, one.statuses - known) for one in operations if one.statuses - known] == []
    described = {(one.method, one.path, status) for one in operations for status in one.statuses}
    assert described >= BY_OTHER_CONTENTS.keys()


def test_staff_scopes_are_all_there() -> None:
    assert set(STAFF_SCOPES) >= {"read", "rules", "switch", "cases", "audit", "erase"}
