"""W3C credentials with eddsa-jcs-2022: what is taken, and each way in which one is refused, with its word."""

import copy
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verifiers.credentials.mint import (
    APPLICANT,
    DI_TERMS,
    ISSUER,
    NOW,
    SHOWING,
    SUITES,
    at,
    base58,
    check,
    document,
    ed25519,
    es256,
    proved,
    word,
)
from verifiers.credentials.data_integrity import read_document, verified_document
from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.terms import BadTermsError, CredentialTerms
from verifiers.credentials.verified import StatusReference

SIGNER = ed25519(kid="did:web:licences.example#k1")
KEY = SIGNER.key
BASE = "https://www.w3.org/ns/credentials/v2"
STATUS = {
    "id": "https://licences.example/status/3#94567",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "94567",
    "statusListCredential": "https://licences.example/status/3",
}


def judged(unsigned: object, **options: object) -> str:
    assert isinstance(unsigned, dict)
    return word(json.dumps(proved(SIGNER, unsigned, **options)), KEY, DI_TERMS)


def test_a_right_document_is_taken_with_what_it_says() -> None:
    two = [STATUS, STATUS | {"statusPurpose": "suspension", "statusListIndex": "0"}]
    shown = json.dumps(proved(SIGNER, document(credentialStatus=two)), indent=1)
    found = check(shown, KEY, DI_TERMS)
    assert (found.format, found.issuer, found.kid, found.holder) == ("eddsa-jcs-2022", ISSUER, KEY.kid, "matched")
    assert (found.subject, found.claims) == (APPLICANT, {"category": 4, "level": 1})
    assert (found.issued_at, found.expires_at) == (NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    uri = "https://licences.example/status/3"
    assert found.statuses == (
        StatusReference("bitstring_status_list", uri, 94567, "revocation"),
        StatusReference("bitstring_status_list", uri, 0, "suspension"),
    )


def test_how_the_json_is_written_does_not_matter() -> None:
    whole = proved(SIGNER, document(name="残疾人证 é ﬁ \u2028", numbers=[1.5, 1e21, -0.0, 100]))
    ways = [
        json.dumps(whole),
        json.dumps(whole, indent=4),
        json.dumps(whole, ensure_ascii=False),
        json.dumps(dict(reversed(whole.items()))),
    ]
    assert len({check(way, KEY, DI_TERMS).credential_id for way in ways}) == 1


@pytest.mark.parametrize(
    ("unsigned", "expected"),
    [
        (document(issuer={"id": ISSUER, "name": "残联"}), "taken"),
        (document(issuer="https://evil.example"), "issuer"),
        (document(issuer={"name": "x"}), "issuer"),
        (document(issuer=None), "claims"),
        (document(issuer=[ISSUER]), "claims"),
        (document(type=["VerifiableCredential"]), "type"),
        (document(type=["DisabilityCertificate"]), "type"),
        (document(type="VerifiableCredential"), "type"),
        (document(type=None), "type"),
        (document(validUntil=None), "claims"),
        (document(validUntil=(NOW - timedelta(seconds=60)).isoformat()), "expired"),
        (document(validUntil=(NOW - timedelta(seconds=59)).isoformat()), "taken"),
        (document(validUntil="2099-01-01"), "claims"),
        (document(validUntil="2099-01-01T00:00:00"), "claims"),
        (document(validUntil="2099-02-30T00:00:00Z"), "claims"),
        (document(validUntil="9999-12-31T23:59:59.999999999Z"), "taken"),
        (document(validUntil="9999-12-31T23:59:59-14:00"), "claims"),
        (document(validUntil=4102444800), "claims"),
        (document(validFrom=(NOW + timedelta(seconds=61)).isoformat()), "not_yet_valid"),
        (document(validFrom="0001-01-01T00:00:00+14:00"), "claims"),
        (document(validFrom=None), "taken"),
        (document(credentialSubject=[{"id": APPLICANT}]), "claims"),
        (document(credentialSubject=None), "claims"),
        (document(credentialSubject={"id": "210100193505208818"}), "holder"),
        (document(credentialSubject={"level": 1}), "holder"),
        (document(credentialStatus={}), "status_unknown"),
        (document(credentialStatus=[]), "status_unknown"),
        (document(credentialStatus=[STATUS] * 9), "status_unknown"),
        (document(credentialStatus=STATUS | {"type": "StatusList2021Entry"}), "status_unknown"),
        (document(credentialStatus=STATUS | {"statusListIndex": 94567}), "status_unknown"),
        (document(credentialStatus=STATUS | {"statusListIndex": "094567"}), "status_unknown"),
        (document(credentialStatus=STATUS | {"statusListIndex": "-1"}), "status_unknown"),
        (document(credentialStatus=STATUS | {"statusListIndex": "９"}), "status_unknown"),
        (document(credentialStatus=STATUS | {"statusListCredential": ""}), "status_unknown"),
        (document(credentialStatus=STATUS | {"statusSize": 2}), "status_unknown"),
        (document(**{"@context": BASE}), "context"),
        (document(**{"@context": []}), "context"),
        (document(**{"@context": None}), "context"),
        (document(**{"@context": [BASE, "https://evil.example/v1"]}), "context"),
        (document(**{"@context": [BASE, {"level": "https://evil.example/x"}]}), "context"),
        (document(**{"@context": ["https://www.w3.org/2018/credentials/v1"]}), "context"),
    ],
)
def test_documents(unsigned: dict[str, object], expected: str) -> None:
    assert judged(unsigned) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"created": None}, "taken"),
        ({"created": (NOW + timedelta(seconds=61)).isoformat()}, "issued_in_future"),
        ({"created": "yesterday"}, "claims"),
        ({"expires": (NOW - timedelta(seconds=60)).isoformat()}, "expired"),
        ({"expires": (NOW + timedelta(seconds=60)).isoformat()}, "taken"),
        ({"@context": [BASE]}, "taken"),
        ({"@context": [BASE, "https://evil.example"]}, "context"),
        ({"@context": []}, "context"),
        ({"cryptosuite": "eddsa-rdfc-2022"}, "algorithm"),
        ({"cryptosuite": "ecdsa-jcs-2019"}, "algorithm"),
        ({"cryptosuite": None}, "algorithm"),
        ({"type": "Ed25519Signature2020"}, "proof"),
        ({"type": None}, "proof"),
        ({"proofPurpose": "authentication"}, "proof"),
        ({"proofPurpose": ["assertionMethod"]}, "proof"),
        ({"verificationMethod": "did:web:licences.example#k2"}, "key_unknown"),
        ({"verificationMethod": None}, "key_unknown"),
        ({"verificationMethod": {"id": KEY.kid}}, "claims"),
        ({"previousProof": "urn:x"}, "proof"),
        ({"domain": "x"}, "proof"),
        ({"challenge": "x"}, "proof"),
        ({"id": "urn:uuid:1"}, "taken"),
    ],
)
def test_proofs(options: dict[str, object], expected: str) -> None:
    assert judged(document(), **options) == expected


def test_a_credential_that_does_not_say_since_when_is_refused() -> None:
    assert judged(document(validFrom=None), created=None) == "claims"


def test_proof_sets_chains_and_missing_proofs_are_refused() -> None:
    whole = proved(SIGNER, document())
    for wrong in (None, [], [whole["proof"]], [whole["proof"]] * 2, "z123", 7):
        assert word(json.dumps(whole | {"proof": wrong}), KEY, DI_TERMS) == "proof"
    assert word(json.dumps(document()), KEY, DI_TERMS) == "proof"


def test_values_that_are_no_signature() -> None:
    whole: Any = proved(SIGNER, document())
    right = whole["proof"]["proofValue"]
    wrong: list[tuple[object, str]] = [
        (right[1:], "proof"),
        ("u" + right[1:], "proof"),
        (right + "0", "proof"),
        (right[:-1] + "l", "proof"),
        (right + "1", "proof"),
        ("z1" + right[1:], "proof"),
        ("z" + "1" * 64, "signature"),
        ("z" + "1" * 65, "proof"),
        ("z" + "z" * 88, "proof"),
        ("z" * 100_000, "too_large"),
        ("z" + base58(bytes([255]) * 64), "signature"),
        (None, "proof"),
        ([right], "proof"),
        ("", "proof"),
    ]
    for value, expected in wrong:
        changed = copy.deepcopy(whole)
        changed["proof"]["proofValue"] = value
        assert word(json.dumps(changed), KEY, DI_TERMS) == expected, value


def test_other_keys_open_nothing() -> None:
    other = ed25519(kid=KEY.kid)
    assert word(json.dumps(proved(SIGNER, document())), other.key, DI_TERMS) == "signature"
    assert word(json.dumps(proved(SIGNER, document())), es256(kid=KEY.kid).key, DI_TERMS) == "algorithm"
    stranger = ed25519(issuer="https://other.example", kid=KEY.kid)
    assert word(json.dumps(proved(stranger, document())), stranger.key, DI_TERMS) == "issuer"


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "[]",
        "null",
        "{",
        '{"a":1,"a":1}',
        '{"proof":{"type":1,"type":1}}',
        "\ud800",
        '{"a":"\\udc00"}',
        "[" * 30_000,
        '{"a":9007199254740993}',
        '{"a":Infinity}',
    ],
)
def test_what_is_no_json_object_is_malformed(shown: str) -> None:
    assert word(shown, KEY, DI_TERMS) == "malformed"


def test_size_is_counted_in_bytes() -> None:
    assert word(json.dumps(document(name="残" * 22_000), ensure_ascii=False), KEY, DI_TERMS) == "too_large"


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for name, one in inner for found in places(one, (*path, name)))]


WHOLE = proved(SIGNER, document(credentialStatus=STATUS), expires=(NOW + timedelta(hours=1)).isoformat())


@settings(deadline=None)
@given(st.sampled_from(places(WHOLE)[1:]), st.sampled_from([None, 0, "", "x", [], {}, "drop", "add"]))
def test_nothing_can_be_changed_taken_out_or_added(path: tuple[str | int, ...], change: object) -> None:
    changed: Any = copy.deepcopy(WHOLE)
    inside = changed
    for step in path[:-1]:
        inside = inside[step]
    if change == "drop":
        del inside[path[-1]]
    elif change == "add":
        inside.append("x") if isinstance(inside, list) else inside.update({"x": 1})
    else:
        inside[path[-1]] = change
    assert changed != WHOLE
    assert word(json.dumps(changed), KEY, DI_TERMS) != "taken"


def test_a_document_is_its_keys_issuers_even_without_the_door_that_says_so_first() -> None:
    shown = read_document(json.dumps(proved(SIGNER, document(issuer="https://evil.example"))))
    with pytest.raises(CredentialRefused) as caught:
        verified_document(shown, KEY, DI_TERMS, SHOWING, SUITES)
    assert caught.value.word == "issuer"


def test_time_passes_and_terms_are_kept() -> None:
    shown = json.dumps(proved(SIGNER, document()))
    assert word(shown, KEY, DI_TERMS, at(NOW + timedelta(hours=1, seconds=59))) == "taken"
    assert word(shown, KEY, DI_TERMS, at(NOW + timedelta(hours=1, seconds=60))) == "expired"
    assert word(shown, KEY, replace(DI_TERMS, required=frozenset({"level"}))) == "taken"
    assert word(shown, KEY, replace(DI_TERMS, required=frozenset({"since"}))) == "claims"
    assert word(shown, KEY, DI_TERMS, replace(SHOWING, applicant="210100193505208818")) == "holder"
    with pytest.raises(BadTermsError, match="audience"):
        CredentialTerms("eddsa-jcs-2022", ISSUER, "x", audience="us")
