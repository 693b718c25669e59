"""The 28 faults of registers, each with its variants and with what must come of it at whoever asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from verifiers.evidence import Status

Layer = Literal["connection", "stream", "answer"]
"""Where a fault is played. connection: before the first byte of HTTP, by the fault proxy at a door of the register's
own. stream: on the bytes of an answer, by the fault proxy. answer: in the answer itself, well signed unless the
signature is the fault, by the sandbox."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One form of a fault. `comes_to` is the status of the evidence at the client, `word` its `fault`; "ok": harmless,
    a client that refuses it refuses good answers."""

    name: str
    comes_to: Status
    word: str | None = None

    @property
    def harmless(self) -> bool:
        """Whether the answer is to be taken all the same."""
        return self.comes_to == "ok"


@dataclass(frozen=True, slots=True)
class Fault:
    """One entry of the table. The first variant is the usual one."""

    name: str
    layer: Layer
    zh: str
    en: str
    variants: tuple[Variant, ...]

    def variant(self, name: str) -> Variant | None:
        """The variant of that name."""
        return next((one for one in self.variants if one.name == name), None)


def _errors(word: str, *names: str) -> tuple[Variant, ...]:
    return tuple(Variant(name, "error", word) for name in names)


def _late(*names: str) -> tuple[Variant, ...]:
    return tuple(Variant(name, "timeout") for name in names)


def _taken(*names: str) -> tuple[Variant, ...]:
    return tuple(Variant(name, "ok") for name in names)


FAULTS: tuple[Fault, ...] = (
    Fault("connect_refused", "connection", "拒绝连接", "connection refused", _errors("network", "refused")),
    Fault("connect_hang", "connection", "连接悬挂", "connection never accepted", _late("hang")),
    Fault(
        "tls",
        "connection",
        "TLS 证书过期、域名不符或者自签",
        "TLS certificate expired, of another name, self-signed",
        _errors("network", "expired", "wrong_name", "self_signed"),
    ),
    Fault(
        "reset",
        "stream",
        "在响应头之前或者之后重置连接",
        "connection reset before or after the headers",
        _errors("network", "before_headers", "after_headers"),
    ),
    Fault("header_drip", "stream", "响应头逐字节慢发", "headers dripped byte by byte", _late("drip")),
    Fault(
        "body_drip",
        "stream",
        "正文逐字节慢发、限速或者中途停住",
        "body dripped, throttled or stalled half way",
        _late("drip", "bandwidth", "stall"),
    ),
    Fault(
        "truncated_body",
        "stream",
        "正文被截断",
        "body cut short",
        (*_errors("network", "with_length"), *_errors("signature_digest", "without_length")),
    ),
    Fault(
        "over_long_body",
        "stream",
        "正文超长、没有尽头或者其后还有一份应答",
        "body too long, without end, or followed by a second answer",
        (*_errors("too_large", "declared", "endless"), *_taken("second_answer")),
    ),
    Fault("compression_bomb", "answer", "压缩炸弹", "compression bomb", _errors("compressed", "gzip", "zlib")),
    Fault("content_type", "answer", "内容类型不对", "wrong content type", _errors("content_type", "text", "none")),
    Fault(
        "login_page", "answer", "状态200的登录页", "HTML login page with status 200", _errors("content_type", "html")
    ),
    Fault(
        "status",
        "answer",
        "状态码204、3xx、4xx、5xx、599",
        "status 204, 3xx, 4xx, 5xx, 599",
        _errors("http_status", "204", "304", "404", "500", "503", "599"),
    ),
    Fault(
        "inner_redirect",
        "answer",
        "重定向到内网地址",
        "redirect to an inner address",
        _errors("http_status", "link_local", "same_host"),
    ),
    Fault(
        "empty_json",
        "answer",
        "空的 JSON",
        "empty JSON",
        (*_errors("nonce", "object"), *_errors("json", "list", "nothing")),
    ),
    Fault("null", "answer", "null", "null", (*_errors("json", "body"), *_errors("field_wrong", "fields"))),
    Fault(
        "wrong_types",
        "answer",
        "类型不对",
        "wrong types",
        (*_errors("field_wrong", "fields"), *_errors("field_missing", "data"), *_errors("status", "envelope")),
    ),
    Fault("extra_fields", "answer", "多余的字段", "extra fields", _taken("data", "envelope")),
    Fault("duplicate_keys", "answer", "重复的键", "duplicate keys", _errors("json", "data", "envelope")),
    Fault("nan", "answer", "NaN", "NaN", _errors("json", "nan", "infinity")),
    Fault("deep_nesting", "answer", "嵌套过深", "deep nesting", _errors("json", "lists", "objects")),
    Fault("another_subject", "answer", "他人的答复", "answer for another subject", _errors("subject", "signed")),
    Fault("another_purpose", "answer", "他用的答复", "answer for another purpose", _errors("purpose", "signed")),
    Fault(
        "stale",
        "answer",
        "过期的数据或者签名",
        "stale data or signature",
        (Variant("data", "stale"), *_errors("signature_time", "signature")),
    ),
    Fault(
        "future",
        "answer",
        "未来的数据或者签名",
        "data or signature from the future",
        (*_errors("date_future", "data"), *_errors("signature_time", "signature")),
    ),
    Fault(
        "replayed",
        "answer",
        "重放的旧答复",
        "replayed earlier answer",
        (*_errors("signature_nonce", "verbatim"), *_errors("nonce", "sealed_anew")),
    ),
    Fault(
        "unsigned",
        "answer",
        "未签名、alg:none、密钥不对或者已停用",
        "unsigned, alg:none, wrong key, withdrawn key",
        (
            *_errors("signature_headers", "unsigned"),
            *_errors("signature_signature", "alg_none", "wrong_key"),
            *_errors("signature_app", "withdrawn_key"),
        ),
    ),
    Fault(
        "contradiction",
        "answer",
        "自相矛盾",
        "contradiction",
        (*_errors("contradiction", "no_record_with_data"), *_errors("field_missing", "ok_without_data")),
    ),
    Fault(
        "slow",
        "stream",
        "略快于或者慢于时限",
        "slow, just under or over the deadline",
        (
            *_late("over"),
            *_taken("under", "close"),
        ),
    ),
)
"""In the order of docs/quality.md, which shows this table."""

BY_NAME: Mapping[str, Fault] = {fault.name: fault for fault in FAULTS}
