"""What a register must refuse, and with which status code (docs/registers.md, "When there is no answer")."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from verifiers.conformance.line import Sent
from verifiers.conformance.probe import Probe
from verifiers.exchange import PATH
from verifiers.nonces import fresh_nonce
from verifiers.signing import DIGEST, NONCE, SIGNATURE, TIMESTAMP, WINDOW_MS, SigningKey

_PAST: Final = -WINDOW_MS - 60_000
_AHEAD: Final = WINDOW_MS + 60_000
_LARGE: Final = 70_000
"""Bytes: more than the 64 KiB that the page allows."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A spoilt question and the status code that it must meet with."""

    name: str
    status: int
    zh: str
    en: str
    spoil: Callable[[Probe], Sent]


def _stranger(probe: Probe) -> Sent:
    return probe.signed(probe.wire(), SigningKey("nobody-knows-this-app", b"nor its secret"))


def _other_secret(probe: Probe) -> Sent:
    return probe.signed(probe.wire(), replace(probe.key, secret=probe.key.secret + b"?"))


def _other_algorithm(probe: Probe) -> Sent:
    other: SigningKey = replace(probe.key, algorithm="hmac-sha256")
    if probe.key.algorithm == "hmac-sha256":
        other = replace(probe.key, secret=probe.key.secret[::-1] + b"!")
    return probe.signed(probe.wire(), other)


def _without(name: str) -> Callable[[Probe], Sent]:
    def spoil(probe: Probe) -> Sent:
        sent = probe.signed(probe.wire())
        return replace(sent, headers={key: value for key, value in sent.headers.items() if key != name})

    return spoil


def _changed_body(probe: Probe) -> Sent:
    sent = probe.signed(probe.wire())
    return replace(sent, body=sent.body.replace(b'"eligibility"', b'"marketing!!"'))


def _changed_digest(probe: Probe) -> Sent:
    """Body and digest changed together: only the signature can tell."""
    spoilt, right = _changed_body(probe), probe.signed(probe.wire())
    changed = probe.signed(spoilt.body, nonce=spoilt.headers[NONCE])
    return replace(
        spoilt, headers={**spoilt.headers, DIGEST: changed.headers[DIGEST], TIMESTAMP: right.headers[TIMESTAMP]}
    )


def _for_another_register(probe: Probe) -> Sent:
    return probe.signed(probe.wire(), path=PATH + "another_register")


def _empty_params(probe: Probe) -> Sent:
    return probe.signed(probe.wire(params={}))


def _unknown_register(probe: Probe) -> Sent:
    path = PATH + "no_such_register"
    return replace(probe.signed(probe.wire(register="no_such_register"), path=path), path=path)


REFUSALS: Final[tuple[Refusal, ...]] = (
    Refusal("no_signature", 401, "没有签名头", "no signature header", _without(SIGNATURE)),
    Refusal("no_nonce", 401, "没有随机数头", "no nonce header", _without(NONCE)),
    Refusal("no_digest", 401, "没有摘要头", "no digest header", _without(DIGEST)),
    Refusal("wrong_secret", 401, "密钥不对", "signed with another secret", _other_secret),
    Refusal("wrong_key", 401, "算法或密钥不对", "signed with another algorithm or key", _other_algorithm),
    Refusal("unknown_app", 401, "不认识的应用", "an application that is not known", _stranger),
    Refusal("too_old", 401, "六分钟前签名", "signed six minutes ago", lambda p: p.signed(p.wire(), at_ms=_PAST)),
    Refusal("ahead", 401, "六分钟后签名", "signed six minutes ahead", lambda p: p.signed(p.wire(), at_ms=_AHEAD)),
    Refusal("changed_body", 401, "内容被改", "the body changed after signing", _changed_body),
    Refusal("changed_digest", 401, "内容与摘要一起被改", "body and digest changed together", _changed_digest),
    Refusal("other_register", 401, "为别的登记库签名", "signed for another register's path", _for_another_register),
    Refusal("as_an_answer", 401, "按回答签名", "signed as an answer", lambda p: p.signed(p.wire(), direction="answer")),
    Refusal("not_json", 400, "不是 JSON", "a body that is no JSON", lambda p: p.signed(b"{")),
    Refusal("no_object", 400, "不是对象", "a JSON list", lambda p: p.signed(b"[]")),
    Refusal("no_purpose", 400, "没有用途", "no purpose", lambda p: p.signed(p.wire(purpose=None))),
    Refusal("no_params", 400, "没有参数", "no parameters", _empty_params),
    Refusal(
        "two_nonces", 400, "两处随机数不同", "nonces that differ", lambda p: p.signed(p.wire(), nonce=fresh_nonce())
    ),
    Refusal("wrong_name", 400, "登记库名不符", "another register's name", lambda p: p.signed(p.wire(register="other"))),
    Refusal("unknown_register", 404, "没有的登记库", "a register that there is not", _unknown_register),
    Refusal("too_large", 413, "超过64 KiB", "more than 64 KiB", lambda p: p.signed(p.wire(matter="m" * _LARGE))),
)
"""Every one is sent; what comes back may hold nothing personal."""
