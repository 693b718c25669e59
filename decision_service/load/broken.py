"""Requests that nobody could decide on, each in a way of its own, and the status that each must be answered with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import orjson


@dataclass(frozen=True, slots=True)
class Request:
    """A request for a decision, as it goes out."""

    body: bytes
    headers: Mapping[str, str]


def _without(name: str) -> Callable[[Request], Request]:
    def change(one: Request) -> Request:
        return replace(one, headers={key: value for key, value in one.headers.items() if key != name})

    return change


def _member(**changes: object) -> Callable[[Request], Request]:
    def change(one: Request) -> Request:
        return replace(one, body=orjson.dumps({**orjson.loads(one.body), **changes}))

    return change


def _left_out(one: Request) -> Request:
    body = orjson.loads(one.body)
    return replace(one, body=orjson.dumps({name: body[name] for name in body if name != "application_id"}))


def _inserted(text: bytes) -> Callable[[Request], Request]:
    """The body with a member more, before all others: text that no JSON writer would write."""
    return lambda one: replace(one, body=one.body[:1] + text + one.body[1:])


def _body(change: Callable[[bytes], bytes]) -> Callable[[Request], Request]:
    return lambda one: replace(one, body=change(one.body))


_TOO_LARGE = 65 * 1024

BROKEN: Final[Mapping[str, tuple[Callable[[Request], Request], int]]] = {
    "cut_short": (_body(lambda body: body[:-1]), 400),
    "no_json": (_body(lambda _: b"matter=senior_card"), 400),
    "not_utf8": (_inserted(b'"x":"\xff\xfe",'), 400),
    "duplicate_key": (_inserted(b'"matter":"other",'), 400),
    "not_a_number": (_inserted(b'"x":NaN,'), 400),
    "nested_deep": (_inserted(b'"x":' + b"[" * 2000 + b"]" * 2000 + b","), 400),
    "too_large": (_body(lambda body: body + b" " * _TOO_LARGE), 413),
    "a_list": (_body(lambda body: b"[" + body + b"]"), 422),
    "wrong_type": (_member(form=[]), 422),
    "left_out": (_left_out, 422),
    "not_listed": (_member(no_such_member=1), 422),
    "channel": (_member(channel="pigeon"), 422),
    "unknown_matter": (_member(matter="no_such_matter"), 404),
    "media_type": (lambda one: replace(one, headers={**one.headers, "Content-Type": "text/plain"}), 415),
    "without_key": (_without("Idempotency-Key"), 400),
}
"""How a request is broken, by name, and the status of the problem that must come of it."""
