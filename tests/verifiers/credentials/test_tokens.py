"""Plain tokens: what is taken, and each way in which one is refused, with its word."""

import hmac
import itertools
import json
from collections.abc import Mapping
from datetime import timedelta

import pytest

from tests.verifiers.credentials.mint import (
    APPLICANT,
    CLAIMS,
    ISSUER,
    JWT_TERMS,
    NOW,
    SHOWING,
    SIGNERS,
    Signer,
    b64,
    check,
    ed25519,
    es256,
    sm2,
    text,
    unb64,
    word,
)
from tests.verifiers.credentials.plain_token import ES, HEADER, header, token
from verifiers.credentials.checking import read_credential, verified_credential
from verifiers.credentials.keys import KeyAlgorithm, UnusableKeyError, VerificationKey
from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.suites import signature_suites
from verifiers.credentials.terms import BadTermsError, CredentialTerms
from verifiers.credentials.verified import StatusReference

ALGORITHMS: tuple[KeyAlgorithm, ...] = ("ES256", "EdDSA", "SM2")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_right_token_is_taken_with_what_it_says(algorithm: KeyAlgorithm) -> None:
    signer = SIGNERS[algorithm]()
    status = {"status_list": {"idx": 7, "uri": "https://licences.example/status/1"}}
    found = check(signer.jws(header(alg=algorithm), CLAIMS | {"status": status}), signer.key, JWT_TERMS)
    assert (found.format, found.issuer, found.kid, found.holder) == ("jwt", ISSUER, "k1", "matched")
    assert (found.subject, found.claims) == (APPLICANT, {"category": 4, "level": 1})
    assert (found.issued_at, found.expires_at) == (NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    assert found.statuses == (StatusReference("token_status_list", "https://licences.example/status/1", 7),)
    assert APPLICANT not in repr(found)


@pytest.mark.parametrize(
    "changes",
    [
        {"alg": "Ed25519"},  # the name that RFC 9864 gives it
        {"typ": "application/Licence+JWT"},  # RFC 7515, 4.1.9
        {"kid": None},
        {"b64": True},
        {"jku": "https://evil.example/jwks", "x5u": "https://evil.example/x", "x5c": ["MII"], "jwk": ed25519().jwk},
    ],
)
def test_headers_that_change_nothing(changes: dict[str, object]) -> None:
    signer = ed25519()
    assert word(signer.jws(header(**{"alg": "EdDSA"} | changes), CLAIMS), signer.key, JWT_TERMS) == "taken"


def test_a_key_sent_along_convinces_nobody() -> None:
    evil = es256()
    assert word(evil.jws(header(jwk=evil.jwk), CLAIMS), ES.key, JWT_TERMS) == "signature"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"alg": "none"}, "algorithm"),
        ({"alg": "None"}, "algorithm"),
        ({"alg": "HS256"}, "algorithm"),
        ({"alg": "RS256"}, "algorithm"),
        ({"alg": "ES384"}, "algorithm"),
        ({"alg": "EdDSA"}, "algorithm"),
        ({"alg": "SM2"}, "algorithm"),
        ({"alg": "es256"}, "algorithm"),
        ({"alg": ["ES256"]}, "algorithm"),
        ({"alg": None}, "algorithm"),
        ({"kid": "k2"}, "key_unknown"),
        ({"kid": 1}, "header"),
        ({"kid": ["k1"]}, "header"),
        ({"crit": ["exp"], "exp": 1}, "header"),
        ({"crit": []}, "header"),
        ({"crit": ["b64"], "b64": True}, "header"),
        ({"b64": False, "crit": ["b64"]}, "header"),
        ({"b64": False}, "header"),
        ({"b64": 1}, "header"),
        ({"typ": "dc+sd-jwt"}, "type"),
        ({"typ": "JWT"}, "type"),
        ({"typ": None}, "type"),
        ({"typ": 7}, "type"),
    ],
)
def test_wrong_headers(changes: dict[str, object], expected: str) -> None:
    assert word(ES.jws(header(**changes), CLAIMS), ES.key, JWT_TERMS) == expected


def test_no_algorithm_passes_for_another() -> None:
    for ours, theirs in itertools.permutations(ALGORITHMS, 2):
        signer = SIGNERS[theirs]()
        assert word(signer.jws(header(alg=ours), CLAIMS), signer.key, JWT_TERMS) == "algorithm"
        if "EdDSA" not in (ours, theirs):  # two curves with points of one size
            assert word(signer.jws(header(alg=ours), CLAIMS), SIGNERS[ours]().key, JWT_TERMS) == "signature"


def test_a_secret_made_of_the_public_key_signs_nothing() -> None:
    mixed = Signer(lambda message: hmac.digest(ES.key.public, message, "sha256"), ES.key, ES.jwk)
    assert word(mixed.jws(header(alg="HS256"), CLAIMS), ES.key, JWT_TERMS) == "algorithm"
    assert word(mixed.jws(header(), CLAIMS), ES.key, JWT_TERMS) == "signature"


def test_an_algorithm_that_is_not_installed_is_refused() -> None:
    signer = sm2()
    shown = read_credential("jwt", signer.jws(header(alg="SM2"), CLAIMS))
    with pytest.raises(CredentialRefused) as caught:
        verified_credential(shown, signer.key, JWT_TERMS, SHOWING, signature_suites(()))
    assert caught.value.word == "algorithm"


N256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
NSM2 = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
L25519 = 2**252 + 27742317777372353535851937790883648493


def forged(signature: bytes) -> list[bytes]:
    """What attackers write in place of r and s (first those that once passed for right: all zeros)."""
    r, s = signature[:32], signature[32:]
    zero, one, full = bytes(32), (1).to_bytes(32), bytes([255]) * 32
    orders = [order.to_bytes(32) for order in (N256, NSM2)]
    pairs = [(zero, zero), (zero, s), (r, zero), (one, one), (full, full), (r, full), (full, s), (s, r)]
    pairs += [(r, order) for order in orders] + [(order, s) for order in orders] + [(order, zero) for order in orders]
    found = [b"".join(pair) for pair in pairs]
    return [*found, b"", r, signature[:-1], signature[1:], signature + b"\0", b"\0" + signature, signature * 2]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_forged_numbers_are_no_signature(algorithm: KeyAlgorithm) -> None:
    signer = SIGNERS[algorithm]()
    front = signer.jws(header(alg=algorithm), CLAIMS).rpartition(".")[0]
    right = signer.sign(front.encode())
    assert word(f"{front}.{b64(right)}", signer.key, JWT_TERMS) == "taken"
    for wrong in forged(right):
        assert word(f"{front}.{b64(wrong)}", signer.key, JWT_TERMS) == "signature"


def test_a_second_spelling_of_an_ed25519_signature_is_refused() -> None:
    signer = ed25519()
    front = signer.jws(header(alg="EdDSA"), CLAIMS).rpartition(".")[0]
    right = signer.sign(front.encode())
    raised = int.from_bytes(right[32:], "little") + L25519
    assert word(f"{front}.{b64(right[:32] + raised.to_bytes(32, 'little'))}", signer.key, JWT_TERMS) == "signature"


def test_the_twin_of_an_es256_signature_is_the_same_credential() -> None:
    """ECDSA lets anybody write n - s for s; it must not pass for another credential that was not used yet."""
    front = token().rpartition(".")[0]
    right = ES.sign(front.encode())
    twin = right[:32] + (N256 - int.from_bytes(right[32:])).to_bytes(32)
    one, other = (check(f"{front}.{b64(one)}", ES.key, JWT_TERMS) for one in (right, twin))
    assert one == other


@pytest.mark.parametrize(
    "shown",
    [
        "",
        ".",
        "..",
        "a.b",
        "a.b.c.d",
        "ａ.ｂ.ｃ",
        token() + ".",
        token() + "=",
        token() + "\n",
        " " + token(),
        token().replace(".", "..", 1),
        token() + "~",
        ".".join([b64(b"[]"), *token().split(".")[1:]]),
        ".".join([b64(b"\xff"), *token().split(".")[1:]]),
        ES.jws(HEADER, b"[]"),
        ES.jws(HEADER, b"null"),
        ES.jws(HEADER, b""),
        ES.jws(HEADER, b'{"a":NaN}'),
        ES.jws(HEADER, b'{"a":1e999}'),
        ES.jws(HEADER, b'{"a":9007199254740992}'),
        ES.jws(HEADER, b'{"a":' + b"9" * 5000 + b"}"),
        ES.jws(HEADER, b'{"a":"\\ud800"}'),
        ES.jws(HEADER, b'{"a":"\xc0\xaf"}'),
        ES.jws(HEADER, b'{"a":1}{"a":1}'),
        ES.jws(HEADER, b"\xef\xbb\xbf{}"),
        ES.jws(HEADER, b'{"a":' + b"[" * 33 + b"]" * 33 + b"}"),
        ES.jws(HEADER, b'{"a":' + b"[" * 20000 + b"]" * 20000 + b"}"),
        ES.jws(b"[" * 20000, CLAIMS),
    ],
    ids=range(28),
)
def test_what_is_no_token_is_malformed(shown: str) -> None:
    assert word(shown, ES.key, JWT_TERMS) == "malformed"


def test_a_name_given_twice_is_malformed() -> None:
    twice = text(CLAIMS)[:-1] + f',"sub":"{APPLICANT}"}}'.encode()
    assert word(ES.jws(HEADER, twice), ES.key, JWT_TERMS) == "malformed"
    deep = text(CLAIMS)[:-1] + b',"more":[{"a":1,"a":2}]}'
    assert word(ES.jws(HEADER, deep), ES.key, JWT_TERMS) == "malformed"
    heads = text(HEADER)[:-1] + b',"alg":"none"}'
    assert word(ES.jws(heads, CLAIMS), ES.key, JWT_TERMS) == "malformed"


def test_another_spelling_of_the_same_bytes_is_malformed() -> None:
    front, _, last = token().rpartition(".")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    others = [last[:-1] + character for character in alphabet if character != last[-1]]
    same = [other for other in others if unb64(other) == unb64(last)]
    assert len(same) == 15
    assert {word(f"{front}.{one}", ES.key, JWT_TERMS) for one in same} == {"malformed"}


def test_size_is_bounded_before_anything_is_read() -> None:
    room = 64 * 1024
    assert word("." * (room + 1), ES.key, JWT_TERMS) == "too_large"
    assert word("." * room, ES.key, JWT_TERMS) == "malformed"
    assert word(token(more="x" * 40_000), ES.key, JWT_TERMS) == "taken"
    assert word(token(more="x" * 60_000), ES.key, JWT_TERMS) == "too_large"


@pytest.mark.parametrize(
    ("algorithm", "public"),
    [
        ("ES256", ES.key.public[:-1]),
        ("ES256", b"\x02" + ES.key.public[1:33]),
        ("ES256", b"\x04" + bytes(64)),
        ("ES256", ES.key.public[:-1] + bytes([ES.key.public[-1] ^ 1])),
        ("ES256", sm2().key.public),
        ("SM2", ES.key.public),
        ("SM2", b"\x04" + bytes(64)),
        ("SM2", sm2().key.public[1:]),
        ("EdDSA", bytes(31)),
        ("EdDSA", ES.key.public),
    ],
    ids=[f"wrong-{number}" for number in range(10)],  # the same in every process of a parallel run, unlike the keys
)
def test_a_key_that_is_not_on_its_curve_is_not_taken(algorithm: KeyAlgorithm, public: bytes) -> None:
    with pytest.raises(UnusableKeyError, match=algorithm):
        VerificationKey(ISSUER, "k", algorithm, public)


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": ""},
        {"kind": ""},
        {"typ": ""},
        {"subject_at": ()},
        {"subject_at": ("",)},
        {"subject_at": None},
        {"least_holder": "bound"},
    ],
)
def test_terms_that_cannot_be_meant(wrong: Mapping[str, object]) -> None:
    asked: dict[str, object] = {"format": "jwt", "issuer": ISSUER, "kind": "k", **wrong}
    with pytest.raises(BadTermsError, match="credential terms"):
        CredentialTerms(**asked)  # type: ignore[arg-type]  # the values are of their types, the mapping is not


def test_nothing_of_a_credential_stands_in_its_refusal() -> None:
    with pytest.raises(CredentialRefused) as caught:
        check(token(sub="210100193505208818"), ES.key, JWT_TERMS)
    assert "2101" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert json.dumps(CLAIMS["sub"]) not in repr(read_credential("jwt", token()))
