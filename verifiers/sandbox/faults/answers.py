"""Answers spoilt on purpose, one function a fault: the very bytes that go out, sealed as the register would."""

import gzip
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import orjson

from verifiers.nonces import fresh_nonce
from verifiers.registers import Register
from verifiers.sandbox.config import Asked, Seal
from verifiers.signing import SIGNATURE, WINDOW_MS, SigningKey

_BOMB_BYTES = 50_000_000
_DEPTH = 20_000
_SOMEBODY_ELSE = "210100190001010014"
"""A citizen ID that is nobody's: no region has the code 210100 for people."""

_SOMETHING_ELSE = "another purpose"
_LONG_AGO = "2001-01-01"
_MUCH_LATER = "2999-01-01"
_LOGIN = b"<!doctype html><title>Log in</title><form method=post><input name=user><input name=word></form>"
_REDIRECTS = {"link_local": "http://169.254.169.254/latest/meta-data/", "same_host": "/inner/"}


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes out instead of a good answer. Without a content type there is no such header."""

    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    status: int = 200
    content_type: str | None = "application/json"


@dataclass(frozen=True, slots=True)
class Spoiling:
    """What a spoilt answer is made from: the question, the good answer to it, how it is sealed."""

    asked: Asked
    register: Register
    answer: Mapping[str, object] = field(repr=False)
    seal: Seal = field(repr=False)

    @property
    def data(self) -> dict[str, object]:
        """The good answer's fields."""
        data = self.answer.get("data")
        return dict(data) if isinstance(data, Mapping) else {}

    @property
    def some_data(self) -> dict[str, object]:
        """The good answer's fields; where there is no record, what that itself states, or else null for each."""
        return self.data or dict(self.register.no_record or dict.fromkeys(self.register.answers))

    def signed(self, body: bytes) -> Reply:
        """These bytes, well signed."""
        return Reply(body, self.seal(body))

    def changed(self, **changes: object) -> Reply:
        """The good answer with changes, well signed."""
        return self.signed(self.text(**changes))

    def text(self, **changes: object) -> bytes:
        """The good answer with changes, as JSON."""
        return orjson.dumps({**self.answer, **changes})

    def with_member(self, place: str, member: bytes) -> Reply:
        """The good answer with one more member, written as it stands, at the end of its data or of the whole."""
        data = orjson.dumps(self.some_data)
        if place == "data":
            data = data[:-1] + b"," + member + b"}"
        rest = orjson.dumps({name: value for name, value in self.answer.items() if name != "data"})
        return self.signed(rest[:-1] + b',"data":' + data + (b"," + member if place == "envelope" else b"") + b"}")


def spoil(fault: str, variant: str, spoiling: Spoiling) -> Reply:
    """The answer with a fault of the layer `answer` (table.py)."""
    return _SPOILERS[fault](variant, spoiling)


def _compression_bomb(variant: str, one: Spoiling) -> Reply:
    body = _bomb(variant)
    return Reply(body, {**one.seal(body), "Content-Encoding": "gzip" if variant == "gzip" else "deflate"})


@cache
def _bomb(variant: str) -> bytes:
    """50 MB of zeros in 49 KB, packed once: it takes a tenth of a second in which no register would answer."""
    zeros = bytes(_BOMB_BYTES)
    return gzip.compress(zeros) if variant == "gzip" else zlib.compress(zeros)


def _content_type(variant: str, one: Spoiling) -> Reply:
    return replace(one.changed(), content_type="text/plain" if variant == "text" else None)


def _login_page(_: str, one: Spoiling) -> Reply:
    return replace(one.signed(_LOGIN), content_type="text/html; charset=utf-8")


def _status(variant: str, one: Spoiling) -> Reply:
    """A good answer under a status that is none: only the status tells."""
    good = one.changed()
    bodiless = variant in ("204", "304")
    return replace(good, status=int(variant), body=b"" if bodiless else good.body)


def _inner_redirect(variant: str, one: Spoiling) -> Reply:
    good = one.changed()
    return replace(good, status=307, headers={**good.headers, "Location": _REDIRECTS[variant]})


def _empty_json(variant: str, one: Spoiling) -> Reply:
    return one.signed({"object": b"{}", "list": b"[]", "nothing": b""}[variant])


def _null(variant: str, one: Spoiling) -> Reply:
    return one.signed(b"null") if variant == "body" else _every_field(one, None)


def _wrong_types(variant: str, one: Spoiling) -> Reply:
    match variant:
        case "fields":
            return _every_field(one, [[0]])
        case "data":
            return one.changed(status="ok", data=[one.some_data])
        case _:
            return one.changed(status=["ok"])


def _every_field(one: Spoiling, value: object) -> Reply:
    return one.changed(status="ok", data=dict.fromkeys(one.register.answers, value))


def _extra_fields(variant: str, one: Spoiling) -> Reply:
    if variant == "data" and one.data:
        return one.changed(data={**one.data, "approved": True, "extra": {"list": [1, 2]}})
    return one.changed(approved=True, extra=["text"])


def _duplicate_keys(variant: str, one: Spoiling) -> Reply:
    name = next(iter(one.some_data)) if variant == "data" else "status"
    return one.with_member(variant, orjson.dumps(name) + b":" + orjson.dumps(one.answer["status"]))


def _nan(variant: str, one: Spoiling) -> Reply:
    return one.with_member("data", b'"oddity":' + (b"NaN" if variant == "nan" else b"Infinity"))


def _deep_nesting(variant: str, one: Spoiling) -> Reply:
    if variant == "lists":
        return one.with_member("envelope", b'"deep":' + b"[" * _DEPTH + b"]" * _DEPTH)
    depth = _DEPTH // 2
    return one.with_member("envelope", b'"deep":' + b'{"":' * depth + b"0" + b"}" * depth)


def _another_subject(_: str, one: Spoiling) -> Reply:
    return one.changed(subject=_SOMEBODY_ELSE)


def _another_purpose(_: str, one: Spoiling) -> Reply:
    return one.changed(purpose=_SOMETHING_ELSE)


def _stale(variant: str, one: Spoiling) -> Reply:
    if variant == "data":
        return one.changed(status="ok", data_as_of=_LONG_AGO, data=one.some_data)
    return _sealed_at(one, one.seal.now_ms - WINDOW_MS - 60_000)


def _future(variant: str, one: Spoiling) -> Reply:
    if variant == "data":
        return one.changed(status="ok", data_as_of=_MUCH_LATER, data=one.some_data)
    return _sealed_at(one, one.seal.now_ms + WINDOW_MS + 60_000)


def _sealed_at(one: Spoiling, at_ms: int) -> Reply:
    body = one.text()
    return Reply(body, replace(one.seal, now_ms=at_ms)(body))


def _replayed(variant: str, one: Spoiling) -> Reply:
    """What was once the good answer to the same question, as it was or under a new seal."""
    earlier = fresh_nonce()
    body = one.text(nonce=earlier)
    seal = replace(one.seal, nonce=earlier) if variant == "verbatim" else one.seal
    return Reply(body, seal(body))


def _unsigned(variant: str, one: Spoiling) -> Reply:
    body = one.text()
    key = one.seal.key
    match variant:
        case "unsigned":
            return Reply(body)
        case "alg_none":
            return Reply(body, {**one.seal(body), SIGNATURE: "none"})
        case "wrong_key":
            return Reply(body, replace(one.seal, key=replace(key, secret=b"not " + key.secret))(body))
        case _:
            withdrawn = SigningKey(f"{key.app[:50]}-withdrawn", b"once " + key.secret, key.algorithm)
            return Reply(body, replace(one.seal, key=withdrawn)(body))


def _contradiction(variant: str, one: Spoiling) -> Reply:
    if variant == "no_record_with_data":
        return one.changed(status="no_record", data=one.some_data)
    return one.changed(status="ok", data={})


_SPOILERS: Mapping[str, Callable[[str, Spoiling], Reply]] = {
    "compression_bomb": _compression_bomb,
    "content_type": _content_type,
    "login_page": _login_page,
    "status": _status,
    "inner_redirect": _inner_redirect,
    "empty_json": _empty_json,
    "null": _null,
    "wrong_types": _wrong_types,
    "extra_fields": _extra_fields,
    "duplicate_keys": _duplicate_keys,
    "nan": _nan,
    "deep_nesting": _deep_nesting,
    "another_subject": _another_subject,
    "another_purpose": _another_purpose,
    "stale": _stale,
    "future": _future,
    "replayed": _replayed,
    "unsigned": _unsigned,
    "contradiction": _contradiction,
}
