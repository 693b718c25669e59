"""An issuer's keys: what a set may hold, how seldom it is fetched, and that a withdrawn key stays withdrawn (P27)."""

import asyncio
import json
import random
from collections.abc import Mapping

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.sizes import size
from tests.verifiers.credentials.listing import World
from tests.verifiers.credentials.mint import ISSUER, Signer, b64, ed25519, es256, sm2
from verifiers.credentials.jwks import MOST_BYTES, MOST_KEYS, PublishedKeys, Publisher, read_jwks
from verifiers.credentials.keys import VerificationKey
from verifiers.credentials.keyset import MAX_STALE, MIN_REFRESH, KeyBook, KeySet, KeySource
from verifiers.credentials.refusal import CredentialRefused
from verifiers.delivery import Delivery, Failed, Late

URL = "https://licences.example/jwks.json"
PUBLISHER = Publisher(ISSUER, frozenset({"ES256", "EdDSA"}))
SIGNER = es256()


def jwk(kid: object = "k1", **changes: object) -> dict[str, object]:
    found: dict[str, object] = {**SIGNER.jwk, "kid": kid, "use": "sig", "alg": "ES256"}
    return {name: value for name, value in (found | changes).items() if value is not None}


def jwks(*keys: Mapping[str, object]) -> bytes:
    return json.dumps({"keys": keys}).encode()


def kids(*keys: Mapping[str, object]) -> set[str]:
    return set(read_jwks(jwks(*keys), PUBLISHER).keys)


def test_a_set_gives_the_keys_that_it_publishes() -> None:
    found = read_jwks(jwks(jwk("k1"), {**ed25519().jwk, "kid": "k2", "alg": "EdDSA"}), PUBLISHER).keys
    assert found["k1"] == VerificationKey(ISSUER, "k1", "ES256", SIGNER.key.public)
    assert found["k2"].algorithm == "EdDSA"


OFF_CURVE = b64(bytes(31) + b"\x05")


@pytest.mark.parametrize(
    "useless",
    [
        jwk("k2", use="enc"),
        jwk("k2", key_ops=["sign"]),
        jwk("k2", alg="ES384"),
        jwk("k2", alg="none"),
        jwk("k2", crv="P-384"),
        jwk("k2", kty="RSA", n="AQAB", e="AQAB"),
        jwk("k2", kty="oct", k="c2VjcmV0"),
        jwk("k2", d=OFF_CURVE),
        jwk("k2", x=OFF_CURVE),
        jwk("k2", x=None),
        jwk("k2", x="AA"),
        jwk("k2", x=7),
        jwk("k2", revoked={"revoked_at": 1}),
        {**sm2().jwk, "kid": "k2"},
        jwk(None),
        jwk(""),
        jwk(7),
        jwk("k" * 257),
    ],
)
def test_a_key_that_can_not_be_used_is_left_out_and_harms_no_other(useless: dict) -> None:
    """Another kind or purpose, off its curve, weak, private, withdrawn, of an algorithm not allowed, without a name."""
    assert kids(jwk("k1"), useless) == {"k1"}


def test_sm2_keys_count_where_the_operator_allows_them() -> None:
    allowed = Publisher(ISSUER, frozenset({"SM2"}), sm2_signer=b"agreed on", sm2_form="der")
    found = read_jwks(jwks({**sm2().jwk, "kid": "s1"}, jwk("k1")), allowed).keys
    assert {kid: (key.algorithm, key.sm2_signer, key.sm2_form) for kid, key in found.items()} == {
        "s1": ("SM2", b"agreed on", "der")
    }


@pytest.mark.parametrize(
    "body",
    [
        jwks(jwk("k1"), jwk("k1")),
        jwks(jwk("k1"), jwk("k1", use="enc")),
        jwks(*(jwk(f"k{number}") for number in range(MOST_KEYS + 1))),
        b'{"keys": {"k1": {}}}',
        b'{"keys": ["k1"]}',
        b"[]",
        b"",
        b'{"keys": [], "keys": []}',
        b"[" * 100_000,
        jwks(jwk("k1", x5c=["A" * MOST_BYTES])),
    ],
)
def test_a_set_that_deceives_or_is_none_is_refused_whole(body: bytes) -> None:
    with pytest.raises(CredentialRefused):
        read_jwks(body, PUBLISHER)


NAMES = ("a", "b", "c", "d")
KEYS = {name: VerificationKey(ISSUER, name, "ES256", SIGNER.key.public) for name in NAMES}
LISTED = "d"


class KeyBookMachine(RuleBasedStateMachine):
    """A key book against its history: what is said of a key follows from all good sets so far, and when they came."""

    def __init__(self) -> None:
        super().__init__()
        self.book = KeyBook(frozenset({LISTED}))
        self.now = 0.0
        self.history: list[tuple[float, frozenset[str], frozenset[str]]] = []
        self.tried: list[float] = []

    @rule(seconds=st.sampled_from([0.0, 1.0, 29.9, 30.0, 31.0, 3600.0, MAX_STALE - 30, MAX_STALE]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(published=st.frozensets(st.sampled_from(NAMES)), marked=st.frozensets(st.sampled_from(NAMES), max_size=1))
    def a_set_comes(self, published: frozenset[str], marked: frozenset[str]) -> None:
        self.book.loaded(PublishedKeys({name: KEYS[name] for name in published - marked}, marked), self.now)
        self.history.append((self.now, published - marked, marked))

    @rule()
    def it_is_tried(self) -> None:
        assert self.book.due(self.now) == (not self.tried or self.now - self.tried[-1] >= MIN_REFRESH)
        if self.book.due(self.now):
            self.book.trying(self.now)
            self.tried.append(self.now)

    def expected(self, name: str) -> str:
        sets = [published for _, published, _ in self.history]
        marked = any(name in marks for _, _, marks in self.history)
        first = next((place for place, one in enumerate(sets) if name in one), None)
        gone = first is not None and any(
            name not in one and name not in other for one, other in zip(sets[first:], sets[first + 1 :], strict=False)
        )
        missing = first is not None and name not in sets[-1]
        if name == LISTED or marked or gone or missing:
            return "key_withdrawn"
        if first is None or self.now >= self.history[-1][0] + MAX_STALE:
            return "key_unknown"
        return "good"

    @invariant()
    def every_key_is_as_its_history_says(self) -> None:
        for name in NAMES:
            try:
                found = "good" if self.book.key(name, self.now) == KEYS[name] else "another"
            except CredentialRefused as refused:
                found = refused.word
            assert found == self.expected(name), name


TestKeyBook = KeyBookMachine.TestCase
TestKeyBook.settings = settings(max_examples=size("key_book_examples", quick=60, full=2000), deadline=None)


def key_set(world: World, *withdrawn: str) -> KeySet:
    return KeySet(KeySource(PUBLISHER, URL, withdrawn=frozenset(withdrawn)), world.fetch, world.seconds)


async def word(keys: KeySet, world: World, kid: str | None) -> str:
    try:
        return (await keys.key(kid, world.deadline())).kid
    except CredentialRefused as refused:
        return refused.word


def test_a_thousand_invented_kids_drive_one_fetch_in_each_window() -> None:
    async def story() -> None:
        world = World(pages={URL: jwks(jwk("k1"))})
        keys = key_set(world)
        for window in range(1, 4):
            found = await asyncio.gather(*(word(keys, world, f"invented-{number}") for number in range(1000)))
            assert set(found) == {"key_unknown"}
            assert await word(keys, world, "k1") == "k1"
            assert len(world.reads) == window
            world.pass_by(MIN_REFRESH)

    asyncio.run(story())


@pytest.mark.parametrize(
    "trouble", [Late(), Failed("network"), Failed("http_status"), b"<html>", jwks(jwk("k1"), jwk("k1"))]
)
def test_while_the_source_is_in_trouble_the_last_good_set_serves_for_a_day(trouble: bytes | Delivery) -> None:
    async def story() -> None:
        world = World(pages={URL: jwks(jwk("k1"))})
        keys = key_set(world)
        assert await word(keys, world, "k1") == "k1"
        world.pages[URL] = trouble
        world.pass_by(MAX_STALE - 1)
        assert await word(keys, world, "k1") == "k1"
        assert len(world.reads) == 2
        world.pass_by(1)
        assert await word(keys, world, "k1") == "key_unknown"
        world.pages[URL] = jwks(jwk("k1"))
        world.pass_by(MIN_REFRESH)
        assert await word(keys, world, "k1") == "k1"

    asyncio.run(story())


def test_a_key_that_the_operator_lists_or_that_has_no_name_is_never_taken() -> None:
    async def story() -> None:
        world = World(pages={URL: jwks(jwk("k1"), jwk("k2"))})
        keys = key_set(world, "k1")
        assert [await word(keys, world, kid) for kid in ("k1", "k2", None)] == ["key_withdrawn", "k2", "key_unknown"]

    asyncio.run(story())


def test_who_waits_waits_no_longer_than_his_own_deadline_and_takes_nobody_along() -> None:
    async def story() -> None:
        world, held = World(pages={URL: jwks(jwk("k1"))}), asyncio.Event()
        fetch = world.fetch

        async def slow(*args: object) -> Delivery:
            await held.wait()
            return await fetch(*args)  # type: ignore[arg-type]  # handed on as they came

        keys = KeySet(KeySource(PUBLISHER, URL), slow, world.seconds)
        impatient = asyncio.ensure_future(keys.key("k1", world.deadline().at_most(0.01)))
        leaving = asyncio.ensure_future(keys.key("k1", world.deadline()))
        patient = asyncio.ensure_future(keys.key("k1", world.deadline()))
        with pytest.raises(CredentialRefused, match="key_unknown"):
            await impatient
        leaving.cancel()
        held.set()
        assert (await patient).kid == "k1"
        assert world.reads == [URL]

    asyncio.run(asyncio.wait_for(story(), 60))


class Rotating:
    """An issuer who signs with a new key each second, publishes it well before and leaves it for a while after."""

    AHEAD, AFTER = 40, 20

    def __init__(self, struck: int) -> None:
        """The key of the second `struck` is withdrawn then, and published again by mistake a while later."""
        self.signers: dict[int, Signer] = {}
        self.struck = struck

    def signer(self, second: int) -> Signer:
        if second not in self.signers:
            self.signers[second] = ed25519(kid=f"second-{second}")
        return self.signers[second]

    def published(self, now: int) -> bytes:
        seconds = set(range(max(0, now - self.AFTER), now + self.AHEAD))
        if now >= self.struck:
            seconds.discard(self.struck)
        if now >= self.struck + 65:
            seconds.add(self.struck)
        signers = [self.signer(one) for one in sorted(seconds)]
        return jwks(*({**one.jwk, "kid": one.key.kid} for one in signers))


def test_rotating_under_load_refuses_no_valid_token_and_a_withdrawn_key_within_a_minute() -> None:
    """Keys change each second while many ask and strangers invent kids; no more than a fetch in 30 seconds."""

    async def story() -> None:
        length = size("rotation_seconds", quick=240, full=3600)
        world, source, chance = World(), Rotating(length // 2), random.Random(27)
        keys = key_set(world)
        struck = source.signer(source.struck).key.kid
        for second in range(length):
            world.pages[URL] = source.published(second)
            current = source.signer(second).key.kid
            asked = [f"invented-{chance.random()}" for _ in range(20)] + [current] * 20
            chance.shuffle(asked)
            found = await asyncio.gather(*(word(keys, world, kid) for kid in asked))
            told = {said for kid, said in zip(asked, found, strict=True) if kid == current}
            if second != source.struck:
                assert told == {current}, second
            if second >= source.struck + 60:
                assert await word(keys, world, struck) == "key_withdrawn", second
            world.pass_by(1)
        assert len(world.reads) <= 1 + length / MIN_REFRESH

    asyncio.run(story())
