"""Valid requests and what becomes of them when bytes, JSON or headers are changed at random. A seed gives a request."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tests.http.staging import CASES

MARK = "MK7Q{:08x}ZX"
"""Planted in everything that is sent; `{}` is the number of the request. No answer and no line of a log may hold it."""

HOSTILE: tuple[object, ...] = (
    None, True, 0, -1, 2**53 + 1, 10**300, 1e308, 0.1, "", " ", "\u0000", "\ud800", "\u202e", "\ufeff", "e\u0301",
    "A" * 5000, "210100193505208826", "'; DROP TABLE record; --", "{{7*7}}", "${jndi:ldap://x}", "../../etc/passwd",
    "<script>", "%s%n", [], {}, [[[[[[]]]]]], {"a": {"b": {"c": {}}}}, ["x"] * 300, {"zh": "是"},
)  # fmt: skip
RAW_JSON = (
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"9" * 400,
    b"0123",
    b"'x'",
    b"[" * 200,
    b'"\\ud800"',
    b'"\\x"',
    b"\xff\xfe",
    b"tru",
    b"{,}",
)
HEADERS = (
    (
        "Content-Type",
        ("text/plain", "application/json; charset=gbk", "", "application/json, text/html", "multipart/form-data"),
    ),
    ("Content-Encoding", ("gzip", "identity", "br, gzip")),
    ("Content-Length", ("0", "5", "99999", "-1", "+3", "1e3", "")),
    ("Transfer-Encoding", ("chunked", "gzip", "identity", "chunked, chunked")),
    ("Idempotency-Key", ("", '"', '"a', '"a";b', "k" * 300, "\t", '"\\x"', "clé")),
    ("Authorization", ("Bearer", "Bearer mp_x", "Basic eDp5", "Bearer " + "a" * 3000, "")),
    ("Host", ("", "a b", "inner:80", "[::1")),
    ("Expect", ("100-continue", "200-ok")),
    ("Connection", ("keep-alive, Upgrade", "close, close", "te")),
    ("Upgrade", ("websocket", "h2c")),
    ("X-Forwarded-For", ("127.0.0.1", "'")),
    ("Accept-Language", ("zh;q=9", "*" * 500, "en;q=abc")),
    ("Cookie", ("a=b; " * 50,)),
)
METHODS = ("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "CONNECT", "PROPFIND", "post", "", "X" * 40)


@dataclass(frozen=True, slots=True)
class Request:
    """A request in parts, before it is bytes. A body that is no bytes goes out as JSON."""

    method: str
    target: str
    body: object = None
    headers: tuple[tuple[str, str], ...] = ()
    prepared: bytes | None = field(default=None, repr=False)

    def wire(self) -> bytes:
        """As it is sent."""
        if self.prepared is not None:
            return self.prepared
        body = self.body if isinstance(self.body, bytes) else b"" if self.body is None else text(self.body)
        fields = [("Host", "x"), *self.headers]
        given = {name.lower() for name, _ in fields}
        if body and "content-length" not in given:
            fields.append(("Content-Length", str(len(body))))
        head = f"{self.method} {self.target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields)
        return head.encode("utf-8", "surrogatepass") + b"\r\n" + body


def text(value: object) -> bytes:
    """JSON, with whatever Python lets through."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def valid(dice: random.Random, number: int) -> Request:
    """One request that a platform could send, with the mark of its number wherever it may be."""
    mark = MARK.format(number)
    case = dice.choice(CASES)
    form = {**case["form"], "applicant_name": mark}
    sent = {"application_id": mark, "matter": case["matter"], "channel": "mobile", "form": form}
    keyed = (("Content-Type", "application/json"), ("Idempotency-Key", mark))
    shown = [{"register": "population", "token": f"{mark}.{mark}.{mark}"}]
    requests: tuple[Callable[[], Request], ...] = (
        lambda: Request("POST", "/v1/decisions", sent, keyed),
        lambda: Request("POST", "/v1/decisions", {**sent, "credentials": shown}, keyed),
        lambda: Request(
            "POST", "/v1/decisions:batch", {"items": [{"idempotency_key": mark, "application": sent}]}, keyed
        ),
        lambda: Request("POST", "/v1/bundles/ELDER/decisions", {**_but(sent, "matter")}, keyed),
        lambda: Request("POST", f"/v1/matters/{case['matter']}/precheck", {"form": form}, keyed),
        lambda: Request("POST", f"/v1/matters/{case['matter']}/prefill", _but(sent, "matter", "channel"), keyed),
        lambda: Request("POST", f"/v1/decisions/{mark}/review", {"human_review_key": mark, "statement": mark}, keyed),
        lambda: Request("GET", f"/v1/decisions/{mark}"),
        lambda: Request("GET", f"/v1/decisions/{mark}/notice?lang={mark}"),
        lambda: Request("GET", f"/v1/matters/{mark}"),
        lambda: Request("GET", f"/v1/matters?q={mark}"),
        lambda: Request("GET", f"/{mark}"),
    )
    return dice.choices(requests, (6, 2, 2, 1, 2, 1, 1, 1, 1, 1, 1, 1))[0]()


def _but(sent: Mapping[str, object], *names: str) -> dict[str, object]:
    return {name: value for name, value in sent.items() if name not in names}


def malformed(seed: int, number: int) -> Request:
    """The request of that number: a valid one with one to three changes, at one level or at several."""
    dice = random.Random(f"{seed}/{number}")
    request = valid(dice, number)
    for change in dice.choices((in_json, in_text, in_headers, in_line), (5, 3, 3, 2), k=dice.randint(1, 3)):
        request = change(request, dice, MARK.format(number))
    if dice.random() < 0.3:
        request = in_bytes(request, dice)
    return request


def in_json(request: Request, dice: random.Random, mark: str) -> Request:
    """Some members replaced, left out, renamed or added."""
    if not isinstance(request.body, dict):
        return request
    body = json.loads(text(request.body).decode("utf-8", "surrogatepass"))
    places = _places(body)
    holder, key = dice.choice(places)
    match dice.randrange(4):
        case 0:
            holder[key] = dice.choice(HOSTILE)
        case 1:
            del holder[key]
        case 2 if isinstance(holder, dict):
            holder[dice.choice((mark, "", "__class__", "form", "id_no"))] = holder.pop(key)
        case _:
            holder[key] = [holder[key], dice.choice(HOSTILE)]
    return replace(request, body=body)


def _places(value: object) -> list[tuple[dict | list, str | int]]:
    found: list[tuple[dict | list, str | int]] = []
    waiting: list[object] = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            found += [(one, key) for key in one]
            waiting += one.values()
        elif isinstance(one, list):
            found += [(one, place) for place in range(len(one))]
            waiting += one
    return found or [({"": None}, "")]


def in_text(request: Request, dice: random.Random, mark: str) -> Request:
    """The JSON text itself: cut, doubled, spliced with what is none."""
    if request.body is None:
        return request
    body = request.body if isinstance(request.body, bytes) else text(request.body)
    at = dice.randrange(len(body) + 1)
    match dice.randrange(5):
        case 0:
            body = body[:at]
        case 1:
            body = body[:at] + dice.choice(RAW_JSON) + body[at:]
        case 2:
            body = body.replace(b'"form"', b'"form":{},"form"', 1)
        case 3:
            body = body[:at] + bytes([dice.randrange(256)]) + body[at + 1 :]
        case _:
            body = body[:-1] + f',"{mark}":"{mark}"}}'.encode()
    return replace(request, body=body)


def in_headers(request: Request, dice: random.Random, mark: str) -> Request:
    """A header left out, doubled, spoilt or added."""
    headers = list(request.headers)
    match dice.randrange(4):
        case 0 if headers:
            headers.pop(dice.randrange(len(headers)))
        case 1 if headers:
            headers.append(dice.choice(headers))
        case 2:
            headers.append((dice.choice(("X-Name", "X Name", "", "X-Näme", "X\0", mark)), mark))
        case _:
            name, values = dice.choice(HEADERS)
            headers = [one for one in headers if one[0] != name or dice.random() < 0.3]
            headers.append((name, dice.choice((*values, mark))))
    return replace(request, headers=tuple(headers))


def in_line(request: Request, dice: random.Random, mark: str) -> Request:
    """Another method or target."""
    target = request.target
    match dice.randrange(4):
        case 0:
            return replace(request, method=dice.choice(METHODS))
        case 1:
            target = dice.choice(
                ("*", "//x", f"http://{mark}{target}", f"{target}?{mark}={mark}", f"{target}#{mark}", "")
            )
        case 2:
            target = f"{target}/{dice.choice(('%00', '%ff', '%2e%2e', '..', '%', mark, '一', ';' + mark))}"
        case _:
            target = "/" + mark * dice.choice((1, 100, 2000))
    return replace(request, target=target)


def in_bytes(request: Request, dice: random.Random) -> Request:
    """Bytes flipped, cut out, doubled or put in, wherever they stand."""
    wire = bytearray(request.wire())
    for _ in range(dice.choice((1, 1, 2, 8))):
        at = dice.randrange(len(wire) + 1) if wire else 0
        length = dice.choice((1, 1, 2, 16, 200))
        match dice.randrange(4):
            case 0 if wire:
                wire[at % len(wire)] ^= 1 << dice.randrange(8)
            case 1:
                del wire[at : at + length]
            case 2:
                wire[at:at] = wire[at : at + length]
            case _:
                wire[at:at] = dice.randbytes(length)
    return replace(request, prepared=bytes(wire))
