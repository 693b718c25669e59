"""Selective disclosure: what is put together, and each way in which it is refused, with its word."""

from dataclasses import replace

import pytest

from tests.verifiers.credentials.hidden_claims import (
    AID,
    CATEGORY,
    CNF,
    HIDDEN,
    ISSUER,
    LEVEL,
    NAME,
    PERSON,
    WALLET,
    shown,
)
from tests.verifiers.credentials.mint import (
    APPLICANT,
    CLAIMS,
    HEADER,
    SD_TERMS,
    SECOND,
    b64,
    bound,
    check,
    digest,
    disclosure,
    es256,
    sd_jwt,
    unb64,
    without,
    word,
)


def test_what_is_disclosed_is_put_back_and_nothing_else() -> None:
    everything = check(shown(LEVEL, CATEGORY, PERSON, NAME, AID), ISSUER.key, SD_TERMS)
    person = {"born": 1935, "name": "李"}
    assert everything.claims == {"level": 1, "category": 4, "person": person, "aids": ["wheelchair", "stick"]}
    assert everything.holder == "matched"
    some = check(shown(PERSON, LEVEL), ISSUER.key, SD_TERMS)
    assert some.claims == {"level": 1, "person": {"born": 1935}, "aids": ["stick"]}
    assert check(shown(), ISSUER.key, SD_TERMS).claims == {"aids": ["stick"]}


def test_one_credential_stays_one_however_much_of_it_is_shown_and_however_bound() -> None:
    front = ISSUER.jws(HEADER, HIDDEN | CNF)
    ways = [f"{front}~", f"{front}~{LEVEL}~", f"{front}~{LEVEL}~{CATEGORY}~"]
    ways += [bound(WALLET, way) for way in ways]
    assert len({check(way, ISSUER.key, SD_TERMS).credential_id for way in ways}) == 1


def test_what_must_be_disclosed() -> None:
    terms = replace(SD_TERMS, required=frozenset({"level"}))
    assert word(shown(CATEGORY), ISSUER.key, terms) == "claims"
    assert word(shown(LEVEL), ISSUER.key, terms) == "taken"


def nested(depth: int) -> tuple[str, ...]:
    """Disclosures of which each is hidden in the one before it."""
    inner = disclosure("s", "leaf", 1)
    chain = [inner]
    for _ in range(depth):
        inner = disclosure("s", "in", {"_sd": [digest(inner)]})
        chain.append(inner)
    return tuple(chain)


def test_disclosures_nest_within_bounds() -> None:
    for depth, expected in ((15, "taken"), (40, "malformed")):
        chain = nested(depth)
        assert word(shown(*chain, _sd=[digest(chain[-1])]), ISSUER.key, SD_TERMS) == expected


OPEN = {"level": 1}
AMONG = disclosure("salt", "x")
RESERVED = [disclosure("salt", name, ["a"]) for name in ("_sd", "...", "_sd_alg")]
VITAL = [
    disclosure("salt", name, CLAIMS.get(name, 1))
    for name in ("iss", "aud", "exp", "nbf", "iat", "jti", "cnf", "vct", "status")
]
ONCE_MORE = disclosure("salt", "again", {"_sd": [digest(LEVEL)]})
SAME = disclosure("salt-9", "level", 2)
HOLDS = disclosure("salt", "holds", {"...": "x"})
HOLDS_LIST = disclosure("salt", "holds", [{"...": 7}])
HOLDS_TEXT = disclosure("salt", "holds", {"_sd": "x"})


@pytest.mark.parametrize(
    ("claims", "disclosed"),
    [
        (CLAIMS, [LEVEL]),  # nowhere asked for
        (HIDDEN, [LEVEL, LEVEL]),
        (HIDDEN, [NAME]),  # asked for only by one that was not sent
        (HIDDEN | {"_sd": [digest(LEVEL)] * 2}, [LEVEL]),
        (HIDDEN | {"_sd": ["decoy", "decoy"]}, []),
        (HIDDEN | {"aids": [{"...": digest(LEVEL)}]}, [LEVEL]),  # a digest twice, in different places
        (HIDDEN | {"_sd": [digest(LEVEL), digest(ONCE_MORE)]}, [LEVEL, ONCE_MORE]),  # once more within another
        (HIDDEN | OPEN, [LEVEL]),  # stands openly too
        (HIDDEN | {"_sd": [digest(LEVEL), digest(SAME)]}, [LEVEL, SAME]),
        (HIDDEN | {"_sd": [digest(AMONG)]}, [AMONG]),  # an element where a claim should be
        (HIDDEN | {"aids": [{"...": digest(PERSON)}], "_sd": []}, [PERSON]),  # and the reverse
        (HIDDEN | {"aids": [{"...": digest(AID), "more": 1}]}, [AID]),
        (HIDDEN | {"aids": [{"...": 7}]}, []),
        (HIDDEN | {"_sd": digest(LEVEL)}, []),
        (HIDDEN | {"_sd": [7]}, []),
        (HIDDEN | {"_sd": {}}, []),
        (HIDDEN | {"...": "x"}, []),
        (HIDDEN | {"deep": {"...": "x"}}, []),
        (HIDDEN | {"_sd": [digest(HOLDS)]}, [HOLDS]),
        (HIDDEN | {"_sd": [digest(HOLDS_LIST)]}, [HOLDS_LIST]),
        (HIDDEN | {"_sd": [digest(HOLDS_TEXT)]}, [HOLDS_TEXT]),
        *[(HIDDEN | {"_sd": [digest(one)]}, [one]) for one in RESERVED],
    ],
)
def test_disclosures_that_do_not_fit(claims: dict[str, object], disclosed: list[str]) -> None:
    assert word(sd_jwt(ISSUER, claims, disclosed), ISSUER.key, SD_TERMS) == "disclosure"


@pytest.mark.parametrize("one", VITAL, ids=lambda one: unb64(one).decode())
def test_what_decides_whether_it_is_good_may_not_be_hidden(one: str) -> None:
    name = unb64(one).decode().split('"')[3]
    claims = without(HIDDEN, name) | {"_sd": [digest(one)]}
    assert word(sd_jwt(ISSUER, claims, [one]), ISSUER.key, SD_TERMS) == ("issuer" if name == "iss" else "disclosure")


def test_the_same_names_may_be_hidden_where_they_mean_something_else() -> None:
    inner = disclosure("salt", "exp", "2020")
    assert word(shown(inner, ticket={"_sd": [digest(inner)]}), ISSUER.key, SD_TERMS) == "taken"


NOT_DISCLOSURES = [
    "",
    "!",
    LEVEL + "=",
    b64(b"{}"),
    b64(b"[]"),
    b64(b"7"),
    b64(b'["salt"]'),
    b64(b'["salt","name",1,2]'),
    b64(b'[1,"name",1]'),
    b64(b'["salt",7,1]'),
    b64(b"[null,1]"),
    b64(b'["salt","name",NaN]'),
    b64(b'["salt","name",{"a":1,"a":2}]'),
    b64(b'["salt","name",' + b"[" * 40 + b"]" * 40 + b"]"),
    b64(b"\xff"),
]


@pytest.mark.parametrize("one", NOT_DISCLOSURES)
def test_what_is_no_disclosure_is_malformed_even_if_the_issuer_hashed_it(one: str) -> None:
    claims = HIDDEN | {"_sd": [digest(one)]}
    assert word(sd_jwt(ISSUER, claims, [one]), ISSUER.key, SD_TERMS) == "malformed"


def test_other_hashes_than_sha_256_are_refused() -> None:
    for name in ("sha-512", "sha3-256", "md5", "SHA-256", "", None, 256, ["sha-256"]):
        assert word(shown(_sd_alg=name), ISSUER.key, SD_TERMS) == "algorithm"
    assert word(sd_jwt(ISSUER, without(HIDDEN, "_sd_alg"), [LEVEL]), ISSUER.key, SD_TERMS) == "taken"


def test_too_many_disclosures_are_refused() -> None:
    many = [disclosure("s", f"c{number}", 1) for number in range(257)]
    for count, expected in ((256, "taken"), (257, "too_large")):
        some = many[:count]
        assert word(shown(*some, _sd=[digest(one) for one in some]), ISSUER.key, SD_TERMS) == expected
    assert word(shown() + "~" * 65_536, ISSUER.key, SD_TERMS) == "too_large"


@pytest.mark.parametrize(
    "one",
    [
        "",
        "~",
        "~~",
        shown()[:-1],
        "~" + shown(),
        shown() + "~",
        shown(LEVEL) + LEVEL,
        shown().replace("~", "～"),
        "a~b~c",
    ],
)
def test_what_is_no_sd_jwt_is_malformed(one: str) -> None:
    assert word(one, ISSUER.key, SD_TERMS) == "malformed"


def test_times_type_and_signature_are_asked_of_the_issuers_token_too() -> None:
    assert word(shown(exp=SECOND - 61), ISSUER.key, SD_TERMS) == "expired"
    assert word(shown(vct="other"), ISSUER.key, SD_TERMS) == "type"
    assert word(sd_jwt(ISSUER, HIDDEN, header=HEADER | {"typ": "vc+sd-jwt"}), ISSUER.key, SD_TERMS) == "type"
    assert word(shown(), es256().key, SD_TERMS) == "signature"
    assert word(shown(sub="210100193505208818"), ISSUER.key, SD_TERMS) == "holder"


def test_a_subject_that_is_hidden_must_be_disclosed() -> None:
    subject = disclosure("salt", "sub", APPLICANT)
    claims = without(HIDDEN, "sub") | {"_sd": [digest(subject), digest(LEVEL)]}
    assert word(sd_jwt(ISSUER, claims, [LEVEL]), ISSUER.key, SD_TERMS) == "holder"
    assert word(sd_jwt(ISSUER, claims, [LEVEL, subject]), ISSUER.key, SD_TERMS) == "taken"
