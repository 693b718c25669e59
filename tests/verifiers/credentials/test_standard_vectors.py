"""The examples that the standards print: taken where they are right and wanted, else refused with the reason."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import gmalg
import pytest
from joserfc import jws as joserfc_jws
from joserfc.jwk import ECKey, OKPKey

from tests.verifiers.credentials.mint import DI_TERMS, SUITES, b64, unb64, word
from verifiers.credentials.data_integrity import check_proof, read_document, signed_digest
from verifiers.credentials.disclosures import processed_claims
from verifiers.credentials.jwks import Publisher, published_keys
from verifiers.credentials.jws import check_signature, check_typ, read_jws
from verifiers.credentials.key_binding import check_key_binding
from verifiers.credentials.keys import VerificationKey
from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.sd_jwt import read_sd_jwt
from verifiers.credentials.terms import Showing

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "standard_vectors.json").read_text())
RIGHT = [one for one in VECTORS["jws"] if one["expected"] == "right"]
BOUND = [one for one in VECTORS["sd_jwt"] if "binding" in one]


def pinned(jwk: dict[str, str], issuer: str = "https://issuer.example.com") -> VerificationKey:
    everything = Publisher(issuer, frozenset({"ES256", "EdDSA"}))
    return published_keys({"keys": [{**jwk, "kid": "k"}]}, everything).keys["k"]


def source(one: dict[str, Any]) -> str:
    return str(one["source"])


def refusal(act: object, *arguments: object) -> str:
    assert callable(act)
    with pytest.raises(CredentialRefused) as caught:
        act(*arguments)
    return caught.value.word


@pytest.mark.parametrize("one", RIGHT, ids=source)
def test_signatures_of_the_standards_are_right(one: dict[str, Any]) -> None:
    check_signature(read_jws(one["jws"]), pinned(one["key"]), SUITES)


@pytest.mark.parametrize("one", RIGHT, ids=source)
def test_any_one_flipped_bit_makes_them_wrong(one: dict[str, Any]) -> None:
    front, _, last = one["jws"].rpartition(".")
    right = unb64(last)
    assert len(right) == 64
    for bit in range(512):
        changed = (int.from_bytes(right) ^ (1 << bit)).to_bytes(64)
        shown = read_jws(f"{front}.{b64(changed)}")
        assert refusal(check_signature, shown, pinned(one["key"]), SUITES) == "signature"


@pytest.mark.parametrize("one", [one for one in VECTORS["jws"] if one["expected"] != "right"], ids=source)
@pytest.mark.parametrize("key", [pinned(one["key"]) for one in RIGHT], ids=lambda key: key.algorithm)
def test_algorithms_off_the_list_are_refused_whatever_the_key(one: dict[str, Any], key: VerificationKey) -> None:
    assert refusal(check_signature, read_jws(one["jws"]), key, SUITES) == one["expected"]


@pytest.mark.parametrize("one", RIGHT, ids=source)
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated via RFC 9864")
def test_another_library_agrees_on_what_is_right(one: dict[str, Any]) -> None:
    key = (OKPKey if one["key"]["kty"] == "OKP" else ECKey).import_key(one["key"])
    assert joserfc_jws.deserialize_compact(one["jws"], key, algorithms=["ES256", "EdDSA"]).payload


@pytest.mark.parametrize("one", VECTORS["sd_jwt"], ids=source)
def test_examples_of_selective_disclosure_give_the_claims_that_the_standard_prints(one: dict[str, Any]) -> None:
    shown = read_sd_jwt(one["sd_jwt"])
    check_signature(shown.issued.jws, pinned(VECTORS["sd_jwt_issuer"]), SUITES)
    check_typ(shown.issued.jws, "example+sd-jwt")
    assert processed_claims(shown.issued.claims, shown.disclosed) == one["claims"]


@pytest.mark.parametrize("one", BOUND, ids=source)
def test_examples_of_key_binding_are_right_for_their_showing_only(one: dict[str, Any]) -> None:
    shown = read_sd_jwt(one["sd_jwt"])
    assert shown.binding is not None
    now = datetime.fromtimestamp(one["binding"]["iat"], UTC)
    aud, nonce = one["binding"]["aud"], one["binding"]["nonce"]
    check_key_binding(shown.binding, shown.presented, one["claims"], Showing(now, aud, nonce, ""), SUITES)
    for showing, expected in (
        (Showing(now, aud, "1234567891", ""), "nonce"),
        (Showing(now, aud, None, ""), "nonce"),
        (Showing(now, "https://other.example.org", nonce, ""), "audience"),
        (Showing(datetime(2026, 1, 1, tzinfo=UTC), aud, nonce, ""), "expired"),
        (Showing(datetime(2023, 1, 1, tzinfo=UTC), aud, nonce, ""), "issued_in_future"),
    ):
        found = refusal(check_key_binding, shown.binding, shown.presented, one["claims"], showing, SUITES)
        assert found == expected
    fewer = shown.presented.rpartition(b"~")[0].rpartition(b"~")[0] + b"~"
    assert (
        refusal(check_key_binding, shown.binding, fewer, one["claims"], Showing(now, aud, nonce, ""), SUITES)
        == "holder"
    )


@pytest.mark.parametrize("one", VECTORS["sd_jwt"], ids=source)
def test_any_disclosure_may_be_left_out_and_none_may_be_sent_twice(one: dict[str, Any]) -> None:
    shown = read_sd_jwt(one["sd_jwt"])
    for place, disclosed in enumerate(shown.disclosed):
        others = shown.disclosed[:place] + shown.disclosed[place + 1 :]
        if b'"_sd"' in unb64(disclosed):  # another one that was sent hangs from it
            assert refusal(processed_claims, shown.issued.claims, others) == "disclosure"
        else:
            assert processed_claims(shown.issued.claims, others) != one["claims"]
        assert refusal(processed_claims, shown.issued.claims, (*shown.disclosed, disclosed)) == "disclosure"


def w3c_key(kid: str) -> VerificationKey:
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    number = 0
    for digit in VECTORS["data_integrity"]["public"][1:]:
        number = number * 58 + alphabet.index(digit)
    prefixed = number.to_bytes(34)
    assert prefixed[:2] == b"\xed\x01"
    return VerificationKey("https://vc.example/issuers/5678", kid, "EdDSA", prefixed[2:])


def test_the_proof_of_the_w3c_example_is_right_and_lasts_for_ever_so_it_is_refused() -> None:
    document = VECTORS["data_integrity"]["document"]
    shown = read_document(json.dumps(document))
    key = w3c_key(document["proof"]["verificationMethod"])
    assert signed_digest(shown).hex() == VECTORS["data_integrity"]["signed"]
    check_proof(shown, signed_digest(shown), key, SUITES)
    terms = type(DI_TERMS)(
        "eddsa-jcs-2022",
        key.issuer,
        "AlumniCredential",
        subject_at=("id",),
        contexts=frozenset(document["@context"]),
    )
    showing = Showing(datetime(2023, 3, 1, tzinfo=UTC), "us", None, "did:example:abcdefgh")
    assert word(json.dumps(document), key, terms, showing) == "claims"


def test_the_w3c_example_of_the_other_cryptosuite_is_refused() -> None:
    document = VECTORS["data_integrity_rdfc"]["document"]
    shown = read_document(json.dumps(document))
    key = w3c_key(document["proof"]["verificationMethod"])
    assert refusal(check_proof, shown, signed_digest(shown), key, SUITES) == "algorithm"


def test_the_sm2_example_is_right_for_us_and_for_another_library() -> None:
    one = VECTORS["sm2"]
    signer, message = one["signer"].encode(), one["message"].encode()
    r, s = bytes.fromhex(one["r"]), bytes.fromhex(one["s"])
    key = VerificationKey("i", "k", "SM2", bytes.fromhex(one["public"]), sm2_signer=signer)
    assert SUITES["SM2"].verify(key, message, r + s)
    assert gmalg.SM2(pk=key.public, uid=signer).verify(message, r, s)
    assert not SUITES["SM2"].verify(VerificationKey("i", "k", "SM2", key.public, sm2_signer=b"other"), message, r + s)
    assert not SUITES["SM2"].verify(key, message + b".", r + s)
