"""Key binding: whose wallet shows a credential, to whom and when; each way in which it is refused, with its word."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.verifiers.credentials.hidden_claims import CATEGORY, CNF, HIDDEN, ISSUER, LEVEL, PERSON, WALLET, shown
from tests.verifiers.credentials.mint import (
    HEADER,
    NONCE,
    NOW,
    SD_TERMS,
    SECOND,
    SHOWING,
    SIGNERS,
    VERIFIER,
    at,
    b64,
    bound,
    check,
    digest,
    ed25519,
    es256,
    sd_jwt,
    sm2,
    without,
    word,
)
from verifiers.credentials.keys import KeyAlgorithm

BOUND = replace(SD_TERMS, least_holder="bound")


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
def test_a_bound_credential_is_taken_as_bound(algorithm: KeyAlgorithm) -> None:
    wallet = SIGNERS[algorithm]()
    found = check(bound(wallet, shown(LEVEL, cnf={"jwk": wallet.jwk})), ISSUER.key, BOUND)
    assert (found.holder, found.claims) == ("bound", {"level": 1, "aids": ["stick"]})


def test_our_terms_say_whether_binding_is_needed_and_not_what_was_sent() -> None:
    assert word(shown(LEVEL, **CNF), ISSUER.key, SD_TERMS) == "taken"
    assert word(shown(LEVEL, **CNF), ISSUER.key, BOUND) == "holder"
    assert word(shown(LEVEL), ISSUER.key, BOUND) == "holder"


@pytest.mark.parametrize("terms", [SD_TERMS, BOUND])
def test_binding_where_the_issuer_named_no_key_is_refused(terms: object) -> None:
    assert terms in (SD_TERMS, BOUND)
    strict = BOUND if terms == BOUND else SD_TERMS
    assert word(bound(WALLET, shown(LEVEL)), ISSUER.key, strict) == "holder"


@pytest.mark.parametrize(
    "cnf",
    [
        None,
        {},
        [],
        {"jwk": None},
        {"jwk": {}},
        {"kid": "k"},
        {"jkt": "x"},
        {"jwk": WALLET.jwk, "kid": "k"},
        {"jwk": {**WALLET.jwk, "use": "enc"}},
        {"jwk": {**WALLET.jwk, "key_ops": ["sign"]}},
        {"jwk": {**WALLET.jwk, "crv": "P-384"}},
        {"jwk": {**WALLET.jwk, "x": b64(bytes(32))}},
        {"jwk": {**WALLET.jwk, "x": WALLET.jwk["x"] + "AA"}},
        {"jwk": {**WALLET.jwk, "d": b64(bytes(32))}},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
        {"jwk": sm2().jwk},
    ],
)
def test_holders_keys_that_cannot_be_used(cnf: object) -> None:
    assert word(bound(WALLET, shown(LEVEL, cnf=cnf)), ISSUER.key, BOUND) == "holder"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "taken"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": ""}, "nonce"),
        ({"nonce": [NONCE]}, "nonce"),
        ({"nonce": None}, "claims"),
        ({"aud": "https://other.example"}, "audience"),
        ({"aud": [VERIFIER]}, "audience"),  # RFC 9901, 4.3: a single text
        ({"aud": None}, "claims"),
        ({"sd_hash": digest("")}, "holder"),
        ({"sd_hash": None}, "claims"),
        ({"iat": None}, "claims"),
        ({"iat": "now"}, "claims"),
        ({"iat": SECOND + 60}, "taken"),
        ({"iat": SECOND + 61}, "issued_in_future"),
        ({"iat": SECOND - 360}, "taken"),
        ({"iat": SECOND - 361}, "expired"),
        ({"exp": SECOND - 60}, "expired"),
        ({"nbf": SECOND + 61}, "not_yet_valid"),
        ({"header": {"alg": "ES256", "typ": "JWT"}}, "type"),
        ({"header": {"alg": "ES256"}}, "type"),
        ({"header": {"alg": "none", "typ": "kb+jwt"}}, "algorithm"),
        ({"header": {"alg": "EdDSA", "typ": "kb+jwt"}}, "algorithm"),
        ({"header": {"alg": "ES256", "typ": "kb+jwt", "crit": ["x"], "x": 1}}, "header"),
    ],
)
def test_bindings(changes: dict[str, object], expected: str) -> None:
    front = shown(LEVEL, **CNF)
    header = changes.get("header")
    said = without(changes, "header")
    assert word(bound(WALLET, front, header, **said), ISSUER.key, BOUND) == expected
    assert word(bound(WALLET, front, header, **said), ISSUER.key, SD_TERMS) == expected  # judged where it is not needed


def test_binding_covers_the_very_bytes_that_are_shown() -> None:
    front = ISSUER.jws(HEADER, HIDDEN | CNF)
    signed = bound(WALLET, f"{front}~{LEVEL}~{CATEGORY}~").rpartition("~")[2]
    assert word(f"{front}~{LEVEL}~{CATEGORY}~{signed}", ISSUER.key, BOUND) == "taken"
    for other in (
        f"{front}~{LEVEL}~",
        f"{front}~",
        f"{front}~{CATEGORY}~{LEVEL}~",
        f"{front}~{LEVEL}~{CATEGORY}~{PERSON}~",
    ):
        assert word(other + signed, ISSUER.key, BOUND) == "holder"


def test_binding_by_another_key_or_to_another_credential_is_refused() -> None:
    front = shown(LEVEL, **CNF)
    assert word(bound(es256(), front), ISSUER.key, BOUND) == "signature"
    assert word(bound(ISSUER, front), ISSUER.key, BOUND) == "signature"
    assert word(bound(ed25519(), front), ISSUER.key, BOUND) == "algorithm"
    other = bound(WALLET, shown(CATEGORY, **CNF)).rpartition("~")[2]
    assert word(front + other, ISSUER.key, BOUND) == "holder"


def test_binding_is_for_one_showing() -> None:
    once = bound(WALLET, shown(LEVEL, **CNF))
    assert word(once, ISSUER.key, BOUND, replace(SHOWING, nonce="the-next")) == "nonce"
    assert word(once, ISSUER.key, BOUND, replace(SHOWING, nonce=None)) == "nonce"
    assert word(once, ISSUER.key, BOUND, replace(SHOWING, audience="https://other.example")) == "audience"
    assert word(once, ISSUER.key, BOUND, at(NOW + timedelta(minutes=7))) == "expired"


def test_a_bound_credential_of_somebody_else_is_refused() -> None:
    borrowed = bound(WALLET, shown(LEVEL, sub="210100193505208818", **CNF))
    assert word(borrowed, ISSUER.key, BOUND) == "holder"
    assert word(bound(WALLET, sd_jwt(ISSUER, without(HIDDEN | CNF, "sub"))), ISSUER.key, BOUND) == "holder"


def test_a_kind_that_names_nobody_is_taken_only_when_bound() -> None:
    terms = replace(BOUND, subject_at=None)
    claims = without(HIDDEN | CNF, "sub")
    found = check(bound(WALLET, sd_jwt(ISSUER, claims, [LEVEL])), ISSUER.key, terms)
    assert (found.holder, found.subject) == ("bound", None)
    assert word(sd_jwt(ISSUER, claims, [LEVEL]), ISSUER.key, terms) == "holder"
