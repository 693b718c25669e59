"""Signatures of Standard Webhooks: the published vectors, several keys side by side, and keys that are refused."""

import base64
import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from decision_service.outbox.webhooks import WebhookKeyError, read_keys, signed_headers

MESSAGE, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SHARED = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PRIVATE = "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk="


@pytest.mark.parametrize(
    ("key", "signature"),
    [
        (SHARED, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        (
            PRIVATE,
            "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==",
        ),
    ],
)
def test_the_vectors_of_the_published_libraries(key: str, signature: str) -> None:
    assert signed_headers(read_keys(key), MESSAGE, AT, BODY) == {
        "webhook-id": MESSAGE,
        "webhook-timestamp": str(AT),
        "webhook-signature": signature,
    }


@given(st.binary(min_size=24, max_size=64), st.binary(max_size=200), st.integers(0, 2**40))
def test_a_receiver_that_reads_the_standard_verifies_both_schemes(secret: bytes, body: bytes, at: int) -> None:
    keys = read_keys(f"whsec_{base64.b64encode(secret).decode()}\n\n{PRIVATE}\n")
    headers = signed_headers(keys, "log:1:ab", at, body)
    content = f"log:1:ab.{at}.".encode() + body
    shared, own = headers["webhook-signature"].split(" ")
    assert base64.b64decode(shared.removeprefix("v1,")) == hmac.new(secret, content, hashlib.sha256).digest()
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode((keys[1].public or "").removeprefix("whpk_")))
    public.verify(base64.b64decode(own.removeprefix("v1a,")), content)
    assert keys[0].public is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret",
        "whsec_",
        "whsec_" + base64.b64encode(bytes(23)).decode(),
        "whsec_" + base64.b64encode(bytes(65)).decode(),
        "whsec_%%%",
        "whsk_" + base64.b64encode(bytes(31)).decode(),
        "whpk_" + base64.b64encode(bytes(32)).decode(),
    ],
)
def test_a_key_that_cannot_sign_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(WebhookKeyError) as refused:
        read_keys(text)
    assert not text or text[6:] not in str(refused.value) or len(text) < 8


def test_a_key_shows_itself_nowhere() -> None:
    assert "MfKQ" not in repr(read_keys(SHARED))
    assert "secret" not in repr(read_keys(PRIVATE)[0])
