"""SM2 with SM3: against another library, in both written forms, and without the extra installed."""

import sys

import gmalg
import gmssl_pyx
import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verifiers.credentials.mint import CLAIMS, ISSUER, JWT_TERMS, SUITES, sm2, word
from verifiers.credentials.keys import UnusableKeyError, VerificationKey
from verifiers.credentials.sm2 import MissingExtraError
from verifiers.credentials.suites import signature_suites

N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
SUITE = SUITES["SM2"]
PUBLIC, PRIVATE = gmssl_pyx.sm2_key_generate()
DEFAULT = b"1234567812345678"


def key(signer: bytes = DEFAULT, form: str = "raw") -> VerificationKey:
    assert form in ("raw", "der")
    return VerificationKey(
        ISSUER, "k1", "SM2", b"\x04" + PUBLIC, sm2_signer=signer, sm2_form="der" if form == "der" else "raw"
    )


@settings(max_examples=15, deadline=None)  # the second opinion takes 25 ms and more each time
@given(st.binary(max_size=200), st.binary(min_size=1, max_size=40), st.integers(0, 63), st.integers(0, 7))
def test_another_library_agrees(message: bytes, signer: bytes, place: int, bit: int) -> None:
    other = gmalg.SM2(sk=PRIVATE, uid=signer, pk=b"\x04" + PUBLIC)
    # It leaves zeros at the front out, one signature in 128; the written form has 32 bytes of each number.
    r, s = (number.rjust(32, b"\0") for number in other.sign(message))
    assert SUITE.verify(key(signer), message, r + s)
    changed = bytearray(r + s)
    changed[place] ^= 1 << bit
    assert SUITE.verify(key(signer), message, bytes(changed)) is other.verify(message, changed[:32], changed[32:])
    assert not SUITE.verify(key(signer + b"x"), message, r + s)


def signed(message: bytes) -> bytes:
    found: bytes = gmssl_pyx.sm2_sign(PRIVATE, PUBLIC, message, DEFAULT)
    return found


def numbers(der: bytes) -> tuple[int, int]:
    return decode_dss_signature(der)


def test_each_written_form_is_taken_only_from_an_issuer_who_uses_it() -> None:
    der = signed(b"m")
    r, s = numbers(der)
    raw = r.to_bytes(32) + s.to_bytes(32)
    assert SUITE.verify(key(form="raw"), b"m", raw)
    assert SUITE.verify(key(form="der"), b"m", der)
    assert not SUITE.verify(key(form="raw"), b"m", der)
    assert not SUITE.verify(key(form="der"), b"m", raw)


def test_der_is_written_in_one_way() -> None:
    r, s = numbers(signed(b"m"))
    one, two = encode_dss_signature(r, 1)[2:-3], encode_dss_signature(1, s)[5:]
    der = encode_dss_signature(r, s)
    body = der[2:]
    assert der == b"\x30" + bytes([len(one + two)]) + one + two
    long_form = b"\x30\x81" + bytes([len(body)]) + body
    padded_r = b"\x02" + bytes([one[1] + 1]) + b"\0" + one[2:]
    padded = b"\x30" + bytes([len(padded_r + two)]) + padded_r + two
    indefinite = b"\x30\x80" + body + b"\0\0"
    for wrong in (der + b"\0", der[:-1], long_form, padded, indefinite, b"\x31" + der[1:], b"", der * 2):
        assert not SUITE.verify(key(form="der"), b"m", wrong)


@pytest.mark.parametrize("form", ["raw", "der"])
def test_numbers_out_of_range_are_refused(form: str) -> None:
    r, s = numbers(signed(b"m"))
    pairs = [(0, s), (r, 0), (0, 0), (N, s), (r, N), (r + N, s), (r, s + N), (r, N - r), (r, N - s), (N - r, s), (s, r)]
    for one, two in pairs:
        if form == "raw" and max(one, two) >= 2**256:
            continue
        wrong = encode_dss_signature(one, two) if form == "der" else one.to_bytes(32) + two.to_bytes(32)
        assert not SUITE.verify(key(form=form), b"m", wrong)


def test_a_negative_number_is_refused() -> None:
    r, s = numbers(signed(b"m"))
    negative = (r - 2**256).to_bytes(32, signed=True) if r >= 2**255 else (-r).to_bytes(32, signed=True)
    body = b"\x02\x20" + negative + encode_dss_signature(1, s)[5:]
    assert not SUITE.verify(key(form="der"), b"m", b"\x30" + bytes([len(body)]) + body)


def test_the_signer_must_fit_into_its_two_bytes_of_length() -> None:
    longest = b"x" * 8191
    assert SUITE.verify(key(longest), b"m", raw_signature(longest))
    for wrong in (b"", b"x" * 8192):
        with pytest.raises(UnusableKeyError, match="sm2_signer"):
            key(wrong)


def raw_signature(signer: bytes) -> bytes:
    r, s = numbers(gmssl_pyx.sm2_sign(PRIVATE, PUBLIC, b"m", signer))
    return r.to_bytes(32) + s.to_bytes(32)


def test_without_the_extra_the_operator_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gmssl_pyx", None)
    assert set(signature_suites(())) == {"ES256", "EdDSA"}
    with pytest.raises(MissingExtraError, match=r"pip install 'miaopi\[sm\]'"):
        signature_suites(("SM2",))


def test_the_signers_name_is_part_of_an_issuers_key() -> None:
    issuer = sm2(signer=b"licences.example")
    shown = issuer.jws({"alg": "SM2", "typ": "licence+jwt", "kid": "k1"}, CLAIMS)
    assert word(shown, issuer.key, JWT_TERMS) == "taken"
    assert word(shown, VerificationKey(ISSUER, "k1", "SM2", issuer.key.public), JWT_TERMS) == "signature"
