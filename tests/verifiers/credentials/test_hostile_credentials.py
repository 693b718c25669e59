"""Whatever is sent is refused with a word or says exactly what its issuer signed; nothing else happens."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from joserfc import jws as joserfc_jws
from joserfc.jwk import ECKey

from tests.sizes import size
from tests.verifiers.credentials.mint import (
    CLAIMS,
    DI_TERMS,
    JWT_TERMS,
    NOW,
    SD_TERMS,
    SHOWING,
    SUITES,
    Signer,
    at,
    b64,
    bound,
    check,
    digest,
    disclosure,
    document,
    ed25519,
    es256,
    proved,
    sd_jwt,
    sm2,
    text,
)
from verifiers.credentials.jws import check_signature, read_jws
from verifiers.credentials.refusal import CredentialRefused, RefusalWord
from verifiers.credentials.terms import CredentialTerms, Showing
from verifiers.credentials.verified import VerifiedCredential

WORDS = frozenset(get_args(RefusalWord))
BOUND = replace(SD_TERMS, least_holder="bound")
WALLET = es256()

many = settings(max_examples=size("hostile_credentials", quick=100, full=20_000), deadline=None)


@dataclass(frozen=True)
class Case:
    """A credential that is taken, the terms it is taken under, and who signed it."""

    shown: str
    signer: Signer
    terms: CredentialTerms


def plain(signer: Signer) -> Case:
    header = {"alg": signer.key.algorithm, "typ": "licence+jwt", "kid": "k1"}
    return Case(signer.jws(header, CLAIMS), signer, JWT_TERMS)


def disclosed(signer: Signer) -> Case:
    level, aid = disclosure("salt-1", "level", 1), disclosure("salt-2", "stick")
    claims = CLAIMS | {"cnf": {"jwk": WALLET.jwk}, "_sd": [digest(level)], "aids": [{"...": digest(aid)}]}
    del claims["level"]
    return Case(bound(WALLET, sd_jwt(signer, claims, [level, aid])), signer, BOUND)


def w3c(signer: Signer) -> Case:
    return Case(json.dumps(proved(signer, document())), signer, DI_TERMS)


CASES = (plain(es256()), plain(ed25519()), plain(sm2()), disclosed(es256()), w3c(ed25519()))


def outcome(shown: str, case: Case, showing: Showing = SHOWING) -> VerifiedCredential | str:
    """What it says, or the word of its refusal; any other exception is a failure of the test."""
    try:
        return check(shown, case.signer.key, case.terms, showing)
    except CredentialRefused as refused:
        return refused.word if refused.word in WORDS else pytest.fail(f"{refused.word} is no word of refusal")


def pieces(draw: st.DrawFn, shown: str) -> list[str]:
    mark = draw(st.sampled_from('.~"'))
    return [part + mark for part in shown.split(mark)]


@st.composite
def mutated(draw: st.DrawFn, shown: str) -> str:
    """`shown` with something changed: a character, a stretch, or whole parts of it."""
    place, other = draw(st.integers(0, len(shown) - 1)), draw(st.integers(0, len(shown)))
    first, last = sorted((place, other))
    match draw(st.sampled_from(("flip", "write", "cut", "double", "add", "end", "swap", "drop", "repeat"))):
        case "flip":
            return shown[:place] + chr(ord(shown[place]) ^ (1 << draw(st.integers(0, 7)))) + shown[place + 1 :]
        case "write":
            return shown[:place] + draw(st.characters()) + shown[place + 1 :]
        case "cut":
            return shown[:first] + shown[last:]
        case "double":
            return shown[:last] + shown[first:]
        case "add":
            return shown[:place] + draw(st.text(max_size=5)) + shown[place:]
        case "end":
            return shown[:place]
        case "swap":
            parts = draw(st.permutations(pieces(draw, shown)))
            return "".join(parts)[:-1]
        case "drop":
            parts = pieces(draw, shown)
            del parts[draw(st.integers(0, len(parts) - 1))]
            return "".join(parts)[:-1]
        case _:
            parts = pieces(draw, shown)
            at_place = draw(st.integers(0, len(parts) - 1))
            return "".join([*parts[:at_place], parts[at_place], *parts[at_place:]])[:-1]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.terms.format}-{case.signer.key.algorithm}")
@many
@given(data=st.data())
def test_whatever_is_changed_it_is_refused_or_says_the_same(case: Case, data: st.DataObject) -> None:
    changed = data.draw(mutated(case.shown))
    assume(changed != case.shown)
    right = check(case.shown, case.signer.key, case.terms)
    found = outcome(changed, case)
    assert isinstance(found, str) or found == right


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.terms.format}-{case.signer.key.algorithm}")
def test_every_single_bit_counts(case: Case) -> None:
    right = check(case.shown, case.signer.key, case.terms)
    for place in range(0, len(case.shown), 7):  # every seventh character, so as to stay quick: the parts are much alike
        for bit in range(7):
            changed = case.shown[:place] + chr(ord(case.shown[place]) ^ (1 << bit)) + case.shown[place + 1 :]
            found = outcome(changed, case)
            assert isinstance(found, str) or found == right


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.terms.format}-{case.signer.key.algorithm}")
@many
@given(
    shown=st.one_of(st.text(), st.binary().map(lambda raw: raw.decode("latin-1")), st.text('eyJhbGci.~{}[]",:0 \\u'))
)
def test_any_text_is_refused(case: Case, shown: str) -> None:
    assert isinstance(outcome(shown, case), str)


@many
@given(mutated(CASES[0].shown))
def test_another_library_takes_whatever_signature_is_taken_here(shown: str) -> None:
    case = CASES[0]
    try:
        ours = read_jws(shown)
        check_signature(ours, case.signer.key, SUITES)
    except CredentialRefused:
        return
    theirs = joserfc_jws.deserialize_compact(shown, ECKey.import_key(dict(case.signer.jwk)), algorithms=["ES256"])
    assert theirs.payload == ours.payload


# --- signed nonsense: an issuer, too, may err or be evil ---

numbers = st.one_of(st.integers(-(2**53) + 1, 2**53 - 1), st.floats(allow_nan=False, allow_infinity=False))
values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), numbers, st.text(max_size=8), st.sampled_from(["sha-256", "ES256", "k1", "decoy"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.one_of(
                st.sampled_from(["_sd", "...", "_sd_alg", "jwk", "status_list", "id", "type"]), st.text(max_size=4)
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=8,
)


def altered(right: Mapping[str, object], names: tuple[str, ...] = ()) -> st.SearchStrategy[dict[str, object]]:
    """`right` with some members of any value, some left out, some new."""
    known = st.sampled_from([*right, *names])
    changes = st.dictionaries(st.one_of(known, st.text(max_size=6)), values, max_size=3)
    dropped = st.sets(st.sampled_from(sorted(right)), max_size=1)
    return st.builds(lambda new, gone: {k: v for k, v in (right | new).items() if k not in gone}, changes, dropped)


TOKEN_NAMES = ("aud", "nbf", "jti", "cnf", "status", "_sd", "_sd_alg", "...")


@many
@given(
    altered({"alg": "ES256", "typ": "licence+jwt", "kid": "k1"}, ("crit", "b64", "jwk", "jku", "x5c")),
    altered(CLAIMS, TOKEN_NAMES),
)
def test_signed_nonsense_in_a_token(header: Mapping[str, object], claims: Mapping[str, object]) -> None:
    case = CASES[0]
    found = outcome(case.signer.jws(header, claims), case)
    if isinstance(found, VerifiedCredential):
        assert found.subject == claims["sub"] == CLAIMS["sub"]
        assert all(found.claims[name] == claims[name] for name in found.claims)


@many
@given(altered(CLAIMS, TOKEN_NAMES), st.lists(st.one_of(values, st.lists(values, min_size=2, max_size=3)), max_size=4))
def test_signed_nonsense_in_an_sd_jwt(claims: Mapping[str, object], hidden: list[object]) -> None:
    case = CASES[3]
    sent = [b64(text(one)) for one in hidden]
    asked = {"_sd": [digest(one) for one in sent[::2]], "list": [{"...": digest(one)} for one in sent[1::2]]}
    shown = bound(WALLET, sd_jwt(case.signer, {"cnf": {"jwk": WALLET.jwk}, **asked, **claims}, sent))
    found = outcome(shown, case)
    assert isinstance(found, str) or found.holder == "bound"


@many
@given(altered({"alg": "ES256", "typ": "kb+jwt"}), altered({"iat": 1, "aud": "", "nonce": "", "sd_hash": ""}))
def test_signed_nonsense_in_a_key_binding(header: Mapping[str, object], claims: Mapping[str, object]) -> None:
    case = CASES[3]
    front = case.shown.rpartition("~")[0] + "~"
    assert isinstance(outcome(bound(WALLET, front, header, **claims), case), str)


@many
@given(
    altered(document(), ("credentialStatus", "id", "name", "@context")),
    st.dictionaries(
        st.sampled_from(["@context", "id", "type", "created", "expires", "proofPurpose", "cryptosuite", "domain"]),
        values,
        max_size=2,
    ),
)
def test_signed_nonsense_in_a_document(unsigned: dict[str, Any], options: dict[str, Any]) -> None:
    case = CASES[4]
    assume("proof" not in unsigned)
    found = outcome(json.dumps(proved(case.signer, unsigned, **options)), case)
    if isinstance(found, VerifiedCredential):
        assert found.claims == {k: v for k, v in unsigned["credentialSubject"].items() if k != "id"}


moments = st.one_of(st.integers(-3700, 3700), st.integers(-(10**9), 10**11)).map(lambda s: NOW + timedelta(seconds=s))


@many
@given(moments)
def test_no_moment_breaks_it_and_only_those_of_its_life_take_it(moment: datetime) -> None:
    for case in CASES:
        right = check(case.shown, case.signer.key, case.terms)
        found = outcome(case.shown, case, at(moment))
        lives = right.issued_at.timestamp() - 60 <= moment.timestamp() < right.expires_at.timestamp() + 60
        if case.terms.least_holder == "bound":  # which lives five minutes
            lives = abs(moment.timestamp() - NOW.timestamp() - 150) <= 210
        assert (found == right) if lives else (found in {"expired", "issued_in_future", "not_yet_valid"})
