"""Tokens: which count, whom they make of their bearer, and how seldom an issuer is asked for his keys (P27)."""

import asyncio
import base64
import dataclasses
import json
from collections.abc import Awaitable, Callable

import pytest

from decision_service.access.listed import Member
from decision_service.access.principal import USUAL, NotAuthenticatedError, Principal
from decision_service.access.tokens import AGAIN_SECONDS, Tokens
from tests.access.issuing import ISSUER, Issuer, Time, listed
from verifiers.credentials.keyset import MAX_STALE

Work = Callable[[Tokens, Issuer, Time], Awaitable[None]]


def played(work: Work, *algorithms: str) -> None:
    """Runs `work` with an issuer who publishes one key of each algorithm."""
    time, issuer = Time(), Issuer()
    issuer.add("k1")
    issuer.add("k2", "EdDSA")
    tokens = Tokens(listed(*algorithms), issuer.fetch, time.now, time.monotonic)
    asyncio.run(work(tokens, issuer, time))  # type: ignore[arg-type]  # an async function gives a coroutine


async def counts(tokens: Tokens, text: str) -> bool:
    try:
        return bool(await tokens.principal(text))
    except NotAuthenticatedError as error:
        return not (error.shown and error.again_after == AGAIN_SECONDS)


@pytest.mark.parametrize("kid", ["k1", "k2"])
def test_a_token_makes_its_subject_of_the_roles_that_the_file_gives_its_claim(kid: str) -> None:
    async def work(tokens: Tokens, issuer: Issuer, time: Time) -> None:
        found = await tokens.principal(issuer.token(kid, time.seconds))
        assert found == Principal("wang.li", "staff", frozenset({"analyst"}))
        nothing = await tokens.principal(issuer.token(kid, time.seconds, realm_access={"roles": ["approver"]}))
        assert nothing.roles == frozenset()

    played(work)


@pytest.mark.parametrize("name", ["iss", "sub", "aud", "exp", "nbf", "iat"])
def test_each_claim_must_be_there(name: str) -> None:
    async def work(tokens: Tokens, issuer: Issuer, time: Time) -> None:
        assert not await counts(tokens, issuer.token("k1", time.seconds, **{name: None}))

    played(work)


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://other.example"},
        {"aud": "https://other.example"},
        {"sub": "王莉"},
        {"sub": ""},
        {"sub": "platform a"},
        {"sub": "miaopi"},
        {"exp": 1_800_000_000 - 61},
        {"nbf": 1_800_000_000 + 61},
        {"iat": 1_800_000_000 + 61},
        {"exp": "soon"},
        {"sub": 7},
    ],
)
def test_a_claim_that_is_wrong_refuses(wrong: dict[str, object]) -> None:
    async def work(tokens: Tokens, issuer: Issuer, time: Time) -> None:
        assert not await counts(tokens, issuer.token("k1", time.seconds, **wrong))

    played(work)


def spelled(part: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def test_headers_that_carry_or_point_to_a_key_change_nothing() -> None:
    """The signature is that of a stranger's key, which the token offers in each way that JWS knows."""

    async def work(tokens: Tokens, issuer: Issuer, time: Time) -> None:
        stranger = Issuer()
        stranger.add("k1")
        key = stranger.keys["k1"].as_dict(private=False)
        for header in ({}, {"jwk": key}, {"jku": "https://evil.example/k"}, {"x5u": "https://evil.example/c"}):
            assert not await counts(tokens, stranger.token("k1", time.seconds, header))
            assert await counts(tokens, issuer.token("k1", time.seconds, header))
        assert issuer.fetched == 1

    played(work)


def test_algorithms_are_those_of_the_file_and_never_none() -> None:
    async def work(tokens: Tokens, issuer: Issuer, time: Time) -> None:
        assert await counts(tokens, issuer.token("k1", time.seconds))
        assert not await counts(tokens, issuer.token("k2", time.seconds))
        _, claims, signature = issuer.token("k1", time.seconds).split(".")
        for algorithm in ("none", "None", "HS256", "ES384", "EdDSA"):
            head = spelled({"alg": algorithm, "kid": "k1", "typ": "at+jwt"})
            assert not await counts(tokens, f"{head}.{claims}.{signature}")
            assert not await counts(tokens, f"{head}.{claims}.")
        assert not await counts(tokens, issuer.token("k1", time.seconds, {"typ": "JWT"}))

    played(work, "ES256")


@pytest.mark.parametrize("text", ["", ".", "..", "a.b.c", "x" * 9000, "ey.ey.ey", "\u00e9.a.b"])
def test_what_is_no_token_is_refused(text: str) -> None:
    async def work(tokens: Tokens, _: Issuer, __: Time) -> None:
        assert not await counts(tokens, text)

    played(work)


def test_nobody_comes_by_a_token_as_somebody_who_is_listed_and_does_not_name_its_issuer() -> None:
    async def work(_: Tokens, issuer: Issuer, time: Time) -> None:
        member = Member("wang.li", "staff", frozenset({"approver"}), USUAL)
        for found, wanted in (
            (member, False),
            (dataclasses.replace(member, kind="caller", issuers=frozenset({ISSUER})), False),
            (dataclasses.replace(member, issuers=frozenset({ISSUER})), True),
        ):
            file = dataclasses.replace(listed(), members={"wang.li": found})
            tokens = Tokens(file, issuer.fetch, time.now, time.monotonic)
            assert await counts(tokens, issuer.token("k1", time.seconds)) == wanted

    played(work)


def test_a_name_is_the_same_person_however_it_is_written() -> None:
    """A sign-on that writes names otherwise makes no second person of anybody, and gets round no entry."""

    async def work(_: Tokens, issuer: Issuer, time: Time) -> None:
        member = Member("wang.li", "staff", frozenset({"approver"}), USUAL)
        text = issuer.token("k1", time.seconds, sub="Wang.LI")
        file = dataclasses.replace(listed(), members={"wang.li": member})
        assert not await counts(Tokens(file, issuer.fetch, time.now, time.monotonic), text)
        known = dataclasses.replace(member, issuers=frozenset({ISSUER}))
        file = dataclasses.replace(listed(), members={"wang.li": known})
        found = await Tokens(file, issuer.fetch, time.now, time.monotonic).principal(text)
        assert found.name == "wang.li"

    played(work)


def test_a_thousand_invented_kids_fetch_once() -> None:
    async def work(tokens: Tokens, issuer: Issuer, time: Time) -> None:
        good = issuer.token("k1", time.seconds)
        head, claims, signature = good.split(".")
        assert head
        texts = [
            f"{spelled({'alg': 'ES256', 'kid': f'invented-{n}', 'typ': 'at+jwt'})}.{claims}.{signature}"
            for n in range(1000)
        ]
        found = await asyncio.gather(*(counts(tokens, text) for text in texts))
        assert not any(found)
        assert issuer.fetched == 1
        assert await counts(tokens, good)
        time.seconds += AGAIN_SECONDS
        await asyncio.gather(*(counts(tokens, text) for text in texts))
        assert issuer.fetched == 2

    played(work)


def test_a_withdrawn_key_is_refused_within_a_minute_and_stays_so() -> None:
    async def work(tokens: Tokens, issuer: Issuer, time: Time) -> None:
        assert await counts(tokens, issuer.token("k1", time.seconds))
        issuer.published.remove("k1")
        last = 0
        for second in range(1, 200):
            time.seconds += 1
            if second == 120:
                issuer.published.append("k1")  # whoever holds it may not bring it back
            if await counts(tokens, issuer.token("k1", time.seconds)):
                last = second
            assert await counts(tokens, issuer.token("k2", time.seconds))
        assert last < 60
        assert issuer.fetched <= 1 + 200 / AGAIN_SECONDS

    played(work)


def test_no_valid_token_is_refused_twice_while_keys_rotate_each_second() -> None:
    """A key serves for a second and stays published for a minute. A token that is refused is shown again when the
    answer says so."""

    async def work(tokens: Tokens, issuer: Issuer, time: Time) -> None:
        again: dict[float, str] = {}
        refused = 0
        for second in range(180):
            text = issuer.token(issuer.add(f"r{second}"), time.seconds)
            del issuer.published[:-60]
            if not await counts(tokens, text):
                refused += 1
                again[time.seconds + AGAIN_SECONDS] = text
            due = again.pop(time.seconds, None)
            assert due is None or await counts(tokens, due)
            time.seconds += 1
        assert refused > 0
        assert issuer.fetched <= 1 + 180 / AGAIN_SECONDS

    played(work)


def test_while_the_issuer_is_out_of_reach_his_last_keys_serve_for_a_day() -> None:
    async def work(tokens: Tokens, issuer: Issuer, time: Time) -> None:
        assert await counts(tokens, issuer.token("k1", time.seconds))
        issuer.is_down = True
        time.seconds += MAX_STALE - 1
        assert await counts(tokens, issuer.token("k1", time.seconds))
        time.seconds += 1
        assert not await counts(tokens, issuer.token("k1", time.seconds))
        issuer.is_down = False
        time.seconds += AGAIN_SECONDS
        assert await counts(tokens, issuer.token("k1", time.seconds))

    played(work)
