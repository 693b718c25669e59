"""The claims of plain tokens: what they must say, of whom, for whom and for how long."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.verifiers.credentials.mint import (
    APPLICANT,
    CLAIMS,
    ISSUER,
    JWT_TERMS,
    NOW,
    SECOND,
    SHOWING,
    VERIFIER,
    at,
    es256,
    without,
    word,
)
from tests.verifiers.credentials.plain_token import ES, HEADER, header, token


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"iss": "https://evil.example"}, "issuer"),
        ({"iss": [ISSUER]}, "claims"),
        ({"iss": None}, "claims"),
        ({"exp": SECOND - 60}, "expired"),
        ({"exp": SECOND - 59}, "taken"),
        ({"exp": 0}, "expired"),
        ({"exp": None}, "claims"),
        ({"exp": "2099-01-01"}, "claims"),
        ({"exp": True}, "claims"),
        ({"exp": -1}, "claims"),
        ({"exp": 253402300800}, "claims"),
        ({"exp": SECOND + 0.5}, "taken"),
        ({"iat": SECOND + 60}, "taken"),
        ({"iat": SECOND + 61}, "issued_in_future"),
        ({"iat": str(SECOND)}, "claims"),
        ({"nbf": SECOND + 60}, "taken"),
        ({"nbf": SECOND + 61}, "not_yet_valid"),
        ({"nbf": {}}, "claims"),
        ({"aud": VERIFIER}, "audience"),  # for somebody, and we are not told who we are
        ({"aud": None}, "taken"),
        ({"vct": "https://licences.example/other"}, "type"),
        ({"vct": [CLAIMS["vct"]]}, "type"),
        ({"sub": "210100193505208818"}, "holder"),
        ({"sub": None}, "holder"),
        ({"sub": [APPLICANT]}, "holder"),
        ({"status": {}}, "status_unknown"),
        ({"status": None}, "status_unknown"),
        ({"status": {"status_list": {"idx": -1, "uri": "u"}}}, "status_unknown"),
        ({"status": {"status_list": {"idx": True, "uri": "u"}}}, "status_unknown"),
        ({"status": {"status_list": {"idx": "1", "uri": "u"}}}, "status_unknown"),
        ({"status": {"status_list": {"idx": 1, "uri": ""}}}, "status_unknown"),
        ({"status": {"status_list": {"idx": 1, "uri": "u"}, "other": {}}}, "status_unknown"),
        ({"_sd": []}, "disclosure"),
        ({"_sd_alg": "sha-256"}, "disclosure"),
    ],
)
def test_claims(changes: dict[str, object], expected: str) -> None:
    assert word(token(**changes), ES.key, JWT_TERMS) == expected


@pytest.mark.parametrize("name", ["iss", "iat", "exp", "vct"])
def test_what_every_token_must_say(name: str) -> None:
    expected = "issuer" if name == "iss" else "claims"
    assert word(ES.jws(HEADER, without(CLAIMS, name)), ES.key, JWT_TERMS) == expected


def test_what_the_terms_ask_for_must_be_there() -> None:
    terms = replace(JWT_TERMS, required=frozenset({"level", "since"}))
    assert word(token(), ES.key, terms) == "claims"
    assert word(token(since="2020-01-01"), ES.key, terms) == "taken"


@pytest.mark.parametrize(
    ("aud", "expected"),
    [
        (VERIFIER, "taken"),
        (["https://other.example", VERIFIER], "taken"),
        ("https://other.example", "audience"),
        (["https://other.example"], "audience"),
        ([], "audience"),
        ({VERIFIER: 1}, "audience"),
        (None, "audience"),
        (VERIFIER + "/", "audience"),
    ],
)
def test_a_token_for_somebody_is_for_us_only_if_it_says_so(aud: object, expected: str) -> None:
    terms = replace(JWT_TERMS, audience=VERIFIER)
    assert word(token(aud=aud), ES.key, terms) == expected
    assert word(token(), ES.key, terms) == "audience"


def test_a_token_is_right_from_its_first_second_to_its_last() -> None:
    shown = token(nbf=SECOND, iat=SECOND, exp=SECOND + 600)
    for seconds, expected in ((-61, "not_yet_valid"), (-60, "taken"), (659, "taken"), (660, "expired")):
        assert word(shown, ES.key, JWT_TERMS, at(NOW + timedelta(seconds=seconds))) == expected


@pytest.mark.parametrize("case", ["x", "X"])
def test_the_last_character_of_an_id_number_may_be_small(case: str) -> None:
    showing = replace(SHOWING, applicant="21020019460317886X")
    assert word(token(sub="21020019460317886" + case), ES.key, JWT_TERMS, showing) == "taken"


def test_the_subject_may_stand_deeper() -> None:
    terms = replace(JWT_TERMS, subject_at=("holder", "number"))
    assert word(token(holder={"number": APPLICANT}), ES.key, terms) == "taken"
    for wrong in ({"number": 1}, {}, [], APPLICANT, None):
        assert word(token(holder=wrong), ES.key, terms) == "holder"


def test_the_key_of_another_issuer_opens_nothing() -> None:
    other = es256(issuer="https://other.example")
    assert word(other.jws(header(), CLAIMS), other.key, JWT_TERMS) == "issuer"
    own = other.jws(header(), CLAIMS | {"iss": "https://other.example"})
    assert word(own, other.key, JWT_TERMS) == "issuer"


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("1.2.156.3005.2.11210100DEMX90021T001.11210100DEMX90021T.20260316000000000001.001.N", "taken"),
        ("1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9", "taken"),  # an issuer of 6 characters
        # Printed as a real example, with the character of a widely used program that counts letters from 11.
        (
            "1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M",
            "licence_doubtful",
        ),
        ("1.2.156.3005.2.11210100DEMX90021T001.11210100DEMX90021T.20260316000000000001.002.N", "licence_doubtful"),
        ("1.2.156.3005.9.11210100DEMX90021T001.11210100DEMX90021T.20260316000000000001.001.N", "claims"),
        ("", "claims"),
        (None, "claims"),
        (["1.2.156.3005.2"], "claims"),
    ],
)
def test_licence_identifiers(licence: object, expected: str) -> None:
    terms = replace(JWT_TERMS, licence_at=("licence",))
    assert word(token(licence=licence), ES.key, terms) == expected
    assert word(token(licence=licence), ES.key, JWT_TERMS) == "taken"
    assert word(token(), ES.key, terms) == "claims"
