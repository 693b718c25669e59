"""A tour of broken requests: the problem that each gets is written down beside this file, word for word."""

import json
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.http.staging import BY_ID, Stage

FORM = BY_ID["ELD-1"]["form"]
SECRET_VALUE = "210100193505208826"  # noqa: S105 - the ID number of the case, which no problem may repeat
GOOD = {"application_id": "BROKEN-1", "matter": "elderly_allowance", "channel": "mobile", "form": FORM}
JSON = "application/json"
EXPECTED = Path(__file__).with_name("broken_requests.json")


def text(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def without(name: str) -> bytes:
    return text({key: value for key, value in GOOD.items() if key != name})


def replaced(**members: object) -> bytes:
    return text({**GOOD, **members})


def decide(body: bytes, key: str | None = "broken", kind: str | None = JSON, **headers: str) -> tuple:
    sent = {} if key is None else {"Idempotency-Key": key}
    if kind is not None:
        sent["Content-Type"] = kind
    return "POST", "/v1/decisions", body, {**sent, **headers}


def posted(path: str, body: bytes) -> tuple:
    return "POST", path, body, {"Content-Type": JSON, "Idempotency-Key": "broken"}


BROKEN: dict[str, tuple] = {
    "no key": decide(text(GOOD), key=None),
    "an empty key": decide(text(GOOD), key=""),
    "a key of blanks": decide(text(GOOD), key="   "),
    "a key of 256 characters": decide(text(GOOD), key="k" * 256),
    "a key with a tab": decide(text(GOOD), key="a\tb"),
    "a key in Latin-1": decide(text(GOOD), key="clé"),
    "half a quoted key": decide(text(GOOD), key='"abc'),
    "a quoted key of nothing": decide(text(GOOD), key='""'),
    "a quoted key with more behind it": decide(text(GOOD), key='"abc";a=1'),
    "a quoted key that escapes a letter": decide(text(GOOD), key='"a\\bc"'),
    "a query": ("POST", f"/v1/decisions?id_no={SECRET_VALUE}", text(GOOD), {"Content-Type": JSON}),
    "a query where none is read": ("GET", f"/v1/matters?id_no={SECRET_VALUE}", b"", {}),
    "a byte order mark": decide(b"\xef\xbb\xbf" + text(GOOD)),
    "no body": decide(b""),
    "blanks": decide(b"  \n"),
    "half an object": decide(text(GOOD)[:-1]),
    "two objects": decide(text(GOOD) + text(GOOD)),
    "a comma too many": decide(b'{"application_id": "x",}'),
    "a comment": decide(b'{"application_id": "x" /* why */}'),
    "single quotes": decide(b"{'application_id': 'x'}"),
    "a list": decide(text([GOOD])),
    "a text": decide(text("x")),
    "null": decide(b"null"),
    "not UTF-8": decide(b'{"application_id": "\xff"}'),
    "UTF-16": decide(json.dumps(GOOD).encode("utf-16")),
    "a lone surrogate": decide(b'{"application_id": "\\ud800"}'),
    "NaN": decide(b'{"application_id": NaN}'),
    "a huge number": decide(b'{"application_id": 1e999}'),
    "4000 digits": decide(b'{"application_id": ' + b"9" * 4000 + b"}"),
    "the same member twice": decide(text(GOOD)[:-1] + b', "matter": "senior_card"}'),
    "the same field twice": decide(b'{"application_id": "x", "form": {"id_no": "1", "id_no": "2"}}'),
    "nested without end": decide(b'{"form": ' + b"[" * 5000 + b"]" * 5000 + b"}"),
    "too large": decide(replaced(application_id="x" * 70_000)),
    "too large and honest about it": decide(b"", **{"Content-Length": "99999999"}),
    "plain text": decide(text(GOOD), kind="text/plain"),
    "a form": decide(b"application_id=x", kind="application/x-www-form-urlencoded"),
    "no content type": decide(text(GOOD), kind=None),
    "another charset": decide(text(GOOD), kind="application/json; charset=gbk"),
    "compressed": decide(text(GOOD), **{"Content-Encoding": "gzip"}),
    "nothing in it": decide(b"{}"),
    "no application number": decide(without("application_id")),
    "no matter": decide(without("matter")),
    "no channel": decide(without("channel")),
    "no form": decide(without("form")),
    "an empty application number": decide(replaced(application_id="")),
    "a long application number": decide(replaced(application_id="x" * 65)),
    "an application number with a blank": decide(replaced(application_id="a b")),
    "an application number in Chinese": decide(replaced(application_id="申请一")),
    "an application number with a line feed": decide(replaced(application_id="SY1\n")),
    "a number as application number": decide(replaced(application_id=1)),
    "a matter that is none": decide(replaced(matter="marriage_licence")),
    "an empty matter": decide(replaced(matter="")),
    "a list as matter": decide(replaced(matter=["elderly_allowance"])),
    "a channel that is none": decide(replaced(channel="fax")),
    "a channel by its number": decide(replaced(channel=1)),
    "a list as form": decide(replaced(form=[FORM])),
    "a text as form": decide(replaced(form="x")),
    "null as form": decide(replaced(form=None)),
    "a member of one's own": decide(replaced(comment=SECRET_VALUE)),
    "a member named by a value": decide(replaced(**{SECRET_VALUE: 1})),
    "no such path": ("GET", f"/v1/decision/{SECRET_VALUE}", b"", {}),
    "a slash too many": posted("/v1/decisions/", text(GOOD)),
    "GET where POST is served": ("GET", "/v1/decisions", b"", {}),
    "DELETE of a decision": ("DELETE", f"/v1/decisions/{SECRET_VALUE}", b"", {}),
    "a decision that is none": ("GET", f"/v1/decisions/{SECRET_VALUE}", b"", {}),
    "a bundle that is none": posted("/v1/bundles/NONE/decisions", text({**GOOD, "matter": None})),
    "an empty batch": posted("/v1/decisions:batch", b'{"items": []}'),
    "a batch with an item that is none": posted("/v1/decisions:batch", text({"items": [GOOD]})),
    "a precheck without a form": posted("/v1/matters/elderly_allowance/precheck", b"{}"),
    "a review without a key": posted(f"/v1/decisions/{SECRET_VALUE}/review", b"{}"),
}


def told(stage: Stage, name: str) -> dict:
    method, path, body, headers = BROKEN[name]
    got = stage.send(method, path, body or None, headers)
    assert got.headers["content-type"] == "application/problem+json"
    assert SECRET_VALUE not in got.body.decode()
    assert FORM["applicant_name"] not in got.body.decode()
    assert got.json["status"] == got.status
    return {
        "status": got.status,
        "type": got.json["type"],
        "title": f"{got.json['title_zh']} / {got.json['title']}",
        "detail": f"{got.json['detail_zh']} / {got.json['detail']}",
        "errors": [f"{one['pointer']} {one['code']}" for one in got.json["errors"]],
    }


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_request_gets_the_problem_that_is_written_down(stage: Stage, name: str) -> None:
    expected = json.loads(EXPECTED.read_text(encoding="utf-8"))
    assert told(stage, name) == expected[name]


def test_nothing_else_is_written_down_and_nothing_broken_is_recorded(stage: Stage) -> None:
    assert json.loads(EXPECTED.read_text(encoding="utf-8")).keys() == BROKEN.keys()
    before = stage.records()
    for name in BROKEN:
        told(stage, name)
    assert stage.records() == before


def test_two_keys_are_no_key(stage: Stage) -> None:
    """Sent by hand: clients join what is given twice."""
    address = urlsplit(stage.url)
    body = text(GOOD)
    head = f"POST /v1/decisions HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\nContent-Length: {len(body)}\r\n"
    with socket.create_connection((address.hostname, address.port), 10) as connection:
        connection.sendall(
            head.encode() + b"Idempotency-Key: a\r\nIdempotency-Key: b\r\nConnection: close\r\n\r\n" + body
        )
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"urn:miaopi:problem:key_malformed" in answer
