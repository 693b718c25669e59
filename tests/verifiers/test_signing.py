"""Signatures: published vectors, the worked example of docs/registers.md, and that no changed message passes."""

import base64
import hashlib
import hmac
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers.nonces import KEEP_MS, NonceBook, fresh_nonce
from verifiers.signing import (
    DIGEST,
    HEADERS,
    NONCE,
    SIGNATURE,
    TIMESTAMP,
    WINDOW_MS,
    Message,
    Received,
    Refusal,
    SigningKey,
    SigningKeyError,
    check_answer,
    check_request,
    mac,
    sign,
)

PAGE = Path(__file__).parents[2] / "docs" / "registers.md"
KEY = SigningKey("demo-app-id", b"demo-app-key")
SM3_KEY = SigningKey("demo-app-id", b"demo-app-key", "hmac-sm3")
NOW = 1773590400000
NO_NONCE = "f" * 32


def passage(name: str) -> str:
    found = re.search(rf"```\w+ {name}\n(.*?)\n```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None, f"docs/registers.md has no block {name}"
    return found[1]


def received(message: Message, headers: dict[str, str], now_ms: int = NOW) -> Received:
    return Received(message.method, message.path, tuple(headers.items()), message.body, now_ms)


def test_the_vectors_of_the_provincial_gateways() -> None:
    text = b"demo-app-id1773590400000"
    assert base64.b64encode(mac(KEY, text)).decode() == "lYtFcKrDOPNwyZXqsEP5JJeEhEiu7pKUmVJ15p3o1Xs="
    assert mac(SM3_KEY, text).hex() == "e6ecffc7db8676270ad9f6a2664b97588469b29c8b5835b5192aec5a5b0fbb05"


@pytest.mark.parametrize(
    ("direction", "path"), [("request", "/v1/registers/deaths"), ("answer", "/v1/registers/deaths")]
)
def test_the_worked_example_of_the_page(direction: str, path: str) -> None:
    body = passage(f"{direction}-body").encode()
    headers = dict(line.split(": ", 1) for line in passage(f"{direction}-headers").splitlines())
    # By hand, from what the page says alone:
    digest = hashlib.sha256(body).hexdigest()
    stamp, nonce = headers["Miaopi-Timestamp"], headers["Miaopi-Nonce"]
    lines = [f"miaopi-{direction}-1", "hmac-sha256", "POST", path, "demo-app-id", stamp, nonce, digest]
    canonical = "\n".join(lines)
    assert passage(f"{direction}-canonical") == canonical
    signature = base64.b64encode(hmac.digest(b"demo-app-key", canonical.encode(), "sha256")).decode()
    assert headers["Miaopi-Signature"] == signature
    # And by the code:
    got = Received("POST", path, tuple(headers.items()), body, NOW)
    if direction == "request":
        assert check_request({KEY.app: KEY}, NonceBook(), got) == KEY
        sm3 = hmac.digest(b"demo-app-key", canonical.replace("hmac-sha256", "hmac-sm3").encode(), "sm3")
        assert base64.b64encode(sm3).decode() in PAGE.read_text(encoding="utf-8")
    else:
        assert check_answer(KEY, nonce, got) is None


def test_the_page_names_every_header() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in text for name in HEADERS)


keys = st.sampled_from([KEY, SM3_KEY])
messages = st.builds(
    Message,
    st.just("request"),
    st.sampled_from(["POST", "PUT"]),
    st.from_regex(r"\A/v1/registers/[a-z_]{1,12}\Z"),
    st.integers(NOW - WINDOW_MS, NOW + WINDOW_MS),
    st.from_regex(r"\A[A-Za-z0-9_-]{16,64}\Z"),
    st.binary(max_size=64),
)


@given(keys, messages)
def test_a_signed_request_passes_once(key: SigningKey, message: Message) -> None:
    book = NonceBook()
    got = received(message, sign(key, message))
    assert check_request({key.app: key}, book, got) == key
    assert check_request({key.app: key}, book, got) == Refusal("replay")


@given(keys, messages, st.data())
def test_no_changed_request_passes_and_none_burns_the_nonce(
    key: SigningKey, message: Message, data: st.DataObject
) -> None:
    headers = sign(key, message)
    got = received(message, headers)
    changed = data.draw(
        st.sampled_from(
            [
                replace(got, method="GET"),
                replace(got, path=got.path + "x"),
                replace(got, body=got.body + b" "),
                replace(got, headers=got.headers[1:]),
                replace(got, headers=(*got.headers, got.headers[-1])),
                received(message, headers | {NONCE: NO_NONCE}),
                received(message, headers | {TIMESTAMP: str(message.timestamp_ms - 1)}),
                received(message, headers | {TIMESTAMP: f"0{message.timestamp_ms}"}),
                received(message, headers | {DIGEST: headers[DIGEST].upper().replace("0", "1")}),
                received(message, headers | {SIGNATURE: "A" + headers[SIGNATURE][1:] + "="}),
                received(message, headers | {SIGNATURE: "签名"}),
                received(message, sign(replace(key, secret=b"other"), message)),
                received(message, sign(key, replace(message, direction="answer"))),
                received(message, sign(SM3_KEY if key is KEY else KEY, message)),
            ]
        )
    )
    book = NonceBook()
    assert isinstance(check_request({key.app: key}, book, changed), Refusal)
    assert check_request({key.app: key}, book, got) == key


@given(st.lists(st.tuples(st.sampled_from([*HEADERS, "Other"]) | st.text(), st.text())), st.binary(max_size=9))
def test_any_headers_at_all_are_refused_without_an_exception(pairs: list[tuple[str, str]], body: bytes) -> None:
    got = Received("POST", "/", tuple(pairs), body, NOW)
    assert isinstance(check_request({KEY.app: KEY}, NonceBook(), got), Refusal)
    assert isinstance(check_answer(KEY, NO_NONCE, got), Refusal)


@pytest.mark.parametrize(
    ("off", "fine"), [(0, True), (WINDOW_MS, True), (-WINDOW_MS, True), (WINDOW_MS + 1, False), (-WINDOW_MS - 1, False)]
)
def test_clocks_may_differ_by_five_minutes(off: int, fine: bool) -> None:
    message = Message("request", "POST", "/v1/registers/deaths", NOW + off, fresh_nonce(), b"{}")
    result = check_request({KEY.app: KEY}, NonceBook(), received(message, sign(KEY, message)))
    assert result == (KEY if fine else Refusal("time"))


def test_an_unknown_application_is_refused() -> None:
    message = Message("request", "POST", "/v1/registers/deaths", NOW, fresh_nonce(), b"{}")
    assert check_request({}, NonceBook(), received(message, sign(KEY, message))) == Refusal("app")


def test_an_answer_belongs_to_one_nonce_path_and_direction() -> None:
    nonce = fresh_nonce()
    message = Message("answer", "POST", "/v1/registers/deaths", NOW, nonce, b"{}")
    got = received(message, sign(KEY, message))
    assert check_answer(KEY, nonce, got) is None
    assert check_answer(KEY, NO_NONCE, got) == Refusal("nonce")
    assert check_answer(KEY, nonce, replace(got, path="/v1/registers/credit")) == Refusal("signature")
    assert check_answer(KEY, nonce, replace(got, now_ms=NOW + WINDOW_MS + 1)) == Refusal("time")
    reflected = replace(message, direction="request")
    assert check_answer(KEY, nonce, received(reflected, sign(KEY, reflected))) == Refusal("signature")


@pytest.mark.parametrize(
    ("app", "secret", "algorithm"),
    [("", b"k", "hmac-sha256"), ("a b", b"k", "hmac-sha256"), ("a", b"", "hmac-sm3"), ("a", b"k", "none")],
)
def test_a_key_that_cannot_be_used_is_refused_without_its_secret(app: str, secret: bytes, algorithm: str) -> None:
    with pytest.raises(SigningKeyError):
        SigningKey(app, secret, algorithm)  # type: ignore[arg-type]  # the operator's configuration is not typed


def test_without_sm3_a_key_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashlib, "algorithms_available", {"sha256"})
    with pytest.raises(SigningKeyError, match="agree on hmac-sha256"):
        SigningKey("app", b"secret", "hmac-sm3")


def test_a_key_does_not_show_its_secret() -> None:
    assert "demo-app-key" not in repr(KEY)


@given(st.lists(st.tuples(st.integers(0, 400_000), st.integers(0, 9)), max_size=60))
def test_a_nonce_is_new_once_as_long_as_it_could_be_played_back(steps: list[tuple[int, int]]) -> None:
    book, now, seen = NonceBook(), 0, dict[int, int]()
    for passes, nonce in steps:
        now += passes
        fresh = nonce not in seen or now - seen[nonce] > KEEP_MS
        assert book.note(str(nonce), now) == ("new" if fresh else "seen")
        if fresh:
            seen[nonce] = now


def test_a_request_stamped_ahead_is_refused_as_long_as_its_time_would_pass() -> None:
    book = NonceBook()
    message = Message("request", "POST", "/v1/registers/deaths", NOW + WINDOW_MS, fresh_nonce(), b"{}")
    headers = sign(KEY, message)
    expected = [(NOW, KEY), (NOW + 2 * WINDOW_MS, Refusal("replay")), (NOW + 2 * WINDOW_MS + 1, Refusal("time"))]
    for now_ms, result in expected:
        assert check_request({KEY.app: KEY}, book, received(message, headers, now_ms)) == result


def test_a_full_book_takes_no_more_rather_than_forget() -> None:
    book = NonceBook(capacity=2)
    assert [book.note(nonce, 0) for nonce in ("a", "b", "c", "a")] == ["new", "new", "full", "seen"]
    assert book.note("c", KEEP_MS + 1) == "new"
    assert len(book) == 1
