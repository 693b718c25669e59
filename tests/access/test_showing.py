"""What a caller may show, over real HTTP: keys, certificates from a trusted proxy, and nothing else."""

import base64
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from decision_service.access import doorkeeper
from tests.http.members import CALLER_SCOPES, Guarded, Members, guarded, usual_members
from tests.http.staging import Got, sandbox_config
from verifiers.sandbox.running import running


def certificate(name: str, days: int = 1) -> bytes:
    """A certificate of that common name, in DER, valid from yesterday for so many days."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "示例"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    start = datetime.now(UTC) - timedelta(days=1)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(start).not_valid_after(start + timedelta(days=1 + days, seconds=60))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def told(content: bytes) -> str:
    """As a proxy writes it (RFC 9440)."""
    return f":{base64.b64encode(content).decode()}:"


BY_THUMBPRINT, BY_SUBJECT, EXPIRED = certificate("one"), certificate("two"), certificate("three", -1)
SUBJECT = x509.load_der_x509_certificate(BY_SUBJECT).subject.rfc4514_string()


def members() -> Members:
    found = usual_members()
    found.key("staff", "expired", "officer", ("read", "cases"), expires="2020-01-01")
    found.caller(
        "with-certificate", more=f'[[caller.certificate]]\nsha256 = "{hashlib.sha256(BY_THUMBPRINT).hexdigest()}"'
    )
    found.caller("with-subject", more=f'[[caller.certificate]]\nsubject = "{SUBJECT}"')
    found.caller("late", more=f'[[caller.certificate]]\nsha256 = "{hashlib.sha256(EXPIRED).hexdigest()}"')
    return found


@pytest.fixture(scope="module")
def registers() -> Iterator[str]:
    with running(sandbox_config()) as url:
        yield url


@pytest.fixture(scope="module")
def service(registers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with guarded(tmp_path_factory.mktemp("showing"), registers, members()) as found:
        yield found


@pytest.fixture(scope="module")
def behind_a_proxy(registers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    found = members()
    found.lines.insert(0, 'trusted_proxies = ["127.0.0.1"]')
    with guarded(tmp_path_factory.mktemp("proxied"), registers, found) as guarded_service:
        yield guarded_service


def asked(service: Guarded, headers: dict[str, str]) -> Got:
    return service.stage.send("GET", "/v1/matters", None, headers)


def test_whatever_is_wrong_with_a_key_the_answer_is_the_same(service: Guarded) -> None:
    key = service.members.keys["platform-a"]
    head, _, secret = key.rpartition("_") if key.count("_") == 2 else (key[:15], "", key[16:])
    wrong = {
        "unknown": f"mp_aaaaaaaaaaaa_{secret}",
        "wrong": f"{key[:16]}{'A' * 43}",
        "expired": service.members.keys["expired"],
        "of another": f"{service.members.keys['platform-b'][:16]}{key[16:]}",
        "cut": key[:-1],
        "longer": key + "A",
        "no secret": head,
        "token": "eyJ.eyJ.x",
        "empty": "",
    }
    answers = {why: asked(service, {"Authorization": f"Bearer {text}"}) for why, text in wrong.items()}
    for why, got in answers.items():
        assert got.status == 401, why
        assert got.headers["www-authenticate"] == 'Bearer realm="miaopi", error="invalid_token"', why
    assert len({got.body for got in answers.values()}) == 1
    assert len({tuple(sorted(got.headers.keys() - {"date"})) for got in answers.values()}) == 1
    nothing = asked(service, {})
    assert (nothing.status, nothing.headers["www-authenticate"]) == (401, 'Bearer realm="miaopi"')
    assert nothing.body == answers["wrong"].body
    assert asked(service, {"Authorization": f"bearer {key}"}).status == 200


def test_an_unknown_key_costs_the_same_work_as_a_wrong_one(service: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted and not timed: how often a secret is hashed, and how often and over what lengths digests are compared."""
    work: list[tuple[str, int]] = []
    hashed, compared = doorkeeper.digest_of, doorkeeper.hmac.compare_digest

    def hashing(secret: str) -> bytes:
        work.append(("hash", len(secret)))
        return hashed(secret)

    def comparing(one: bytes, other: bytes) -> bool:
        work.append(("compare", len(one) + len(other)))
        return compared(one, other)

    monkeypatch.setattr(doorkeeper, "digest_of", hashing)
    monkeypatch.setattr(doorkeeper.hmac, "compare_digest", comparing)
    seen = []
    key = service.members.keys["platform-a"]
    for text in (f"mp_aaaaaaaaaaaa_{key[16:]}", f"{key[:16]}{'A' * 43}", key, service.members.keys["expired"]):
        work.clear()
        asked(service, {"Authorization": f"Bearer {text}"})
        seen.append(tuple(work))
    assert set(seen) == {(("hash", 43), ("compare", 64))}


@pytest.mark.parametrize("scheme", ["Basic", "Digest", "mp", "BearerX", ""])
def test_no_other_scheme_is_taken(service: Guarded, scheme: str) -> None:
    assert asked(service, {"Authorization": f"{scheme} {service.members.keys['platform-a']}"}).status == 401


def test_a_key_anywhere_else_is_not_taken_and_one_in_the_address_is_told_to_be_replaced(service: Guarded) -> None:
    key = service.members.keys["platform-a"]
    for header in ("X-Api-Key", "Api-Key", "Proxy-Authorization", "Cookie"):
        assert asked(service, {header: key}).status == 401
    for path in (
        f"/v1/matters?key={key}",
        "/v1/matters?access_token=x",
        "/v1/matters?a=1&access_token=x",
        f"/v1/matters/{key}",
    ):
        got = service.send("platform-a", "GET", path)
        assert (got.status, got.json["type"]) == (400, "urn:miaopi:problem:key_in_url"), path
        assert key[16:] not in got.body.decode()


def test_a_certificate_counts_from_a_trusted_proxy(behind_a_proxy: Guarded) -> None:
    for content, wanted in ((BY_THUMBPRINT, 200), (BY_SUBJECT, 200), (EXPIRED, 401), (certificate("two"), 200)):
        assert asked(behind_a_proxy, {"Client-Cert": told(content)}).status == wanted
    assert asked(behind_a_proxy, {"Client-Cert": told(certificate("one"))}).status == 401


@pytest.mark.parametrize(
    "header", ["", ":", "::", ":####:", told(b"no certificate"), told(BY_SUBJECT)[1:], "a" * 40_000]
)
def test_what_is_no_certificate_is_refused(behind_a_proxy: Guarded, header: str) -> None:
    assert asked(behind_a_proxy, {"Client-Cert": header}).status in (401, 431)


def test_from_anybody_else_its_presence_is_refused_even_beside_a_key_that_counts(service: Guarded) -> None:
    for content in (BY_THUMBPRINT, BY_SUBJECT):
        assert asked(service, {"Client-Cert": told(content)}).status == 401
        shown = {"Client-Cert": told(content), **service.members.shows("with-certificate")}
        assert asked(service, shown).status == 401
    forwarded = {"Client-Cert": told(BY_SUBJECT), "X-Forwarded-For": "127.0.0.9", "Forwarded": "for=127.0.0.9"}
    assert asked(service, forwarded).status == 401


def test_two_proofs_must_be_of_the_same_one(behind_a_proxy: Guarded) -> None:
    shown = {"Client-Cert": told(BY_THUMBPRINT)}
    assert asked(behind_a_proxy, {**shown, **behind_a_proxy.members.shows("with-certificate")}).status == 200
    assert asked(behind_a_proxy, {**shown, **behind_a_proxy.members.shows("platform-a")}).status == 401


def test_a_peer_is_who_connects_and_not_who_a_header_says(registers: str, tmp_path: Path) -> None:
    found = members()
    found.lines.insert(0, 'trusted_proxies = ["127.0.0.9"]')
    with guarded(tmp_path, registers, found) as service:
        shown = {"Client-Cert": told(BY_SUBJECT), "X-Forwarded-For": "127.0.0.9", "X-Forwarded-Proto": "https"}
        assert asked(service, shown).status == 401


def test_a_caller_without_scopes_of_staff_can_do_nothing_at_the_control_plane(service: Guarded) -> None:
    for who in ("platform-a", "with-subject"):
        assert service.send(who, "GET", "/control/v1/suspensions").status == 403
    assert service.send(None, "GET", "/control/v1/suspensions").status == 401
    assert CALLER_SCOPES
